/* Tags of IoT resources (AWS IoT API reference): lists of {"Key","Value"} on the wire. */
#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/groups.h"
#include "cloud/registry/policies.h"
#include "cloud/registry/provisioning.h"
#include "cloud/registry/rules.h"
#include "cloud/registry/tags.h"

static const zt_param resource_arn = { "resourceArn", 1, 2048, NULL };

/* Whether a taggable resource is there. CA certificates are tagged too, device certificates are not. */
static bool exists(const zt_registry *registry, const zt_arn *arn)
{
	zt_view name;
	if (zt_arn_resource_of(arn, ZT_LIT("thingtype"), &name))
		return zt_registry_thing_type(registry, name) != NULL;
	if (zt_arn_resource_of(arn, ZT_LIT("thinggroup"), &name))
		return zt_registry_thing_group(registry, name) != NULL;
	if (zt_arn_resource_of(arn, ZT_LIT("policy"), &name))
		return zt_registry_policy(registry, name) != NULL;
	if (zt_arn_resource_of(arn, ZT_LIT("rule"), &name))
		return zt_registry_rule(registry, name) != NULL;
	if (zt_arn_resource_of(arn, ZT_LIT("cacert"), &name))
		return zt_registry_ca(registry, name) != NULL;
	if (zt_arn_resource_of(arn, ZT_LIT("provisioningtemplate"), &name))
		return zt_registry_template(registry, name) != NULL;
	return false;
}

static zt_status check_resource(const zt_call *call, zt_view text, zt_error *ret_error)
{
	zt_arn arn;
	if (zt_arn_parse(text, &arn) != ZT_OK || !zt_view_equal(arn.service, ZT_LIT("iot")))
		return zt_error_set(ret_error, ZT_E_INVALID, "Invalid resource ARN: %.*s", ZT_PRI(text));
	return exists(call->registry, &arn) ? ZT_OK : zt_not_found(ret_error, "Resource", text);
}

static zt_status add_tag(json_t *tags, const json_t *tag, zt_error *ret_error)
{
	zt_view key, value;
	if (!json_is_object(tag))
		return zt_error_set(ret_error, ZT_E_INVALID, "a tag must be an object with 'Key' and 'Value'");
	TRY(zt_in_json(tag, &zt_param_tag_key, ZT_REQUIRED, &key, ret_error));
	TRY(zt_in_json(tag, &zt_param_tag_value, ZT_OPTIONAL, &value, ret_error));
	return json_object_set_new(tags, (const char *)key.p, zt_json_string(value)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* The list as an object; NULL when it is absent. */
static zt_status read_tags(const json_t *body, json_t **ret, zt_error *ret_error)
{
	const json_t *list, *tag;
	size_t i;
	TRY(zt_in_json_array(body, "tags", &list, ret_error));
	if (!list)
		return ZT_OK;
	ZT_JSON_CLEANUP json_t *tags = json_object();
	ENSURE(tags, ZT_E_NOMEM);
	json_array_foreach(list, i, tag)
		TRY(add_tag(tags, tag, ret_error));
	*ret = ZT_STEAL(tags);
	return ZT_OK;
}

zt_status zt_iot_tag_new(zt_call *call, zt_view arn, zt_error *ret_error)
{
	zt_txn *txn;
	ZT_JSON_CLEANUP json_t *tags = NULL;
	TRY(read_tags(call->body, &tags, ret_error));
	if (!tags || json_object_size(tags) == 0)
		return ZT_OK;
	TRY(zt_authorise_action(call, "iot:TagResource", arn, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, arn, tags, ret_error);
}

zt_status zt_iot_untag_deleted(zt_call *call, const char *type, zt_view name, zt_error *ret_error)
{
	zt_txn *txn;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ZT_ARN_MAX);
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), type, name, &arn));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_remove(txn, zt_str_view(&arn), NULL, ret_error);
}

static zt_status tag(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view arn;
	ZT_JSON_CLEANUP json_t *tags = NULL;
	TRY(zt_in_json(call->body, &resource_arn, ZT_REQUIRED, &arn, ret_error));
	TRY(read_tags(call->body, &tags, ret_error));
	if (!tags)
		return zt_in_missing("tags", ret_error);
	TRY(check_resource(call, arn, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, arn, tags, ret_error);
}

static zt_status untag(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view arn;
	const json_t *keys;
	TRY(zt_in_json(call->body, &resource_arn, ZT_REQUIRED, &arn, ret_error));
	TRY(zt_in_json_array(call->body, "tagKeys", &keys, ret_error));
	if (!keys)
		return zt_in_missing("tagKeys", ret_error);
	TRY(check_resource(call, arn, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_remove(txn, arn, keys, ret_error);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	zt_view arn;
	const char *key;
	json_t *value;
	TRY(zt_in_query(call, &resource_arn, ZT_REQUIRED, &arn, ret_error));
	TRY(check_resource(call, arn, ret_error));
	json_t *tags = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "tags", tags)));
	json_object_foreach((json_t *)(uintptr_t)zt_registry_tags(call->registry, arn), key, value)
		ENSURE(json_array_append_new(tags, json_pack("{s:s, s:O}", "Key", key, "Value", value)) == 0,
		       ZT_E_NOMEM);
	return ZT_OK;
}

/* A missing or impossible ARN is the handler's to refuse. */
static zt_status resource_of_body(const zt_call *call, zt_str *out)
{
	return zt_str_put(out, zt_json_view(call->body, resource_arn.name));
}

static zt_status resource_of_query(const zt_call *call, zt_str *out)
{
	zt_view arn;
	return zt_in_query(call, &resource_arn, ZT_REQUIRED, &arn, NULL) == ZT_OK ? zt_str_put(out, arn) : ZT_OK;
}

static const zt_operation rows[] = {
	{ ZT_REST_OF("TagResource", "POST", "/tags", resource_of_body, tag) },
	{ ZT_REST_OF("UntagResource", "POST", "/untag", resource_of_body, untag) },
	{ ZT_REST_OF("ListTagsForResource", "GET", "/tags", resource_of_query, list) },
};
const zt_operations zt_iot_tag_operations = ZT_OPERATIONS(rows);
