/* The log groups of the function and of the rule's failures: kept for so many days, not for ever. */
#include "aws/logs.h"
#include "setup/state.h"

static unsigned days(const zt_setup *setup)
{
	return setup->spec.log_retention_days ? setup->spec.log_retention_days : ZT_SETUP_LOG_RETENTION_DAYS;
}

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)item;
	*ret = json_pack("{s:i}", "retentionInDays", (int)days(setup));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status arn_of(const zt_setup *setup, const zt_setup_item *item, zt_str *out)
{
	return zt_setup_arn(setup, "logs", "log-group:", item->name, out);
}

/* Lambda makes the function's group without a tag, where set-up comes later than its first invocation. */
static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	ZT_JSON_CLEANUP json_t *group = NULL;
	ZT_JSON_CLEANUP json_t *tags = NULL;
	TRY(zt_logs_group_describe(setup->client, zt_view_of(item->name), &group, ret_error));
	TRY(arn_of(setup, item, &arn));
	TRY(zt_logs_tags(setup->client, zt_str_view(&arn), &tags, ret_error));
	*ret_ours = zt_view_equal(zt_json_view(json_object_get(tags, "tags"), "zerotouch"), zt_view_of(setup->name));
	*ret = json_pack("{s:O*}", "retentionInDays", json_object_get(group, "retentionInDays"));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status retain(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_logs_group_retain(setup->client, zt_view_of(item->name), days(setup), ret_error);
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *tags = json_pack("{s:s}", "zerotouch", setup->name);
	ENSURE(tags, zt_setup_no_memory(ret_error));
	TRY(zt_logs_group_create(setup->client, zt_view_of(item->name), tags, ret_error));
	return retain(setup, item, ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return retain(setup, item, ret_error);
}

static zt_status remove_group(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_logs_group_delete(setup->client, zt_view_of(item->name), ret_error);
}

/* Permissions on a group have ":*" behind it, those on its tags have not (CloudWatch Logs User Guide, "ARNs"). */
#define GROUPS                                                           \
	{                                                                \
		"log-group:{function-log}:*", "log-group:{errors-log}:*" \
	}
#define TAGS                                                         \
	{                                                            \
		"log-group:{function-log}", "log-group:{errors-log}" \
	}
static const zt_operator_action actions[] = {
	{ "logs:DescribeLogGroups", { "log-group:*" } },
	{ "logs:ListTagsForResource", TAGS },
	{ "logs:CreateLogGroup", GROUPS },
	{ "logs:TagResource", TAGS },
	{ "logs:PutRetentionPolicy", GROUPS },
	{ "logs:DeleteLogGroup", GROUPS },
};

const zt_resource zt_resource_log_group = {
	"log group", desired, observe, create, update, remove_group, ZT_OPERATOR_ACTIONS(actions)
};
