/* Topic rules (AWS IoT API reference). */
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/rules.h"
#include "cloud/registry/tags.h"
#include "cloud/rules/engine.h"
#include "cloud/rules/sql.h"
#include "mqtt/topic.h"

/* Every role that an action names must be one that the caller may pass. */
static zt_status check_action_role(const zt_call *call, const json_t *action, zt_error *ret_error)
{
	const char *kind;
	json_t *parameters;
	json_object_foreach((json_t *)(uintptr_t)action, kind, parameters) {
		zt_view role = zt_json_view(parameters, "roleArn");
		if (role.n)
			TRY(zt_call_may_pass_role(call, role, ret_error));
	}
	return ZT_OK;
}

static zt_status check_payload(const zt_call *call, zt_error *ret_error)
{
	const json_t *action;
	size_t i;
	TRY(zt_rules_check(call->body, ret_error));
	json_array_foreach(json_object_get(call->body, "actions"), i, action)
		TRY(check_action_role(call, action, ret_error));
	return check_action_role(call, json_object_get(call->body, "errorAction"), ret_error);
}

/* x-amz-tagging: tags as a form, "k1=v1&k2=v2". */
static zt_status tag_rule(zt_call *call, zt_view arn, zt_error *ret_error)
{
	zt_txn *txn;
	zt_form form = { 0 };
	zt_view header = zt_http_header_of(call->request, "x-amz-tagging");
	ZT_JSON_CLEANUP json_t *tags = json_object();
	if (header.n == 0)
		return ZT_OK;
	TRY(zt_authorise_action(call, "iot:TagResource", arn, ret_error));
	TRY(zt_form_read(header, &form, ret_error));
	bool built = tags != NULL;
	for (size_t i = 0; i < form.count && built; i++) {
		char key[129];
		built = zt_text_copy(key, sizeof key, form.members[i].name) == ZT_OK &&
			json_object_set_new(tags, key, zt_json_string(form.members[i].value)) == 0;
	}
	zt_form_free(&form);
	if (!built)
		return zt_error_set(ret_error, ZT_E_INVALID, "the tags are not well-formed");
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, arn, tags, ret_error);
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_label(call, 0, &zt_param_rule_name, &name, ret_error));
	TRY(check_payload(call, ret_error));
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "rule", name, &arn));
	TRY(zt_call_resource(call, name, zt_str_view(&arn)));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_rule_put(txn, name, call->body, false, ret_error));
	return tag_rule(call, zt_str_view(&arn), ret_error);
}

static zt_status replace(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_rule_name, &name, ret_error));
	TRY(check_payload(call, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_rule_put(txn, name, call->body, true, ret_error);
}

static json_t *describe(const zt_topic_rule *rule)
{
	return json_pack("{s:s, s:s, s:s*, s:o, s:O, s:b, s:s*, s:O*}", "ruleName", rule->name, "sql", rule->sql,
			 "description", rule->description, "createdAt", zt_json_seconds(rule->created_ms), "actions",
			 rule->actions, "ruleDisabled", rule->disabled, "awsIotSqlVersion", rule->sql_version,
			 "errorAction", rule->error_action);
}

/* Not 404: that is how AWS answers (AWS IoT API reference; the text is unconfirmed). */
static zt_status no_such_rule(zt_error *ret_error, zt_view name)
{
	return zt_error_coded(ret_error, ZT_E_DENIED, "UnauthorizedException", "Access to topic rule '%.*s' was denied",
			      ZT_PRI(name));
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_rule_name, &name, ret_error));
	const zt_topic_rule *rule = zt_registry_rule(call->registry, name);
	if (!rule)
		return no_such_rule(ret_error, name);
	return zt_call_reply(call,
			     json_pack("{s:o, s:o}", "ruleArn", zt_json_iot_arn(call->registry, "rule", rule->name),
				       "rule", describe(rule)));
}

static zt_status delete_rule(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_rule_name, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_rule_delete(txn, name, ret_error));
	return zt_iot_untag_deleted(call, "rule", name, ret_error);
}

static zt_status set_enabled(zt_call *call, bool enabled, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_rule_name, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_rule_enable(txn, name, enabled, ret_error);
}

static zt_status enable(zt_call *call, zt_error *ret_error)
{
	return set_enabled(call, true, ret_error);
}

static zt_status disable(zt_call *call, zt_error *ret_error)
{
	return set_enabled(call, false, ret_error);
}

static const zt_param topic_param = { "topic", 1, 256, NULL };

typedef struct {
	const zt_registry *registry;
	bool by_state, disabled;
	zt_view topic;
} rule_filter;

/* The topic filter of a rule's FROM; the empty text when it has none. */
static zt_status topic_pattern(const zt_topic_rule *rule, zt_str *out)
{
	zt_view filter;
	ZT_CLEANUP(zt_sql_freep) zt_sql *sql = NULL;
	TRY(zt_sql_parse(zt_view_of(rule->sql), &sql, NULL));
	return zt_sql_filter(sql, &filter) ? zt_str_put(out, filter) : ZT_OK;
}

static bool listens_to(const zt_topic_rule *rule, zt_view topic)
{
	ZT_CLEANUP(zt_str_free) zt_str pattern = ZT_STR(1024);
	if (topic_pattern(rule, &pattern) != ZT_OK)
		return false;
	return zt_view_equal(zt_str_view(&pattern), topic) || zt_filter_matches(zt_str_view(&pattern), topic);
}

static const void *next_rule(void *context, zt_view after)
{
	return zt_registry_next_rule(((rule_filter *)context)->registry, after);
}

static zt_view rule_key(const void *entry)
{
	return zt_view_of(((const zt_topic_rule *)entry)->name);
}

static bool wants_rule(void *context, const void *entry)
{
	const rule_filter *filter = context;
	const zt_topic_rule *rule = entry;
	return (!filter->by_state || rule->disabled == filter->disabled) &&
	       (!filter->topic.n || listens_to(rule, filter->topic));
}

static json_t *show_rule(void *context, const void *entry)
{
	const zt_topic_rule *rule = entry;
	ZT_CLEANUP(zt_str_free) zt_str pattern = ZT_STR(1024);
	bool named = topic_pattern(rule, &pattern) == ZT_OK && pattern.n;
	return json_pack("{s:o, s:s, s:s*, s:o, s:b}", "ruleArn",
			 zt_json_iot_arn(((rule_filter *)context)->registry, "rule", rule->name), "ruleName",
			 rule->name, "topicPattern", named ? zt_str_text(&pattern) : NULL, "createdAt",
			 zt_json_seconds(rule->created_ms), "ruleDisabled", rule->disabled);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	rule_filter filter = { .registry = call->registry };
	const zt_page_source source = { next_rule, rule_key, wants_rule, show_rule, &filter };
	zt_view state;
	TRY(zt_in_query(call, &topic_param, ZT_OPTIONAL, &filter.topic, ret_error));
	filter.by_state = zt_form_get(&call->query, "ruleDisabled", &state);
	TRY(zt_in_query_bool(call, "ruleDisabled", &filter.disabled, ret_error));
	return zt_page_reply(call, &zt_page_tokens, false, &source, "rules", ret_error);
}

#define RULE "rule/{}"
static const zt_operation rows[] = {
	{ ZT_REST("CreateTopicRule", "POST", "/rules/{}", RULE, create) },
	{ ZT_REST("GetTopicRule", "GET", "/rules/{}", RULE, get) },
	{ ZT_REST("ReplaceTopicRule", "PATCH", "/rules/{}", RULE, replace) },
	{ ZT_REST("DeleteTopicRule", "DELETE", "/rules/{}", RULE, delete_rule) },
	{ ZT_REST("EnableTopicRule", "POST", "/rules/{}/enable", RULE, enable) },
	{ ZT_REST("DisableTopicRule", "POST", "/rules/{}/disable", RULE, disable) },
	{ ZT_REST("ListTopicRules", "GET", "/rules", NULL, list) },
};
const zt_operations zt_iot_rule_operations = ZT_OPERATIONS(rows);
