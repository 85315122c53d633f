#include "cloud/rules/pending.h"

#include <stdlib.h>

struct zt_pending {
	zt_pending *next;
	zt_rules *rules; /* NULL: the engine is gone */
	char rule[129];
	zt_action_kind kind;
	char *resource, *topic, *client_id, *payload;
	size_t payload_n;
};

static void free_pending(zt_pending *pending)
{
	if (!pending)
		return;
	free(pending->resource);
	free(pending->topic);
	free(pending->client_id);
	free(pending->payload);
	free(pending);
}
ZT_DEFINE_CLEANUP(zt_pending, free_pending)

zt_status zt_pending_new(const zt_run *run, zt_action_kind kind, zt_view resource, zt_pending **ret)
{
	const zt_publish *message = run->input->message;
	ZT_CLEANUP(free_pendingp) zt_pending *pending = calloc(1, sizeof *pending);
	ENSURE(pending, ZT_E_NOMEM);
	TRY(zt_text_copy(pending->rule, sizeof pending->rule, zt_view_of(run->rule->name)));
	pending->kind = kind;
	pending->resource = zt_view_dup(resource);
	pending->topic = zt_view_dup(message->topic);
	pending->client_id = zt_view_dup(message->client_id);
	pending->payload = zt_view_dup(message->payload);
	ENSURE(pending->resource && pending->topic && pending->client_id && pending->payload, ZT_E_NOMEM);
	pending->payload_n = message->payload.n;
	pending->rules = run->rules;
	pending->next = run->rules->pending;
	run->rules->pending = pending;
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
static void report(const zt_pending *pending, zt_status status, const char *text)
{
	const zt_rule *rule = find_rule(pending->rules, pending->rule);
	if (!rule)
		return;
	zt_error error = { 0 };
	zt_error_set(&error, status, "%s", text ? text : zt_status_text(status));
	zt_publish message = { .topic = zt_view_of(pending->topic),
			       .payload = zt_view_make(pending->payload, pending->payload_n),
			       .client_id = zt_view_of(pending->client_id) };
	zt_sql_input input = { .message = &message,
			       .now_ms = zt_registry_now_ms(pending->rules->registry),
			       .account = zt_view_of(zt_registry_account(pending->rules->registry)->account) };
	zt_run run = { pending->rules, rule, &input, ZT_VIEW_EMPTY };
	zt_action action = { .kind = pending->kind };
	json_t *failures = json_array();
	(void)json_array_append_new(failures, zt_failure_new(&action, zt_view_of(pending->resource), &error));
	zt_failures_report(&run, failures);
	json_decref(failures);
}

void zt_pending_end(zt_pending *pending, zt_status status, const char *text)
{
	if (pending->rules) {
		unlink_pending(pending);
		if (status != ZT_OK)
			report(pending, status, text);
	}
	free_pending(pending);
}
