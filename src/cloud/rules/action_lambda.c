/* Asynchronous invocation: the action has gone well once Lambda has accepted the event, durably. */
#include <stdlib.h>

#include "base/arn.h"
#include "base/json.h"
#include "cloud/rules/state.h"

/* What the error action needs when the acknowledgement turns out to be none. */
struct zt_pending {
	zt_pending *next;
	zt_rules *rules; /* NULL: the engine is gone */
	char rule[129];
	char function_arn[256];
	char *topic, *client_id, *payload;
	size_t payload_n;
};

static void free_pending(zt_pending *pending)
{
	if (!pending)
		return;
	free(pending->topic);
	free(pending->client_id);
	free(pending->payload);
	free(pending);
}
ZT_DEFINE_CLEANUP(zt_pending, free_pending)

static zt_status new_pending(const zt_run *run, zt_view function_arn, zt_pending **ret)
{
	const zt_publish *message = run->input->message;
	ZT_CLEANUP(free_pendingp) zt_pending *pending = calloc(1, sizeof *pending);
	ENSURE(pending, ZT_E_NOMEM);
	TRY(zt_text_copy(pending->rule, sizeof pending->rule, zt_view_of(run->rule->name)));
	TRY(zt_text_copy(pending->function_arn, sizeof pending->function_arn, function_arn));
	pending->topic = zt_view_dup(message->topic);
	pending->client_id = zt_view_dup(message->client_id);
	pending->payload = zt_view_dup(message->payload);
	ENSURE(pending->topic && pending->client_id && pending->payload, ZT_E_NOMEM);
	pending->payload_n = message->payload.n;
	pending->rules = run->rules;
	*ret = ZT_STEAL(pending);
	return ZT_OK;
}

static void unlink_pending(zt_pending *pending)
{
	zt_pending **at = &pending->rules->pending;
	while (*at != pending)
		at = &(*at)->next;
	*at = pending->next;
}

void zt_pending_forget(zt_rules *rules)
{
	for (zt_pending *pending = rules->pending; pending; pending = pending->next)
		pending->rules = NULL;
	rules->pending = NULL;
}

static const zt_rule *find_rule(const zt_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->rule_count; i++)
		if (strcmp(rules->rules[i]->name, name) == 0)
			return rules->rules[i];
	return NULL;
}

/* The message is put together once more; the rule may have gone since. */
static void report(const zt_pending *pending, zt_status status)
{
	const zt_rule *rule = find_rule(pending->rules, pending->rule);
	if (!rule)
		return;
	zt_error error = { 0 };
	zt_error_set(&error, status, "%s", zt_status_text(status));
	zt_publish message = { .topic = zt_view_of(pending->topic),
			       .payload = zt_view_make(pending->payload, pending->payload_n),
			       .client_id = zt_view_of(pending->client_id) };
	zt_sql_input input = { .message = &message,
			       .now_ms = zt_registry_now_ms(pending->rules->registry),
			       .account = zt_view_of(zt_registry_account(pending->rules->registry)->account) };
	zt_run run = { pending->rules, rule, &input, ZT_VIEW_EMPTY };
	zt_action action = { .kind = ZT_ACTION_LAMBDA };
	json_t *failures = json_array();
	(void)json_array_append_new(failures, zt_failure_new(&action, zt_view_of(pending->function_arn), &error));
	zt_failures_report(&run, failures);
	json_decref(failures);
}

static void invoked(void *context, zt_status status)
{
	zt_pending *pending = context;
	if (pending->rules) {
		unlink_pending(pending);
		if (status != ZT_OK)
			report(pending, status);
	}
	free_pending(pending);
}

/* "arn:aws:lambda:R:A:function:name[:qualifier]" -> the name and the ARN without the qualifier. */
static zt_status find_function(const zt_rules *rules, zt_view arn, zt_view *ret_arn, const zt_function **ret,
			       zt_error *ret_error)
{
	const zt_account *account = zt_registry_account(rules->registry);
	zt_arn parts = { 0 };
	zt_view name = ZT_VIEW_EMPTY;
	bool ours = zt_arn_parse(arn, &parts) == ZT_OK && zt_arn_resource_of(&parts, ZT_LIT("function"), &name) &&
		    zt_view_equal(parts.region, zt_view_of(account->region));
	name.n = zt_view_find(name, ':');
	const zt_function *function = ours ? zt_registry_function(rules->registry, name) : NULL;
	if (!function)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Function not found: %.*s", ZT_PRI(arn));
	*ret_arn = zt_view_make(arn.p, (size_t)(name.p + name.n - arn.p));
	*ret = function;
	return ZT_OK;
}

/* The name is copied: the invocation changes the registry, and with that the function may move. */
static zt_status invoke(const zt_run *run, const zt_function *function, zt_view arn, zt_error *ret_error)
{
	char name[sizeof function->name];
	zt_pending *pending;
	TRY(zt_text_copy(name, sizeof name, zt_view_of(function->name)));
	TRY(new_pending(run, arn, &pending));
	pending->next = run->rules->pending;
	run->rules->pending = pending;
	zt_status status =
	    zt_lambda_invoke_async(run->rules->lambda, zt_view_of(name), run->payload, invoked, pending, ret_error);
	if (status != ZT_OK) {
		unlink_pending(pending);
		free_pending(pending);
	}
	return status;
}

zt_status zt_action_lambda(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error)
{
	const zt_function *function = NULL;
	zt_view arn = ZT_VIEW_EMPTY;
	ZT_JSON_CLEANUP json_t *event = NULL;
	TRY(zt_template_expand(action->target, run->input, resource));
	TRY(find_function(run->rules, zt_str_view(resource), &arn, &function, ret_error));
	TRY(zt_allow_invoke(run->rules, run->rule, function, arn, ret_error));
	if (zt_json_parse(run->payload, &event, NULL) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "the payload is no JSON; encode(*, 'base64') makes it one");
	return invoke(run, function, arn, ret_error);
}
