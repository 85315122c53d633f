/* All policies that bind a principal: its own, and those of the groups of the thing that it acts for. */
#ifndef ZT_CLOUD_REGISTRY_POLICY_SET_H
#define ZT_CLOUD_REGISTRY_POLICY_SET_H

#include "cloud/registry/policies.h"

/* Zeroed is empty. What it points to is borrowed from the registry, until its next change. */
typedef struct {
	const zt_iot_policy **policies; /* each once; the principal's own first */
	const zt_policy **compiled;     /* the same, for zt_policy_evaluate */
	size_t count, cap;
} zt_policy_set;

void zt_policy_set_free(zt_policy_set *set);
/* One that is in it is not added again. */
ZT_NODISCARD zt_status zt_policy_set_add(zt_policy_set *set, const zt_iot_policy *policy);
/* One that is not in it is fine. */
void zt_policy_set_remove(zt_policy_set *set, zt_view name);
/* Adds the policies of a target (certificate or thing group ARN). */
ZT_NODISCARD zt_status zt_policy_set_add_target(zt_policy_set *set, const zt_registry *registry, zt_view target_arn);
/* Adds those of a thing group and all groups above it. */
ZT_NODISCARD zt_status zt_policy_set_add_group(zt_policy_set *set, const zt_registry *registry, zt_view group);
/* Adds those of every group of a thing, and all groups above them. */
ZT_NODISCARD zt_status zt_policy_set_add_groups_of(zt_policy_set *set, const zt_registry *registry, zt_view thing);
/* What binds a connection: "for the policy to take effect, the clientId and the thing name must match" (AWS IoT, "AWS
 * IoT Core policies", of thing groups); so groups count for a thing that the principal is attached to and that has the
 * client id for a name. Replaces what was in the set; on failure it is empty. */
ZT_NODISCARD zt_status zt_policy_set_of_connection(zt_policy_set *set, const zt_registry *registry,
						   zt_view principal_arn, zt_view client_id);

#endif
