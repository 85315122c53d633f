/* Which policies bind a principal (AWS IoT API reference). */
#include "cloud/api/iot_effective.h"

#include "base/arn.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/groups.h"

static zt_status add_policy(const zt_call *call, const zt_iot_policy *policy, json_t *list)
{
	for (size_t i = 0; i < policy->version_count; i++)
		if (policy->versions[i].is_default)
			return json_array_append_new(
				   list, json_pack("{s:s, s:o, s:s}", "policyName", policy->name, "policyArn",
						   zt_json_iot_arn(call->registry, "policy", policy->name),
						   "policyDocument", policy->versions[i].document)) == 0
				   ? ZT_OK
				   : ZT_E_NOMEM;
	return ZT_E_INTERNAL;
}

zt_status zt_policies_of_principal(const zt_call *call, zt_view principal, zt_policy_set *set,
				   const zt_certificate **ret_certificate, zt_error *ret_error)
{
	zt_arn arn;
	zt_view group;
	*ret_certificate = NULL;
	if (zt_arn_parse(principal, &arn) != ZT_OK || !zt_arn_resource_of(&arn, ZT_LIT("thinggroup"), &group)) {
		TRY(zt_certificate_of_arn(call->registry, principal, ret_certificate, ret_error));
		return zt_policy_set_add_target(set, call->registry, principal);
	}
	if (!zt_registry_thing_group(call->registry, group))
		return zt_not_found(ret_error, "Thing group", group);
	return zt_policy_set_add_group(set, call->registry, group);
}

/* Those of a principal, of a thing's groups, or of both. */
static zt_status collect(const zt_call *call, zt_view principal, zt_view thing, zt_policy_set *set, zt_error *ret_error)
{
	const zt_certificate *certificate;
	if (principal.n)
		TRY(zt_policies_of_principal(call, principal, set, &certificate, ret_error));
	return thing.n ? zt_policy_set_add_groups_of(set, call->registry, thing) : ZT_OK;
}

static zt_status get_effective(zt_call *call, zt_error *ret_error)
{
	zt_view principal, thing;
	ZT_CLEANUP(zt_policy_set_free) zt_policy_set set = { 0 };
	TRY(zt_in_json(call->body, &zt_param_principal, ZT_OPTIONAL, &principal, ret_error));
	TRY(zt_in_query(call, &zt_param_thing_name, ZT_OPTIONAL, &thing, ret_error));
	if (thing.n && !zt_registry_thing(call->registry, thing))
		return zt_not_found(ret_error, "Thing", thing);
	json_t *list = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "effectivePolicies", list)));
	TRY(collect(call, principal, thing, &set, ret_error));
	for (size_t i = 0; i < set.count; i++)
		TRY(add_policy(call, set.policies[i], list));
	return ZT_OK;
}

static const zt_operation rows[] = {
	{ ZT_REST("GetEffectivePolicies", "POST", "/effective-policies", NULL, get_effective) },
};
const zt_operations zt_iot_effective_operations = ZT_OPERATIONS(rows);
