/* Tags of functions (AWS Lambda API reference). */
#include "base/json.h"
#include "cloud/api/lambda_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

static zt_status tag(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const json_t *tags;
	const zt_function *function;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_in_json_object(call->body, "Tags", &tags, ret_error));
	if (!tags)
		return zt_in_missing("tags", ret_error);
	TRY(zt_lambda_arn(call->registry, function, &arn));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, zt_str_view(&arn), tags, ret_error);
}

/* tagKeys stands in the query, once for each. */
static zt_status untag(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const zt_function *function;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	ZT_JSON_CLEANUP json_t *keys = json_array();
	TRY(zt_lambda_find(call, &function, ret_error));
	for (size_t i = 0; i < call->query.count; i++)
		if (zt_view_equal(call->query.members[i].name, ZT_LIT("tagKeys")))
			ENSURE(json_array_append_new(keys, zt_json_string(call->query.members[i].value)) == 0,
			       ZT_E_NOMEM);
	if (json_array_size(keys) == 0)
		return zt_in_missing("tagKeys", ret_error);
	TRY(zt_lambda_arn(call->registry, function, &arn));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_remove(txn, zt_str_view(&arn), keys, ret_error);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_function *function;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_lambda_arn(call->registry, function, &arn));
	const json_t *tags = zt_registry_tags(call->registry, zt_str_view(&arn));
	return zt_call_reply(call, json_pack("{s:o}", "Tags", tags ? json_deep_copy(tags) : json_object()));
}

#define TAGS "/2017-03-31/tags/{}"
static const zt_operation rows[] = {
	{ ZT_REST_OF("TagResource", "POST", TAGS, zt_lambda_resource, tag), .status = 204 },
	{ ZT_REST_OF("UntagResource", "DELETE", TAGS, zt_lambda_resource, untag), .status = 204 },
	{ ZT_REST_OF("ListTags", "GET", TAGS, zt_lambda_resource, list) },
};
const zt_operations zt_lambda_tag_operations = ZT_OPERATIONS(rows);
