/* The rules engine: every enabled rule whose filter matches an accepted message runs its actions (AWS IoT, "Rules"). */
#ifndef ZT_CLOUD_RULES_ENGINE_H
#define ZT_CLOUD_RULES_ENGINE_H

#include "cloud/lambda/lambda.h"
#include "cloud/publish.h"
#include "net/http_client.h"

typedef struct zt_rules zt_rules;

/* Publishes for the action republish and for error actions; the gateway's broker side supplies it. */
typedef zt_status (*zt_republish_fn)(void *context, const zt_publish *message);

/* Compiles the registry's rules and follows their changes. */
ZT_NODISCARD zt_status zt_rules_new(zt_registry *registry, zt_lambda *lambda, zt_rules **ret, zt_error *ret_error);
void zt_rules_free(zt_rules *rules);
/* Where the action cloudwatchLogs writes. */
void zt_rules_set_logs(zt_rules *rules, zt_logs *logs);
/* What the action http posts with. */
void zt_rules_set_http(zt_rules *rules, zt_http_client *client);
void zt_rules_set_republish(zt_rules *rules, zt_republish_fn republish, void *context);
/* The seam for whoever accepts messages. */
zt_publish_listener zt_rules_listener(zt_rules *rules);
/* Whether a rule's payload is well-formed: parses its SQL and looks at its actions. SqlParseException,
 * InvalidRequestException. */
ZT_NODISCARD zt_status zt_rules_check(const json_t *payload, zt_error *ret_error);

#endif
