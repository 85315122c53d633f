#include "cloud/registry/policy_set.h"

#include "cloud/registry/groups.h"

enum { ARN_MAX = 1024, FIRST_CAP = 2 };

void zt_policy_set_free(zt_policy_set *set)
{
	free(set->policies);
	free(set->compiled);
	*set = (zt_policy_set){ .policies = NULL };
}

static zt_status reserve(zt_policy_set *set)
{
	if (set->count < set->cap)
		return ZT_OK;
	size_t cap = set->cap ? set->cap * 2 : FIRST_CAP;
	const zt_iot_policy **policies = reallocarray(set->policies, cap, sizeof(*policies));
	ENSURE(policies, ZT_E_NOMEM);
	set->policies = policies;
	const zt_policy **compiled = reallocarray(set->compiled, cap, sizeof(*compiled));
	ENSURE(compiled, ZT_E_NOMEM);
	set->compiled = compiled;
	set->cap = cap;
	return ZT_OK;
}

static bool holds(const zt_policy_set *set, const zt_iot_policy *policy)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->policies[i] == policy)
			return true;
	return false;
}

zt_status zt_policy_set_add(zt_policy_set *set, const zt_iot_policy *policy)
{
	if (holds(set, policy))
		return ZT_OK;
	TRY(reserve(set));
	set->policies[set->count] = policy;
	set->compiled[set->count++] = policy->compiled;
	return ZT_OK;
}

void zt_policy_set_remove(zt_policy_set *set, zt_view name)
{
	for (size_t i = 0; i < set->count; i++)
		if (zt_view_equal(zt_view_of(set->policies[i]->name), name)) {
			size_t behind = --set->count - i;
			memmove(&set->policies[i], &set->policies[i + 1], behind * sizeof(*set->policies));
			memmove(&set->compiled[i], &set->compiled[i + 1], behind * sizeof(*set->compiled));
			return;
		}
}

zt_status zt_policy_set_add_target(zt_policy_set *set, const zt_registry *registry, zt_view target_arn)
{
	const zt_iot_policy *policy;
	for (size_t i = 0; (policy = zt_registry_policy_of_target(registry, target_arn, i)); i++)
		TRY(zt_policy_set_add(set, policy));
	return ZT_OK;
}

static zt_status add_one_group(zt_policy_set *set, const zt_registry *registry, zt_view group)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_MAX);
	TRY(zt_account_iot_arn(zt_registry_account(registry), "thinggroup", group, &arn));
	return zt_policy_set_add_target(set, registry, zt_str_view(&arn));
}

zt_status zt_policy_set_add_group(zt_policy_set *set, const zt_registry *registry, zt_view name)
{
	const zt_thing_group *group = zt_registry_thing_group(registry, name);
	for (size_t depth = 0; group && depth < ZT_GROUP_DEPTH_MAX; depth++) {
		TRY(add_one_group(set, registry, zt_view_of(group->name)));
		group = zt_registry_parent_group(registry, group);
	}
	return ZT_OK;
}

zt_status zt_policy_set_add_groups_of(zt_policy_set *set, const zt_registry *registry, zt_view thing)
{
	const zt_thing_group *group;
	for (size_t i = 0; (group = zt_registry_group_of_thing(registry, thing, i)); i++)
		TRY(zt_policy_set_add_group(set, registry, zt_view_of(group->name)));
	return ZT_OK;
}

static zt_status add_all(zt_policy_set *set, const zt_registry *registry, zt_view principal_arn, zt_view client_id)
{
	TRY(zt_policy_set_add_target(set, registry, principal_arn));
	const zt_thing *thing =
	    client_id.n ? zt_registry_thing_of_connection(registry, principal_arn, client_id) : NULL;
	if (!thing || !zt_view_equal(zt_view_of(thing->name), client_id))
		return ZT_OK;
	return zt_policy_set_add_groups_of(set, registry, client_id);
}

zt_status zt_policy_set_of_connection(zt_policy_set *set, const zt_registry *registry, zt_view principal_arn,
				      zt_view client_id)
{
	set->count = 0;
	zt_status status = add_all(set, registry, principal_arn, client_id);
	if (status != ZT_OK)
		set->count = 0;
	return status;
}
