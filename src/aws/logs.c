#include "aws/logs.h"

#include "base/json.h"

enum { TARGET_MAX = 64 };

/* Takes over `body`. Every operation is a POST to one path. */
static zt_status call(zt_aws_client *client, const char *operation, json_t *body, json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *json = body;
	char target[TARGET_MAX];
	(void)snprintf(target, sizeof target, "Logs_20140328.%s", operation);
	zt_aws_request request = zt_aws_request_make(ZT_AWS_LOGS, operation, "POST", "/");
	zt_aws_request_header(&request, "x-amz-target", zt_view_of(target));
	zt_aws_request_body(&request, json);
	return zt_aws_call(client, &request, json, ret, ret_error);
}

static json_t *named(zt_view name)
{
	return json_pack("{s:o}", "logGroupName", zt_json_string(name));
}

zt_status zt_logs_group_create(zt_aws_client *client, zt_view name, const json_t *tags, zt_error *ret_error)
{
	json_t *body = json_pack("{s:o, s:O*}", "logGroupName", zt_json_string(name), "tags", tags);
	return call(client, "CreateLogGroup", body, NULL, ret_error);
}

/* The prefix finds others too; the group itself is the first in the order of names. */
zt_status zt_logs_group_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	json_t *body = json_pack("{s:o, s:i}", "logGroupNamePrefix", zt_json_string(name), "limit", 1);
	TRY(call(client, "DescribeLogGroups", body, &answer, ret_error));
	json_t *group = json_array_get(json_object_get(answer, "logGroups"), 0);
	if (!zt_view_equal(zt_json_view(group, "logGroupName"), name))
		return zt_error_set(ret_error, ZT_E_NOT_FOUND, "there is no log group %.*s", ZT_PRI(name));
	*ret = json_incref(group);
	return ZT_OK;
}

zt_status zt_logs_group_retain(zt_aws_client *client, zt_view name, unsigned days, zt_error *ret_error)
{
	json_t *body = json_pack("{s:o, s:i}", "logGroupName", zt_json_string(name), "retentionInDays", (int)days);
	return call(client, "PutRetentionPolicy", body, NULL, ret_error);
}

zt_status zt_logs_group_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	return call(client, "DeleteLogGroup", named(name), NULL, ret_error);
}

zt_status zt_logs_tags(zt_aws_client *client, zt_view arn, json_t **ret, zt_error *ret_error)
{
	return call(client, "ListTagsForResource", json_pack("{s:o}", "resourceArn", zt_json_string(arn)), ret,
		    ret_error);
}

zt_status zt_logs_filter(zt_aws_client *client, zt_view group, zt_view pattern, int64_t start_ms, unsigned limit,
			 json_t **ret, zt_error *ret_error)
{
	json_t *body = json_pack("{s:o, s:o*, s:I, s:i}", "logGroupName", zt_json_string(group), "filterPattern",
				 pattern.n ? zt_json_string(pattern) : NULL, "startTime", (json_int_t)start_ms, "limit",
				 (int)limit);
	return call(client, "FilterLogEvents", body, ret, ret_error);
}
