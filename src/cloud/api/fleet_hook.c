#include "cloud/api/fleet_hook.h"

#include <event2/event.h>

#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/registry/function_policy.h"

/* AWS's only version of what a hook is told. */
#define PAYLOAD_VERSION "2020-04-01"

enum { INPUT_MAX = 256 * 1024 };

struct zt_fleet_hook {
	zt_api *api;
	zt_fleet_hook *next, **link;
	zt_fleet_hook_fn done; /* NULL once it was called: Lambda's answer is late */
	void *context;
	struct event *limit;
};

/* ---- the control plane's side ---- */

static zt_status read_hook(const json_t *given, json_t **ret, zt_error *ret_error)
{
	static const zt_param target_param = { "targetArn", 1, 2048, NULL };
	static const zt_param version_param = { "payloadVersion", 10, 32, "0-9a-zA-Z-" };
	zt_view target, version, name;
	zt_arn parts;
	TRY(zt_in_json(given, &target_param, ZT_REQUIRED, &target, ret_error));
	TRY(zt_in_json(given, &version_param, ZT_OPTIONAL, &version, ret_error));
	if (zt_arn_parse(target, &parts) != ZT_OK || !zt_view_equal(parts.service, ZT_LIT("lambda")) ||
	    !zt_arn_resource_of(&parts, ZT_LIT("function"), &name))
		return zt_error_set(ret_error, ZT_E_INVALID, "targetArn is not the ARN of a Lambda function");
	*ret = json_pack("{s:o, s:o}", "payloadVersion", zt_json_string(version.n ? version : ZT_LIT(PAYLOAD_VERSION)),
			 "targetArn", zt_json_string(target));
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

zt_status zt_fleet_hook_read(const zt_call *call, json_t *content, zt_error *ret_error)
{
	const json_t *given;
	json_t *hook = NULL;
	bool gone = false;
	TRY(zt_in_json_object(call->body, ZT_FLEET_HOOK, &given, ret_error));
	TRY(zt_in_json_bool(call->body, "removePreProvisioningHook", &gone, ret_error));
	if (given && gone)
		return zt_error_set(ret_error, ZT_E_INVALID, "A hook cannot be given and removed at once");
	if (gone)
		(void)json_object_del(content, ZT_FLEET_HOOK);
	if (!given)
		return ZT_OK;
	if (!zt_view_equal(zt_json_view(content, "type"), ZT_LIT("FLEET_PROVISIONING")))
		return zt_error_set(ret_error, ZT_E_INVALID, "Templates of type JITP take no hook here");
	TRY(read_hook(given, &hook, ret_error));
	return json_object_set_new(content, ZT_FLEET_HOOK, hook) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* ---- asking ---- */

static void hook_free(zt_fleet_hook *hook)
{
	if (hook->link)
		*hook->link = hook->next;
	if (hook->next)
		hook->next->link = hook->link;
	if (hook->limit)
		event_free(hook->limit);
	free(hook);
}

/* Lambda's own answer is still to come. */
static void tell(zt_fleet_hook *hook, bool allowed, const json_t *overrides, const char *why)
{
	zt_fleet_hook_fn done = hook->done;
	hook->done = NULL;
	if (done)
		done(hook->context, allowed, overrides, why);
}

static void on_limit(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	tell(context, false, NULL, "the hook's function did not answer in time");
}

static void judge(zt_fleet_hook *hook, const zt_invoke_result *result)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	if (result->status != ZT_OK || result->function_error[0]) {
		tell(hook, false, NULL, "the hook's function failed");
		return;
	}
	if (zt_json_parse(result->payload, &answer, NULL) != ZT_OK || !json_is_object(answer)) {
		tell(hook, false, NULL, "the hook's function did not answer with a JSON object");
		return;
	}
	const json_t *overrides = json_object_get(answer, "parameterOverrides");
	if (!json_is_true(json_object_get(answer, "allowProvisioning")))
		tell(hook, false, NULL, "the hook's function does not allow it");
	else if (overrides && !json_is_null(overrides) && !json_is_object(overrides))
		tell(hook, false, NULL, "the hook's parameterOverrides are no object");
	else
		tell(hook, true, json_is_object(overrides) ? overrides : NULL, "");
}

static void answered(void *context, const zt_invoke_result *result)
{
	zt_fleet_hook *hook = context;
	if (hook->done)
		judge(hook, result);
	hook_free(hook);
}

static size_t count(const zt_api *api)
{
	size_t n = 0;
	for (const zt_fleet_hook *hook = api->hooks; hook; hook = hook->next)
		n++;
	return n;
}

/* The function of the hook, which may go as soon as the registry changes: its name is copied. */
static zt_status find_function(const zt_registry *registry, const zt_provisioning_template *template,
			       char ret_name[sizeof((zt_function *)NULL)->name], zt_error *ret_error)
{
	const zt_account *account = zt_registry_account(registry);
	const zt_function *function;
	zt_view arn, target = zt_json_view(json_object_get(template->content, ZT_FLEET_HOOK), "targetArn");
	ZT_CLEANUP(zt_str_free) zt_str source = ZT_STR(2048);
	TRY(zt_registry_function_of_arn(registry, target, &arn, &function, ret_error));
	TRY(zt_account_iot_arn(account, "provisioningtemplate", zt_view_of(template->name), &source));
	TRY(zt_function_lets_iot(function, arn, (zt_source){ zt_str_view(&source), zt_view_of(account->account) },
				 ret_error));
	return zt_text_copy(ret_name, sizeof function->name, zt_view_of(function->name));
}

static zt_status hook_new(zt_api *api, zt_fleet_hook_fn done, void *context, zt_fleet_hook **ret)
{
	const struct timeval limit = { ZT_FLEET_HOOK_MS / 1000, 0 };
	zt_fleet_hook *hook = calloc(1, sizeof *hook);
	ENSURE(hook, ZT_E_NOMEM);
	*hook =
	    (zt_fleet_hook){ .api = api, .next = api->hooks, .link = &api->hooks, .done = done, .context = context };
	if (hook->next)
		hook->next->link = &hook->next;
	api->hooks = hook;
	hook->limit = evtimer_new(api->loop, on_limit, hook);
	if (!hook->limit || event_add(hook->limit, &limit) != 0) {
		hook_free(hook);
		return ZT_E_NOMEM;
	}
	*ret = hook;
	return ZT_OK;
}

zt_status zt_fleet_hook_ask(zt_api *api, const zt_provisioning_template *template, const json_t *input,
			    zt_fleet_hook_fn done, void *context, zt_error *ret_error)
{
	char name[sizeof((zt_function *)NULL)->name];
	zt_fleet_hook *hook;
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(INPUT_MAX);
	if (count(api) >= ZT_FLEET_HOOKS_MAX)
		return zt_error_coded(ret_error, ZT_E_THROTTLED, "ThrottlingException",
				      "Too many hooks are being asked");
	TRY(find_function(api->spec.registry, template, name, ret_error));
	TRY(zt_json_write(input, &payload));
	TRY(hook_new(api, done, context, &hook));
	zt_status status =
	    zt_lambda_invoke(api->spec.lambda, zt_view_of(name), zt_str_view(&payload), answered, hook, ret_error);
	if (status != ZT_OK)
		hook_free(hook);
	return status;
}

void zt_fleet_hooks_end(zt_api *api)
{
	for (zt_fleet_hook *next, *hook = api->hooks; hook; hook = next) {
		next = hook->next;
		event_free(hook->limit);
		hook->limit = NULL;
		hook->link = NULL;
		hook->next = NULL;
		tell(hook, false, NULL, "the service stops");
	}
	api->hooks = NULL;
}
