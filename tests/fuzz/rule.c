/* A rule as CreateTopicRule brings it, in one line, then a message: its statement is run, its actions' templates are
 * filled. */
#include "base/json.h"
#include "cloud/rules/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { TARGET_MAX = 64 * 1024 };

static void fill(const zt_action *action, const zt_sql_input *input)
{
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(TARGET_MAX);
	zt_status status = zt_template_expand(action->target, input, &out);
	for (size_t i = 0; i < action->header_count && status == ZT_OK; i++)
		status = zt_template_expand(action->headers[i].value, input, &out);
}

static void run(const zt_rule *rule, zt_view payload)
{
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_SQL_RESULT_MAX);
	ZT_JSON_CLEANUP json_t *json = NULL;
	if (zt_json_parse(payload, &json, NULL) != ZT_OK)
		json = NULL;
	const zt_publish message = { .topic = ZT_LIT("a/b"), .payload = payload, .client_id = ZT_LIT("lamp") };
	const zt_sql_input input = {
		.message = &message, .payload = json, .account = ZT_LIT("123456789012"), .now_ms = 1
	};
	if (zt_sql_run(rule->sql, &input, &out) != ZT_OK)
		return;
	for (size_t i = 0; i < rule->action_count; i++)
		fill(&rule->actions[i], &input);
	if (rule->has_error_action)
		fill(&rule->error_action, &input);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest = zt_view_make(bytes, n), line;
	ZT_JSON_CLEANUP json_t *payload = NULL;
	ZT_CLEANUP(zt_rule_freep) zt_rule *rule = NULL;
	zt_error error = { 0 };
	if (!zt_view_split(&rest, '\n', &line) || zt_json_parse(line, &payload, NULL) != ZT_OK)
		return 0;
	zt_status status = zt_rule_compile(
	    ZT_LIT("r"), zt_json_view(payload, "sql"), zt_json_view(payload, "awsIotSqlVersion"),
	    json_object_get(payload, "actions"), json_object_get(payload, "errorAction"), &rule, &error);
	if (status == ZT_OK)
		run(rule, rest);
	else if (!error.text[0])
		abort();
	return 0;
}
