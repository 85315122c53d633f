/* Log groups: create, describe, keep for so many days, delete. */
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/logs_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

enum { DESCRIBE_MAX = 50, DAYS_MAX = 3653 };

static const zt_param prefix = { "logGroupNamePrefix", 1, ZT_LOG_NAME_MAX, "a-zA-Z0-9._/#-" };
static const zt_param pattern = { "logGroupNamePattern", 0, ZT_LOG_NAME_MAX, "a-zA-Z0-9._/#-" };

/* Tags of a group in the making need a permission of their own. */
static zt_status tag_new(zt_call *call, zt_view name, zt_error *ret_error)
{
	zt_txn *txn;
	const json_t *tags;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(zt_in_json_object(call->body, "tags", &tags, ret_error));
	if (!tags)
		return ZT_OK;
	TRY(zt_account_log_group_arn(zt_registry_account(call->registry), name, &arn));
	TRY(zt_authorise_action(call, "logs:TagResource", zt_str_view(&arn), ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, zt_str_view(&arn), tags, ret_error);
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_json(call->body, &zt_param_log_group_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_log_group_create(txn, name, ret_error));
	return tag_new(call, name, ret_error);
}

static zt_status delete_group(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_json(call->body, &zt_param_log_group_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_log_group_delete(txn, name, ret_error);
}

/* PutRetentionPolicy, "Valid values". */
static bool is_retention(uint64_t days)
{
	static const unsigned valid[] = { 1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
					  365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 };
	for (size_t i = 0; i < ZT_COUNT(valid); i++)
		if (valid[i] == days)
			return true;
	return false;
}

static zt_status put_retention(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	uint64_t days = 0;
	TRY(zt_in_json(call->body, &zt_param_log_group_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_in_json_number(call->body, "retentionInDays", 1, DAYS_MAX, &days, ret_error));
	if (!is_retention(days))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "1 validation error detected: Value '%u' at 'retentionInDays' failed to satisfy "
				    "constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, …]",
				    (unsigned)days);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_log_group_retain(txn, name, (unsigned)days, ret_error);
}

static zt_status delete_retention(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_json(call->body, &zt_param_log_group_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_log_group_retain(txn, name, 0, ret_error);
}

static json_t *show(const zt_call *call, const zt_log_group *group)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	zt_view name = zt_view_of(group->name);
	if (zt_account_log_group_arn(zt_registry_account(call->registry), name, &arn) != ZT_OK ||
	    zt_str_put_text(&arn, ":*") != ZT_OK)
		return NULL;
	json_t *days = group->retention_days ? json_integer(group->retention_days) : NULL;
	return json_pack("{s:s, s:I, s:o*, s:i, s:s, s:I}", "logGroupName", group->name, "creationTime",
			 (json_int_t)group->created_ms, "retentionInDays", days, "metricFilterCount", 0, "arn",
			 zt_str_text(&arn), "storedBytes", (json_int_t)zt_logs_bytes(zt_call_logs(call), name));
}

static bool wanted(const zt_log_group *group, zt_view begins, zt_view holds)
{
	zt_view name = zt_view_of(group->name);
	if (begins.n && !zt_view_starts(name, begins))
		return false;
	for (size_t i = 0; i + holds.n <= name.n; i++)
		if (zt_view_starts(zt_view_from(name, i), holds))
			return true;
	return false;
}

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	uint64_t limit;
	zt_view begins, holds, last = ZT_VIEW_EMPTY;
	ZT_CLEANUP(zt_str_free) zt_str after = ZT_STR(ZT_LOG_NAME_MAX + 1);
	TRY(zt_in_json(call->body, &prefix, ZT_OPTIONAL, &begins, ret_error));
	TRY(zt_in_json(call->body, &pattern, ZT_OPTIONAL, &holds, ret_error));
	TRY(zt_logs_page_read(call, DESCRIBE_MAX, DESCRIBE_MAX, &limit, &after, ret_error));
	json_t *groups = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "logGroups", groups)));
	const zt_log_group *group = zt_registry_next_log_group(call->registry, zt_str_view(&after));
	for (; group; group = zt_registry_next_log_group(call->registry, zt_view_of(group->name))) {
		if (!wanted(group, begins, holds))
			continue;
		if (json_array_size(groups) == limit)
			return zt_logs_page_end(call, "nextToken", last);
		ENSURE(json_array_append_new(groups, show(call, group)) == 0, ZT_E_NOMEM);
		last = zt_view_of(group->name);
	}
	return ZT_OK;
}

/* It names no group: IAM's resource is log-group::log-stream:, which "log-group:*" covers. */
static zt_status any_group(const zt_call *call, zt_str *out)
{
	TRY(zt_account_log_group_arn(zt_registry_account(call->registry), ZT_VIEW_EMPTY, out));
	return zt_str_put_text(out, ":log-stream:");
}

static const zt_operation rows[] = {
	{ ZT_QUERY("CreateLogGroup", zt_logs_group_resource, create) },
	{ ZT_QUERY("DeleteLogGroup", zt_logs_group_resource, delete_group) },
	{ ZT_QUERY("PutRetentionPolicy", zt_logs_group_resource, put_retention) },
	{ ZT_QUERY("DeleteRetentionPolicy", zt_logs_group_resource, delete_retention) },
	{ ZT_QUERY("DescribeLogGroups", any_group, describe) },
};
const zt_operations zt_logs_group_operations = ZT_OPERATIONS(rows);
