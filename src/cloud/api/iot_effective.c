/* Which policies bind a principal (facts §4.5). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/policies.h"
#include "cloud/registry/things.h"

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

/* A thing brings the policies of its groups, of which there are none here. */
static zt_status get_effective(zt_call *call, zt_error *ret_error)
{
	zt_view principal, thing;
	const zt_iot_policy *policy;
	TRY(zt_in_json(call->body, &zt_param_principal, ZT_OPTIONAL, &principal, ret_error));
	TRY(zt_in_query(call, &zt_param_thing_name, ZT_OPTIONAL, &thing, ret_error));
	if (thing.n && !zt_registry_thing(call->registry, thing))
		return zt_not_found(ret_error, "Thing", thing);
	json_t *list = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "effectivePolicies", list)));
	if (principal.n == 0)
		return ZT_OK;
	const zt_certificate *certificate;
	TRY(zt_certificate_of_arn(call->registry, principal, &certificate, ret_error));
	for (size_t i = 0; (policy = zt_registry_policy_of_target(call->registry, principal, i)); i++)
		TRY(add_policy(call, policy, list));
	return ZT_OK;
}

static const zt_operation rows[] = {
	{ ZT_REST("GetEffectivePolicies", "POST", "/effective-policies", NULL, get_effective) },
};
const zt_operations zt_iot_effective_operations = ZT_OPERATIONS(rows);
