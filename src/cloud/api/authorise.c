#include "cloud/api/authorise.h"

#include "base/json.h"
#include "base/str.h"
#include "cloud/api/front.h"
#include "cloud/registry/roles.h"
#include "net/address.h"
#include "policy/evaluate.h"

/* IAM: ten managed and any number of inline policies within a size; more than this never counts. */
enum { POLICIES_MAX = 128, RESOURCE_MAX = 2048 };

static bool value_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	const zt_call *call = context;
	const zt_account *account = zt_registry_account(call->registry);
	if (index > 0)
		return false;
	if (zt_view_equal_nocase(name, ZT_LIT("aws:PrincipalArn")))
		*ret = zt_view_of(call->caller.arn);
	else if (zt_view_equal_nocase(name, ZT_LIT("aws:PrincipalAccount")))
		*ret = zt_view_of(account->account);
	else if (zt_view_equal_nocase(name, ZT_LIT("aws:userid")))
		*ret = zt_view_of(call->caller.user_id);
	else if (zt_view_equal_nocase(name, ZT_LIT("aws:SourceIp")))
		*ret = zt_peer_address(zt_view_of(call->request->peer));
	else if (zt_view_equal_nocase(name, ZT_LIT("aws:RequestedRegion")))
		*ret = zt_view_of(account->region);
	else
		return false;
	return true;
}

static size_t policies_of(const zt_call *call, const zt_policy *policies[POLICIES_MAX])
{
	const zt_role *role = zt_registry_role(call->registry, zt_view_of(call->caller.role));
	size_t count = 0, i;
	const json_t *arn;
	if (!role)
		return 0;
	for (i = 0; i < role->policy_count && count < POLICIES_MAX; i++)
		policies[count++] = role->policies[i].compiled;
	json_array_foreach(role->attached, i, arn)
		if (count < POLICIES_MAX)
			policies[count++] = zt_managed_policy(call->api->managed, zt_view_of(json_string_value(arn)));
	return count;
}

static zt_status refuse(const zt_call *call, const char *action, zt_view resource, bool is_explicit,
			zt_error *ret_error)
{
	if (call->service->trace_id)
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->denied, "Forbidden");
	if (is_explicit)
		return zt_error_coded(
		    ret_error, ZT_E_DENIED, call->service->denied,
		    "User: %s is not authorized to perform: %s on resource: %.*s with an explicit deny in an "
		    "identity-based policy",
		    call->caller.arn, action, ZT_PRI(resource));
	return zt_error_coded(
	    ret_error, ZT_E_DENIED, call->service->denied,
	    "User: %s is not authorized to perform: %s on resource: %.*s because no identity-based policy allows "
	    "the %s action",
	    call->caller.arn, action, ZT_PRI(resource), action);
}

zt_status zt_authorise_action(const zt_call *call, const char *action, zt_view resource, zt_error *ret_error)
{
	const zt_policy *policies[POLICIES_MAX];
	const zt_policy_request request = {
		.action = zt_view_of(action),
		.resource = resource.n ? resource : ZT_LIT("*"),
		.values = { value_of, (void *)(uintptr_t)call },
	};
	if (call->device)
		return call->device->allows(call->device->context, action, resource)
			   ? ZT_OK
			   : refuse(call, action, request.resource, false, ret_error);
	if (!call->caller.role[0])
		return ZT_OK;
	zt_decision decision = zt_policy_evaluate(policies, policies_of(call, policies), &request);
	if (decision.kind == ZT_DECISION_ALLOW)
		return ZT_OK;
	return refuse(call, action, request.resource, decision.kind == ZT_DECISION_EXPLICIT_DENY, ret_error);
}

/* The row's pattern behind arn:<partition>:<service>:<region>:<account>:, its {} the first label. */
static zt_status fill_pattern(const zt_call *call, const char *pattern, zt_str *out)
{
	const zt_account *account = zt_registry_account(call->registry);
	zt_view text = zt_view_of(pattern);
	size_t hole = zt_view_find(text, '{');
	TRY(zt_str_printf(out, "arn:%s:%s:%s:%s:", account->partition, call->service->prefix,
			  call->service->protocol == ZT_PROTOCOL_QUERY ? "" : account->region, account->account));
	TRY(zt_str_put(out, (zt_view){ text.p, hole }));
	return hole < text.n && call->label_count ? zt_str_put(out, call->labels[0]) : ZT_OK;
}

/* No resource of AWS's has an ARN that is longer. */
static zt_status put_resource(const zt_call *call, zt_str *out, zt_error *ret_error)
{
	const zt_operation *operation = call->operation;
	zt_status status = operation->resource ? fill_pattern(call, operation->resource, out) : ZT_OK;
	if (status == ZT_OK && operation->resource_of)
		status = operation->resource_of(call, out);
	if (status != ZT_E_LIMIT)
		return status;
	return zt_error_set(ret_error, ZT_E_LIMIT,
			    "1 validation error detected: the request names a resource whose ARN would have more than "
			    "%d characters",
			    RESOURCE_MAX);
}

zt_status zt_authorise(const zt_call *call, zt_error *ret_error)
{
	const zt_operation *operation = call->operation;
	ZT_CLEANUP(zt_str_free) zt_str resource = ZT_STR(RESOURCE_MAX);
	char action[96];
	if (call->anonymous && !(operation->flags & ZT_OP_ANONYMOUS))
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->no_token,
				      "Request is missing Authentication Token");
	if (operation->flags & (ZT_OP_NO_PERMISSION | ZT_OP_ANONYMOUS))
		return ZT_OK;
	(void)snprintf(action, sizeof action, "%s:%s", call->service->prefix,
		       operation->action ? operation->action : operation->name);
	TRY(put_resource(call, &resource, ret_error));
	return zt_authorise_action(call, action, zt_str_view(&resource), ret_error);
}

zt_status zt_call_may_pass_role(const zt_call *call, zt_view role_arn, zt_error *ret_error)
{
	return zt_authorise_action(call, "iam:PassRole", role_arn, ret_error);
}

bool zt_role_of_function_allows(const zt_call *call, const zt_function *function, const char *action, zt_view resource)
{
	zt_call as_role = *call;
	zt_error unused;
	const zt_role *role = zt_registry_role_of_arn(call->registry, zt_json_view(function->configuration, "Role"));
	as_role.device = NULL;
	as_role.caller = (zt_caller){ 0 };
	/* The root's role is "": a function without one must not be taken for it. */
	if (!role || zt_text_copy(as_role.caller.role, sizeof as_role.caller.role, zt_view_of(role->name)) != ZT_OK)
		return false;
	return zt_authorise_action(&as_role, action, resource, &unused) == ZT_OK;
}
