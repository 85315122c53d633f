/* Which policies are attached to which targets, with the deprecated calls too (AWS IoT API reference). */
#include "base/arn.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/policy_set.h"

static const zt_param target_param = { "target", 1, 2048, NULL };

/* One side of an attachment, for either pair of calls: the policy in the path, the target in the body or in a header.
 */
static zt_status read_pair(const zt_call *call, const char *header, zt_view *ret_name, zt_view *ret_target,
			   zt_error *ret_error)
{
	TRY(zt_in_label(call, 0, &zt_param_policy_name, ret_name, ret_error));
	if (header)
		return zt_in_header(call, header, &zt_param_principal, ret_target, ret_error);
	return zt_in_json(call->body, &target_param, ZT_REQUIRED, ret_target, ret_error);
}

static zt_status change(zt_call *call, const char *header, bool attach, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name, target;
	TRY(read_pair(call, header, &name, &target, ret_error));
	TRY(zt_call_txn(call, &txn));
	return attach ? zt_txn_policy_attach(txn, name, target, ret_error)
		      : zt_txn_policy_detach(txn, name, target, ret_error);
}

static zt_status attach(zt_call *call, zt_error *ret_error)
{
	return change(call, NULL, true, ret_error);
}

static zt_status detach(zt_call *call, zt_error *ret_error)
{
	return change(call, NULL, false, ret_error);
}

static zt_status attach_principal(zt_call *call, zt_error *ret_error)
{
	return change(call, "x-amzn-iot-principal", true, ret_error);
}

static zt_status detach_principal(zt_call *call, zt_error *ret_error)
{
	return change(call, "x-amzn-iot-principal", false, ret_error);
}

typedef struct {
	const zt_registry *registry;
	zt_view of; /* the target's ARN, or the policy's name */
} side;

typedef struct {
	const zt_registry *registry;
	const zt_policy_set *set;
} inherited;

static const void *next_policy(void *context, zt_view after)
{
	const side *list = context;
	const zt_iot_policy *policy;
	for (size_t i = 0; (policy = zt_registry_policy_of_target(list->registry, list->of, i)); i++)
		if (zt_view_compare(zt_view_of(policy->name), after) > 0)
			return policy;
	return NULL;
}

static zt_view policy_key(const void *entry)
{
	return zt_view_of(((const zt_iot_policy *)entry)->name);
}

static json_t *show_one(const zt_registry *registry, const zt_iot_policy *policy)
{
	return json_pack("{s:s, s:o}", "policyName", policy->name, "policyArn",
			 zt_json_iot_arn(registry, "policy", policy->name));
}

static json_t *show_policy(void *context, const void *entry)
{
	return show_one(((side *)context)->registry, entry);
}

static json_t *show_inherited(void *context, const void *entry)
{
	return show_one(((inherited *)context)->registry, entry);
}

static zt_status reply_policies(zt_call *call, zt_view target, zt_error *ret_error)
{
	side list = { call->registry, target };
	const zt_page_source source = { next_policy, policy_key, NULL, show_policy, &list };
	return zt_page_reply(call, &zt_page_markers, false, &source, "policies", ret_error);
}

static const void *next_inherited(void *context, zt_view after)
{
	const zt_policy_set *set = ((inherited *)context)->set;
	const zt_iot_policy *next = NULL;
	for (size_t i = 0; i < set->count; i++) {
		zt_view name = zt_view_of(set->policies[i]->name);
		if (zt_view_compare(name, after) > 0 && (!next || zt_view_compare(name, zt_view_of(next->name)) < 0))
			next = set->policies[i];
	}
	return next;
}

/* Those of the groups above too, where the target is a group. */
static zt_status reply_inherited(zt_call *call, zt_view target, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_set_free) zt_policy_set set = { 0 };
	inherited list = { .registry = call->registry, .set = &set };
	const zt_page_source source = { next_inherited, policy_key, NULL, show_inherited, &list };
	zt_arn arn;
	zt_view group;
	TRY(zt_policy_set_add_target(&set, call->registry, target));
	if (zt_arn_parse(target, &arn) == ZT_OK && zt_arn_resource_of(&arn, ZT_LIT("thinggroup"), &group))
		TRY(zt_policy_set_add_group(&set, call->registry, group));
	return zt_page_reply(call, &zt_page_markers, false, &source, "policies", ret_error);
}

static zt_status list_attached(zt_call *call, zt_error *ret_error)
{
	zt_view target;
	bool recursive = false;
	TRY(zt_in_label(call, 0, &target_param, &target, ret_error));
	TRY(zt_in_query_bool(call, "recursive", &recursive, ret_error));
	return recursive ? reply_inherited(call, target, ret_error) : reply_policies(call, target, ret_error);
}

static zt_status list_principal_policies(zt_call *call, zt_error *ret_error)
{
	zt_view target;
	TRY(zt_in_header(call, "x-amzn-iot-principal", &zt_param_principal, &target, ret_error));
	return reply_policies(call, target, ret_error);
}

/* A target is a text that the registry holds; its first byte stands for it. */
static const void *next_target(void *context, zt_view after)
{
	const side *list = context;
	zt_view target;
	for (size_t i = 0; (target = zt_registry_target_of_policy(list->registry, list->of, i)).n; i++)
		if (zt_view_compare(target, after) > 0)
			return target.p;
	return NULL;
}

static zt_view target_key(const void *entry)
{
	return zt_view_of(entry);
}

static json_t *show_target(void *context, const void *entry)
{
	(void)context;
	return json_string(entry);
}

static zt_status reply_targets(zt_call *call, zt_view name, const char *member, zt_error *ret_error)
{
	side list = { call->registry, name };
	const zt_page_source source = { next_target, target_key, NULL, show_target, &list };
	if (!zt_registry_policy(call->registry, name))
		return zt_not_found(ret_error, "Policy", name);
	return zt_page_reply(call, &zt_page_markers, false, &source, member, ret_error);
}

static zt_status list_targets(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_policy_name, &name, ret_error));
	return reply_targets(call, name, "targets", ret_error);
}

static zt_status list_policy_principals(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_header(call, "x-amzn-iot-policy", &zt_param_policy_name, &name, ret_error));
	return reply_targets(call, name, "principals", ret_error);
}

/* IAM checks attaching against the target (Service Authorization Reference, AWS IoT). */
static zt_status target_of_body(const zt_call *call, zt_str *out)
{
	zt_view target;
	if (zt_in_json(call->body, &target_param, ZT_OPTIONAL, &target, NULL) != ZT_OK)
		return ZT_OK;
	return zt_str_put(out, target);
}

static zt_status principal_of_header(const zt_call *call, zt_str *out)
{
	return zt_str_put(out, zt_http_header_of(call->request, "x-amzn-iot-principal"));
}

#define POLICY "policy/{}"
static const zt_operation rows[] = {
	{ ZT_REST_OF("AttachPolicy", "PUT", "/target-policies/{}", target_of_body, attach) },
	{ ZT_REST_OF("DetachPolicy", "POST", "/target-policies/{}", target_of_body, detach) },
	{ ZT_REST("ListAttachedPolicies", "POST", "/attached-policies/{}", NULL, list_attached) },
	{ ZT_REST("ListTargetsForPolicy", "POST", "/policy-targets/{}", POLICY, list_targets) },
	{ ZT_REST_OF("AttachPrincipalPolicy", "PUT", "/principal-policies/{}", principal_of_header, attach_principal) },
	{ ZT_REST_OF("DetachPrincipalPolicy", "DELETE", "/principal-policies/{}", principal_of_header,
		     detach_principal) },
	{ ZT_REST("ListPrincipalPolicies", "GET", "/principal-policies", NULL, list_principal_policies) },
	{ ZT_REST("ListPolicyPrincipals", "GET", "/policy-principals", NULL, list_policy_principals) },
};
const zt_operations zt_iot_attachment_operations = ZT_OPERATIONS(rows);
