/* Topic rules as they were given (AWS IoT API reference). Compiling and running them is cloud/rules' work. */
#ifndef ZT_CLOUD_REGISTRY_RULES_H
#define ZT_CLOUD_REGISTRY_RULES_H

#include <jansson.h>

#include "cloud/registry/registry.h"

typedef struct {
	char name[129];
	char *sql, *description, *sql_version; /* description and sql_version may be NULL */
	json_t *actions;                       /* array, never NULL */
	json_t *error_action;                  /* or NULL */
	bool disabled;
	int64_t created_ms;
} zt_topic_rule;

const zt_topic_rule *zt_registry_rule(const zt_registry *registry, zt_view name);
const zt_topic_rule *zt_registry_next_rule(const zt_registry *registry, zt_view after_name);
/* `payload` is the API's topicRulePayload, checked already. `replace` keeps the date of creation and wants an existing
 * one; otherwise an existing name is ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_txn_rule_put(zt_txn *txn, zt_view name, const json_t *payload, bool replace,
				       zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_rule_enable(zt_txn *txn, zt_view name, bool enabled, zt_error *ret_error);
/* AWS answers 401 UnauthorizedException for an unknown rule (AWS IoT API reference, unconfirmed text). */
ZT_NODISCARD zt_status zt_txn_rule_delete(zt_txn *txn, zt_view name, zt_error *ret_error);

#endif
