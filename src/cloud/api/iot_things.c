/* Things: create, describe, update, delete, list (AWS IoT API reference). */
#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/things.h"

static const zt_param attribute_name = { "attributeName", 1, 128, "a-zA-Z0-9_.,@/:#-" };
static const zt_param attribute_value = { "attributeValue", 0, 800, "a-zA-Z0-9_.,@/:#=[]-" };

static zt_status create_thing(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_thing_spec spec = { 0 };
	const zt_thing *thing;
	bool merge = false;
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &spec.name, ret_error));
	TRY(zt_in_json(call->body, &zt_param_thing_type_name, ZT_OPTIONAL, &spec.type, ret_error));
	TRY(zt_in_json(call->body, &zt_param_billing_group_name, ZT_OPTIONAL, &spec.billing_group, ret_error));
	TRY(zt_in_attributes(call->body, &spec.attributes, &merge, ret_error));
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "thing", spec.name, &arn));
	TRY(zt_call_resource(call, spec.name, zt_str_view(&arn)));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_thing_create(txn, &spec, &thing, ret_error));
	return zt_call_reply(call, json_pack("{s:s, s:s, s:s}", "thingName", thing->name, "thingArn", zt_str_text(&arn),
					     "thingId", thing->id));
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static zt_status describe_thing(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &name, ret_error));
	const zt_thing *thing = zt_registry_thing(call->registry, name);
	if (!thing)
		return zt_not_found(ret_error, "Thing", name);
	return zt_call_reply(call,
			     json_pack("{s:s, s:s, s:s, s:o, s:s*, s:O, s:I, s:s*}", "defaultClientId", thing->name,
				       "thingName", thing->name, "thingId", thing->id, "thingArn",
				       zt_json_iot_arn(call->registry, "thing", thing->name), "thingTypeName",
				       or_null(thing->type), "attributes", thing->attributes, "version",
				       (json_int_t)thing->version, "billingGroupName", or_null(thing->billing_group)));
}

static zt_status update_thing(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_thing_update update = { 0 };
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &update.name, ret_error));
	TRY(zt_in_json(call->body, &zt_param_thing_type_name, ZT_OPTIONAL, &update.type, ret_error));
	TRY(zt_in_json_bool(call->body, "removeThingType", &update.remove_type, ret_error));
	TRY(zt_in_json_number(call->body, "expectedVersion", 1, INT64_MAX, &update.expected_version, ret_error));
	TRY(zt_in_attributes(call->body, &update.attributes, &update.merge, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_thing_update(txn, &update, ret_error);
}

static zt_status delete_thing(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	uint64_t expected = 0;
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &name, ret_error));
	TRY(zt_in_query_number(call, "expectedVersion", 1, INT64_MAX, &expected, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_thing_delete(txn, name, expected, ret_error);
}

typedef struct {
	const zt_registry *registry;
	zt_view attribute, value, type;
	bool prefix;
} thing_filter;

static const void *next_thing(void *context, zt_view after)
{
	const thing_filter *filter = context;
	if (filter->attribute.n && filter->value.p && !filter->prefix)
		return zt_registry_next_thing_with(filter->registry, filter->attribute, filter->value, after);
	return zt_registry_next_thing(filter->registry, after);
}

static zt_view thing_key(const void *entry)
{
	return zt_view_of(((const zt_thing *)entry)->name);
}

static bool has_attribute(const thing_filter *filter, const zt_thing *thing)
{
	char name[129];
	if (zt_text_copy(name, sizeof name, filter->attribute) != ZT_OK || !json_object_get(thing->attributes, name))
		return false;
	zt_view value = zt_json_view(thing->attributes, name);
	if (!filter->value.p)
		return true;
	return filter->prefix ? zt_view_starts(value, filter->value) : zt_view_equal(value, filter->value);
}

static bool wants_thing(void *context, const void *entry)
{
	const thing_filter *filter = context;
	const zt_thing *thing = entry;
	return (!filter->type.n || zt_view_equal(filter->type, zt_view_of(thing->type))) &&
	       (!filter->attribute.n || has_attribute(filter, thing));
}

static json_t *show_thing(void *context, const void *entry)
{
	const thing_filter *filter = context;
	const zt_thing *thing = entry;
	return json_pack("{s:s, s:s*, s:o, s:O, s:I}", "thingName", thing->name, "thingTypeName", or_null(thing->type),
			 "thingArn", zt_json_iot_arn(filter->registry, "thing", thing->name), "attributes",
			 thing->attributes, "version", (json_int_t)thing->version);
}

static zt_status list_things(zt_call *call, zt_error *ret_error)
{
	thing_filter filter = { .registry = call->registry };
	const zt_page_source source = { next_thing, thing_key, wants_thing, show_thing, &filter };
	TRY(zt_in_query(call, &attribute_name, ZT_OPTIONAL, &filter.attribute, ret_error));
	TRY(zt_in_query(call, &attribute_value, ZT_OPTIONAL, &filter.value, ret_error));
	TRY(zt_in_query(call, &zt_param_thing_type_name, ZT_OPTIONAL, &filter.type, ret_error));
	TRY(zt_in_query_bool(call, "usePrefixAttributeValue", &filter.prefix, ret_error));
	return zt_page_reply(call, &zt_page_tokens, false, &source, "things", ret_error);
}

static const zt_operation rows[] = {
	{ ZT_REST("CreateThing", "POST", "/things/{}", "thing/{}", create_thing) },
	{ ZT_REST("DescribeThing", "GET", "/things/{}", "thing/{}", describe_thing) },
	{ ZT_REST("UpdateThing", "PATCH", "/things/{}", "thing/{}", update_thing) },
	{ ZT_REST("DeleteThing", "DELETE", "/things/{}", "thing/{}", delete_thing) },
	{ ZT_REST("ListThings", "GET", "/things", NULL, list_things) },
};
const zt_operations zt_iot_thing_operations = ZT_OPERATIONS(rows);
