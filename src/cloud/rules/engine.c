#include "cloud/rules/engine.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "cloud/registry/rules.h"
#include "cloud/rules/state.h"
#include "mqtt/topic.h"

static void drop_rule(zt_rules *rules, zt_view name)
{
	for (size_t i = 0; i < rules->rule_count; i++)
		if (zt_view_equal(zt_view_of(rules->rules[i]->name), name)) {
			zt_rule_free(rules->rules[i]);
			rules->rules[i] = rules->rules[--rules->rule_count];
			return;
		}
}

static zt_status add_rule(zt_rules *rules, const zt_topic_rule *given, zt_error *ret_error)
{
	if (rules->rule_count == ZT_RULES_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT, "more than %d rules", ZT_RULES_MAX);
	zt_rule *rule;
	TRY(zt_rule_compile(zt_view_of(given->name), zt_view_of(given->sql), zt_view_of(given->sql_version),
			    given->actions, given->error_action, &rule, ret_error));
	rule->enabled = !given->disabled;
	rules->rules[rules->rule_count++] = rule;
	return ZT_OK;
}

/* A rule that does not compile any more (kept by another version of this program) is told and left out. */
static void take_rule(zt_rules *rules, const zt_topic_rule *given)
{
	zt_error error = { 0 };
	if (add_rule(rules, given, &error) != ZT_OK)
		LOG_ERROR("rules", "rule left out", ZT_KV_STR("rule", given->name), ZT_KV_STR("cause", error.text));
}

static void changed(void *context, zt_kind kind, zt_view key)
{
	zt_rules *rules = context;
	if (kind != ZT_KIND_RULE)
		return;
	drop_rule(rules, key);
	const zt_topic_rule *given = zt_registry_rule(rules->registry, key);
	if (given)
		take_rule(rules, given);
}

zt_status zt_rules_new(zt_registry *registry, zt_lambda *lambda, zt_rules **ret, zt_error *ret_error)
{
	zt_rules *rules = calloc(1, sizeof *rules);
	ENSURE(rules, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	rules->registry = registry;
	rules->lambda = lambda;
	zt_status status = zt_registry_listen(registry, changed, rules);
	if (status != ZT_OK) {
		free(rules);
		return zt_error_set(ret_error, status, "the registry has no room for another listener");
	}
	const zt_topic_rule *given = zt_registry_next_rule(registry, ZT_VIEW_EMPTY);
	for (; given; given = zt_registry_next_rule(registry, zt_view_of(given->name)))
		take_rule(rules, given);
	*ret = rules;
	return ZT_OK;
}

void zt_rules_free(zt_rules *rules)
{
	if (!rules)
		return;
	zt_registry_unlisten(rules->registry, changed, rules);
	zt_pending_forget(rules);
	for (size_t i = 0; i < rules->rule_count; i++)
		zt_rule_free(rules->rules[i]);
	free(rules);
}

void zt_rules_set_http(zt_rules *rules, zt_http_client *client)
{
	rules->http = client;
}

void zt_rules_set_republish(zt_rules *rules, zt_republish_fn republish, void *context)
{
	rules->republish = republish;
	rules->republish_context = context;
}

void zt_rules_set_logs(zt_rules *rules, zt_logs *logs)
{
	rules->logs = logs;
}

/* "$aws/rules/<name>/<rest>": for that rule alone, which sees <rest> as its topic (AWS IoT, "Basic Ingest"). Devices
 * publish to the bare name too; that the rule sees an empty topic then is unconfirmed. */
static bool basic_ingest(zt_view topic, zt_view *ret_rule, zt_view *ret_rest)
{
	if (!zt_view_take_prefix(&topic, ZT_LIT("$aws/rules/")))
		return false;
	size_t slash = zt_view_find(topic, '/');
	*ret_rule = zt_view_make(topic.p, slash);
	*ret_rest = zt_view_from(topic, slash + 1);
	return true;
}

static void run_actions(const zt_run *run)
{
	ZT_CLEANUP(zt_str_free) zt_str resource = ZT_STR(ZT_SQL_RESULT_MAX);
	ZT_JSON_CLEANUP json_t *failures = json_array();
	for (size_t i = 0; i < run->rule->action_count; i++) {
		const zt_action *action = &run->rule->actions[i];
		zt_error error = { 0 };
		zt_status status = zt_action_run(run, action, &resource, &error);
		if (status == ZT_OK) {
			LOG_DEBUG("rules", "action done", ZT_KV_STR("rule", run->rule->name),
				  ZT_KV_STR("action", zt_action_name(action->kind)),
				  ZT_KV_V("resource", zt_str_view(&resource)));
			continue;
		}
		if (!error.text[0])
			zt_error_set(&error, status, "%s", zt_status_text(status));
		(void)json_array_append_new(failures, zt_failure_new(action, zt_str_view(&resource), &error));
	}
	if (json_array_size(failures) > 0)
		zt_failures_report(run, failures);
}

static void run_rule(zt_rules *rules, const zt_rule *rule, const zt_sql_input *input)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(ZT_SQL_RESULT_MAX);
	zt_status status = zt_sql_run(rule->sql, input, &payload);
	if (status == ZT_E_NOT_FOUND)
		return;
	if (status != ZT_OK) {
		LOG_WARNING("rules", "no payload", ZT_KV_STR("rule", rule->name),
			    ZT_KV_V("topic", input->message->topic), ZT_KV_STR("cause", zt_status_text(status)));
		return;
	}
	run_actions(&(zt_run){ rules, rule, input, zt_str_view(&payload) });
}

static bool wants(const zt_rule *rule, bool ingest, zt_view ingest_rule, zt_view topic)
{
	zt_view filter;
	if (!rule->enabled)
		return false;
	if (ingest)
		return zt_view_equal(zt_view_of(rule->name), ingest_rule);
	return zt_sql_filter(rule->sql, &filter) && zt_filter_matches(filter, topic);
}

/* What the rules see of a message; the JSON is parsed for the first that wants it. */
static void fill_input(const zt_rules *rules, const zt_publish *message, zt_sql_input *input, json_t **payload)
{
	*input = (zt_sql_input){ .message = message,
				 .now_ms = zt_registry_now_ms(rules->registry),
				 .account = zt_view_of(zt_registry_account(rules->registry)->account) };
	if (message->client_id.n)
		zt_uuid(input->trace_id);
	if (zt_json_parse(message->payload, payload, NULL) == ZT_OK)
		input->payload = *payload;
}

static void run_all(zt_rules *rules, const zt_publish *message)
{
	zt_view ingest_rule, rest;
	bool ingest = basic_ingest(message->topic, &ingest_rule, &rest);
	zt_publish seen = *message;
	ZT_JSON_CLEANUP json_t *payload = NULL;
	zt_sql_input input = { 0 };
	if (ingest)
		seen.topic = rest;
	for (size_t i = 0; i < rules->rule_count; i++) {
		if (!wants(rules->rules[i], ingest, ingest_rule, message->topic))
			continue;
		if (!input.message)
			fill_input(rules, &seen, &input, &payload);
		run_rule(rules, rules->rules[i], &input);
	}
}

static void accepted(void *context, const zt_publish *message)
{
	zt_rules *rules = context;
	if (rules->nesting == ZT_RULES_NESTING_MAX) {
		LOG_WARNING("rules", "rules set one another off; ended", ZT_KV_V("topic", message->topic));
		return;
	}
	rules->nesting++;
	run_all(rules, message);
	rules->nesting--;
}

zt_publish_listener zt_rules_listener(zt_rules *rules)
{
	return (zt_publish_listener){ accepted, rules };
}

zt_status zt_rules_check(const json_t *payload, zt_error *ret_error)
{
	zt_rule *rule;
	if (!json_is_object(payload) || !json_is_string(json_object_get(payload, "sql")))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException",
				      "topicRulePayload has no sql");
	TRY(zt_rule_compile(ZT_VIEW_EMPTY, zt_json_view(payload, "sql"), zt_json_view(payload, "awsIotSqlVersion"),
			    json_object_get(payload, "actions"), json_object_get(payload, "errorAction"), &rule,
			    ret_error));
	zt_rule_free(rule);
	return ZT_OK;
}
