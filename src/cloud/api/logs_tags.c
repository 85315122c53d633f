/* Tags of log groups: by ARN, and the older operations by name. */
#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/logs_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

static const zt_param resource_arn = { "resourceArn", 1, 1011, NULL };

/* The ARN of the group that the call names, without the :* that lists put behind it. */
static zt_status group_arn(const zt_call *call, zt_str *out, zt_error *ret_error)
{
	zt_view text, name;
	zt_arn arn;
	const zt_log_group *group = NULL;
	if (!json_object_get(call->body, resource_arn.name)) {
		TRY(zt_logs_group(call, &group, ret_error));
	} else {
		TRY(zt_in_json(call->body, &resource_arn, ZT_REQUIRED, &text, ret_error));
		if (zt_arn_parse(text, &arn) == ZT_OK && zt_arn_resource_of(&arn, ZT_LIT("log-group"), &name))
			group = zt_registry_log_group(call->registry, name);
	}
	if (!group)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "The specified resource does not exist.");
	return zt_account_log_group_arn(zt_registry_account(call->registry), zt_view_of(group->name), out);
}

static zt_status tag(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const json_t *tags;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(group_arn(call, &arn, ret_error));
	TRY(zt_in_json_object(call->body, "tags", &tags, ret_error));
	if (!tags)
		return zt_in_missing("tags", ret_error);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, zt_str_view(&arn), tags, ret_error);
}

static zt_status untag_keys(zt_call *call, const char *member, zt_error *ret_error)
{
	zt_txn *txn;
	const json_t *keys;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(group_arn(call, &arn, ret_error));
	TRY(zt_in_json_array(call->body, member, &keys, ret_error));
	if (!keys)
		return zt_in_missing(member, ret_error);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_remove(txn, zt_str_view(&arn), keys, ret_error);
}

static zt_status untag(zt_call *call, zt_error *ret_error)
{
	return untag_keys(call, "tagKeys", ret_error);
}

static zt_status untag_group(zt_call *call, zt_error *ret_error)
{
	return untag_keys(call, "tags", ret_error);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(group_arn(call, &arn, ret_error));
	const json_t *tags = zt_registry_tags(call->registry, zt_str_view(&arn));
	return zt_call_reply(call, json_pack("{s:o}", "tags", tags ? json_deep_copy(tags) : json_object()));
}

static const zt_operation rows[] = {
	{ ZT_QUERY("TagResource", zt_logs_tag_resource, tag) },
	{ ZT_QUERY("UntagResource", zt_logs_tag_resource, untag) },
	{ ZT_QUERY("ListTagsForResource", zt_logs_tag_resource, list) },
	{ ZT_QUERY("TagLogGroup", zt_logs_group_resource, tag) },
	{ ZT_QUERY("UntagLogGroup", zt_logs_group_resource, untag_group) },
	{ ZT_QUERY("ListTagsLogGroup", zt_logs_group_resource, list) },
};
const zt_operations zt_logs_tag_operations = ZT_OPERATIONS(rows);
