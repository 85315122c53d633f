/* Asynchronous invocation: the action has gone well once Lambda has accepted the event, durably. */
#include "base/json.h"
#include "cloud/registry/function_policy.h"
#include "cloud/rules/pending.h"

static void invoked(void *context, zt_status status)
{
	zt_pending_end(context, status, NULL);
}

/* The name is copied: the invocation changes the registry, and with that the function may move. */
static zt_status invoke(const zt_run *run, const zt_function *function, zt_view arn, zt_error *ret_error)
{
	char name[sizeof function->name];
	zt_pending *pending;
	TRY(zt_text_copy(name, sizeof name, zt_view_of(function->name)));
	TRY(zt_pending_new(run, ZT_ACTION_LAMBDA, arn, &pending));
	zt_status status =
	    zt_lambda_invoke_async(run->rules->lambda, zt_view_of(name), run->payload, invoked, pending, ret_error);
	/* The caller reports it. */
	if (status != ZT_OK)
		zt_pending_end(pending, ZT_OK, NULL);
	return status;
}

zt_status zt_action_lambda(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error)
{
	const zt_function *function = NULL;
	zt_view arn = ZT_VIEW_EMPTY;
	ZT_JSON_CLEANUP json_t *event = NULL;
	TRY(zt_template_expand(action->target, run->input, resource));
	TRY(zt_registry_function_of_arn(run->rules->registry, zt_str_view(resource), &arn, &function, ret_error));
	TRY(zt_allow_invoke(run->rules, run->rule, function, arn, ret_error));
	if (zt_json_parse(run->payload, &event, NULL) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "the payload is no JSON; encode(*, 'base64') makes it one");
	return invoke(run, function, arn, ret_error);
}
