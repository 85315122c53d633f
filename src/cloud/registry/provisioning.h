/* Provisioning templates with their versions (AWS IoT, "Provisioning templates"; quotas: AWS IoT device provisioning).
 */
#ifndef ZT_CLOUD_REGISTRY_PROVISIONING_H
#define ZT_CLOUD_REGISTRY_PROVISIONING_H

#include <jansson.h>

#include "cloud/registry/registry.h"

enum { ZT_TEMPLATES_MAX = 256, ZT_TEMPLATE_VERSIONS_MAX = 5 };

typedef struct {
	char name[37];
	int64_t created_ms, modified_ms;
	/* As the API names them: type, enabled, description, provisioningRoleArn, preProvisioningHook; lastVersion, the
	 * number that was given last; and versions, an array of
	 * {"id","body","created","default"} in the order of creation with one default. Never NULL. */
	json_t *content;
} zt_provisioning_template;

const zt_provisioning_template *zt_registry_template(const zt_registry *registry, zt_view name);
const zt_provisioning_template *zt_registry_next_template(const zt_registry *registry, zt_view after_name);
/* Its default version. Borrowed. */
const json_t *zt_template_default(const zt_provisioning_template *provisioning);
/* ResourceAlreadyExistsException, LimitExceededException. */
ZT_NODISCARD zt_status zt_txn_template_create(zt_txn *txn, zt_view name, const json_t *content, zt_error *ret_error);
/* Replaces the content. ResourceNotFoundException; so of the next one. */
ZT_NODISCARD zt_status zt_txn_template_update(zt_txn *txn, zt_view name, const json_t *content, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_template_delete(zt_txn *txn, zt_view name, zt_error *ret_error);

#endif
