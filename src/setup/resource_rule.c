/* The rule that hands registrations of our CAs to the handler. */
#include "aws/iot_rule.h"
#include "setup/documents.h"

static const char *const members[] = { "sql",          "description", "actions", "awsIotSqlVersion",
				       "ruleDisabled", "errorAction" };

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)item;
	ZT_CLEANUP(zt_str_free) zt_str sql = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	TRY(zt_document_sql(setup, &sql));
	*ret =
	    json_pack("{s:s, s:s, s:[{s:{s:o}}], s:s, s:b, s:{s:{s:s, s:o}}}", "sql", zt_str_text(&sql), "description",
		      "Registrations of devices, to zerotouch's handler", "actions", "lambda", "functionArn",
		      zt_setup_arn_json(setup, "lambda", "function:", setup->handler_name), "awsIotSqlVersion",
		      "2016-03-23", "ruleDisabled", 0, "errorAction", "cloudwatchLogs", "logGroupName",
		      setup->errors_log, "roleArn", zt_setup_arn_json(setup, "iam", "role/", setup->errors_role_name));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

/* AWS may tell a member that has its default. */
static void drop_default(const json_t *rule)
{
	json_t *logs = json_object_get(json_object_get(rule, "errorAction"), "cloudwatchLogs");
	if (json_is_false(json_object_get(logs, "batchMode")))
		(void)json_object_del(logs, "batchMode");
}

static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_iot_rule_get(setup->client, zt_view_of(item->name), &answer, ret_error));
	TRY(zt_setup_has_tag(setup, zt_json_view(answer, "ruleArn"), ret_ours, ret_error));
	const json_t *rule = json_object_get(answer, "rule");
	drop_default(rule);
	*ret = zt_setup_pick(rule, members, ZT_COUNT(members));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	char tag[64];
	(void)snprintf(tag, sizeof tag, "zerotouch=%s", setup->name);
	return zt_iot_rule_create(setup->client, zt_view_of(item->name), item->desired, zt_view_of(tag), ret_error);
}

/* Replaces the whole, not only what differs. */
static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *whole = NULL;
	TRY(desired(setup, item, &whole, ret_error));
	return zt_iot_rule_replace(setup->client, zt_view_of(item->name), whole, ret_error);
}

static zt_status remove_rule(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_iot_rule_delete(setup->client, zt_view_of(item->name), ret_error);
}

static const zt_operator_action actions[] = {
	{ "iot:GetTopicRule", { "rule/{rule}" } },     { "iot:ListTagsForResource", { "rule/{rule}" } },
	{ "iot:CreateTopicRule", { "rule/{rule}" } },  { "iot:TagResource", { "rule/{rule}" } },
	{ "iot:ReplaceTopicRule", { "rule/{rule}" } }, { "iot:DeleteTopicRule", { "rule/{rule}" } },
	{ "iam:PassRole", { "role/{errors-role}" } },
};

const zt_resource zt_resource_rule = {
	"topic rule", desired, observe, create, update, remove_rule, ZT_OPERATOR_ACTIONS(actions)
};
