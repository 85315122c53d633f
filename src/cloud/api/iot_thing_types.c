/* Thing types (AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/things.h"

static const zt_param description = { "thingTypeDescription", 0, 2028, NULL };
static const zt_param searchable = { "searchableAttributes", 1, 128, "a-zA-Z0-9_.,@/:#-" };

static zt_status read_searchable(const json_t *properties, const json_t **ret, zt_error *ret_error)
{
	const json_t *list, *name;
	size_t i;
	TRY(zt_in_json_array(properties, searchable.name, &list, ret_error));
	json_array_foreach(list, i, name) {
		if (!json_is_string(name))
			return zt_error_set(ret_error, ZT_E_INVALID,
					    "'searchableAttributes' must be a list of strings");
		TRY(zt_param_check(&searchable, zt_view_of(json_string_value(name)), ret_error));
	}
	*ret = list;
	return ZT_OK;
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_thing_type_spec spec = { 0 };
	const zt_thing_type *type;
	const json_t *properties;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_label(call, 0, &zt_param_thing_type_name, &spec.name, ret_error));
	TRY(zt_in_json_object(call->body, "thingTypeProperties", &properties, ret_error));
	TRY(zt_in_json(properties, &description, ZT_OPTIONAL, &spec.description, ret_error));
	TRY(read_searchable(properties, &spec.searchable_attributes, ret_error));
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "thingtype", spec.name, &arn));
	TRY(zt_call_resource(call, spec.name, zt_str_view(&arn)));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_thing_type_create(txn, &spec, &type, ret_error));
	TRY(zt_call_reply(call, json_pack("{s:s, s:s, s:s}", "thingTypeName", type->name, "thingTypeArn",
					  zt_str_text(&arn), "thingTypeId", type->id)));
	return zt_iot_tag_new(call, zt_str_view(&arn), ret_error);
}

static json_t *properties_of(const zt_thing_type *type)
{
	return json_pack("{s:s*, s:O}", "thingTypeDescription", type->description, "searchableAttributes",
			 type->searchable_attributes);
}

static json_t *metadata_of(const zt_thing_type *type)
{
	return json_pack("{s:b, s:o*, s:o}", "deprecated", type->deprecated, "deprecationDate",
			 type->deprecated ? zt_json_seconds(type->deprecated_ms) : NULL, "creationDate",
			 zt_json_seconds(type->created_ms));
}

static zt_status find(const zt_call *call, const zt_thing_type **ret, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_thing_type_name, &name, ret_error));
	*ret = zt_registry_thing_type(call->registry, name);
	return *ret ? ZT_OK : zt_not_found(ret_error, "Thing type", name);
}

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	const zt_thing_type *type;
	TRY(find(call, &type, ret_error));
	return zt_call_reply(
	    call, json_pack("{s:s, s:s, s:o, s:o, s:o}", "thingTypeName", type->name, "thingTypeId", type->id,
			    "thingTypeArn", zt_json_iot_arn(call->registry, "thingtype", type->name),
			    "thingTypeProperties", properties_of(type), "thingTypeMetadata", metadata_of(type)));
}

static zt_status deprecate(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	bool undo = false;
	TRY(zt_in_label(call, 0, &zt_param_thing_type_name, &name, ret_error));
	TRY(zt_in_json_bool(call->body, "undoDeprecate", &undo, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_thing_type_deprecate(txn, name, undo, ret_error);
}

static zt_status delete_type(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_thing_type_name, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_thing_type_delete(txn, name, ret_error));
	return zt_iot_untag_deleted(call, "thingtype", name, ret_error);
}

typedef struct {
	const zt_registry *registry;
	zt_view name;
} type_filter;

static const void *next_type(void *context, zt_view after)
{
	return zt_registry_next_thing_type(((type_filter *)context)->registry, after);
}

static zt_view type_key(const void *entry)
{
	return zt_view_of(((const zt_thing_type *)entry)->name);
}

static bool wants_type(void *context, const void *entry)
{
	zt_view name = ((type_filter *)context)->name;
	return name.n == 0 || zt_view_equal(name, type_key(entry));
}

static json_t *show_type(void *context, const void *entry)
{
	const zt_thing_type *type = entry;
	return json_pack("{s:s, s:o, s:o, s:o}", "thingTypeName", type->name, "thingTypeArn",
			 zt_json_iot_arn(((type_filter *)context)->registry, "thingtype", type->name),
			 "thingTypeProperties", properties_of(type), "thingTypeMetadata", metadata_of(type));
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	type_filter filter = { .registry = call->registry };
	const zt_page_source source = { next_type, type_key, wants_type, show_type, &filter };
	TRY(zt_in_query(call, &zt_param_thing_type_name, ZT_OPTIONAL, &filter.name, ret_error));
	return zt_page_reply(call, &zt_page_tokens, false, &source, "thingTypes", ret_error);
}

#define TYPE "thingtype/{}"
static const zt_operation rows[] = {
	{ ZT_REST("CreateThingType", "POST", "/thing-types/{}", TYPE, create) },
	{ ZT_REST("DescribeThingType", "GET", "/thing-types/{}", TYPE, describe) },
	{ ZT_REST("DeprecateThingType", "POST", "/thing-types/{}/deprecate", TYPE, deprecate) },
	{ ZT_REST("DeleteThingType", "DELETE", "/thing-types/{}", TYPE, delete_type) },
	{ ZT_REST("ListThingTypes", "GET", "/thing-types", NULL, list) },
};
const zt_operations zt_iot_thing_type_operations = ZT_OPERATIONS(rows);
