/* Thing types (AWS IoT API reference; AWS IoT API, DeleteThingType). */
#include "base/random.h"
#include "cloud/registry/fields.h"
#include "cloud/registry/link.h"
#include "cloud/registry/record.h"
#include "cloud/registry/thing_row.h"

/* "Searchable attributes per thing type" (AWS IoT quotas); the description's limit is the API model's. */
enum { SEARCHABLE_MAX = 3, DESCRIPTION_MAX = 2028 };
static const int64_t deprecated_before_delete_ms = 5 * 60 * 1000;

typedef struct {
	zt_row row;
	zt_thing_type type;
} type_row;

static void type_row_free(type_row *row)
{
	free(row->type.description);
	json_decref(row->type.searchable_attributes);
	free(row);
}
ZT_DEFINE_CLEANUP(type_row, type_row_free)

static void type_free(zt_row *row)
{
	type_row_free((type_row *)row);
}

static zt_status type_row_new(zt_view name, type_row **ret)
{
	ZT_CLEANUP(type_row_freep) type_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->type.name, sizeof row->type.name, name));
	row->row.node.key = zt_view_of(row->type.name);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status type_encode(const zt_row *row, zt_str *out)
{
	const zt_thing_type *type = &((const type_row *)row)->type;
	return zt_record_write(json_pack("{ss ss* sO sb sI sI}", "id", type->id, "description", type->description,
					 "searchable", type->searchable_attributes, "deprecated", type->deprecated,
					 "created", (json_int_t)type->created_ms, "deprecatedAt",
					 (json_int_t)type->deprecated_ms),
			       ZT_VIEW_EMPTY, out);
}

static zt_status type_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(type_row_freep) type_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(type_row_new(record->key, &row));
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_text(&reader, "id", row->type.id, sizeof row->type.id);
	zt_record_dup(&reader, "description", &row->type.description);
	zt_record_json(&reader, "searchable", JSON_ARRAY, &row->type.searchable_attributes);
	zt_record_bool(&reader, "deprecated", &row->type.deprecated);
	zt_record_i64(&reader, "created", &row->type.created_ms);
	zt_record_i64(&reader, "deprecatedAt", &row->type.deprecated_ms);
	TRY(reader.status);
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_thing_type = {
	ZT_KIND_THING_TYPE, "thing type", type_decode, type_encode, type_free, NULL, NULL
};

const zt_thing_type *zt_thing_type_of_row(const zt_row *row)
{
	return row ? &((const type_row *)row)->type : NULL;
}

const zt_thing_type *zt_registry_thing_type(const zt_registry *registry, zt_view name)
{
	return zt_thing_type_of_row(zt_row_find(registry, ZT_KIND_THING_TYPE, name));
}

const zt_thing_type *zt_registry_next_thing_type(const zt_registry *registry, zt_view after_name)
{
	return zt_thing_type_of_row(zt_row_after(registry, ZT_KIND_THING_TYPE, after_name));
}

static zt_status check_searchable(const json_t *attributes, zt_error *ret_error)
{
	size_t i;
	json_t *name;
	if (attributes && (!json_is_array(attributes) || json_array_size(attributes) > SEARCHABLE_MAX))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A thing type can have at most %d searchable attributes",
				 SEARCHABLE_MAX);
	json_array_foreach(attributes, i, name)
		TRY(zt_field_check(&zt_field_attribute_name, zt_view_of(json_string_value(name)), ret_error));
	return ZT_OK;
}

static zt_status check_spec(const zt_thing_type_spec *spec, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_thing_type_name, spec->name, ret_error));
	if (spec->description.n > DESCRIPTION_MAX || !zt_view_is_utf8(spec->description))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "thingTypeDescription must have length less than or equal to %d", DESCRIPTION_MAX);
	return check_searchable(spec->searchable_attributes, ret_error);
}

static bool is_same(const zt_thing_type *type, const zt_thing_type_spec *spec)
{
	bool same_attributes = spec->searchable_attributes
				   ? json_equal(type->searchable_attributes, spec->searchable_attributes)
				   : json_array_size(type->searchable_attributes) == 0;
	return same_attributes && zt_view_equal(zt_view_of(type->description), spec->description);
}

static zt_status make_row(const zt_registry *registry, const zt_thing_type_spec *spec, type_row **ret)
{
	ZT_CLEANUP(type_row_freep) type_row *row = NULL;
	TRY(type_row_new(spec->name, &row));
	zt_uuid(row->type.id);
	row->type.created_ms = zt_registry_now_ms(registry);
	row->type.searchable_attributes =
	    spec->searchable_attributes ? json_deep_copy(spec->searchable_attributes) : json_array();
	ENSURE(row->type.searchable_attributes, ZT_E_NOMEM);
	if (spec->description.n) {
		row->type.description = zt_view_dup(spec->description);
		ENSURE(row->type.description, ZT_E_NOMEM);
	}
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_txn_thing_type_create(zt_txn *txn, const zt_thing_type_spec *spec, const zt_thing_type **ret,
				   zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	type_row *row = NULL;
	TRY(check_spec(spec, ret_error));
	const zt_thing_type *existing = zt_registry_thing_type(registry, spec->name);
	if (existing && !is_same(existing, spec))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "Thing type %s already exists with different properties",
				 existing->name);
	if (existing) {
		*ret = existing;
		return ZT_OK;
	}
	TRY(make_row(registry, spec, &row));
	TRY(zt_txn_put(txn, &zt_noun_thing_type, &row->row));
	*ret = &row->type;
	return ZT_OK;
}

static zt_status find_type(const zt_registry *registry, zt_view name, const zt_thing_type **ret, zt_error *ret_error)
{
	const zt_thing_type *type = zt_registry_thing_type(registry, name);
	if (!type)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing type %.*s cannot be found", ZT_PRI(name));
	*ret = type;
	return ZT_OK;
}

static zt_status copy_row(const zt_thing_type *type, type_row **ret)
{
	ZT_CLEANUP(type_row_freep) type_row *row = NULL;
	TRY(type_row_new(zt_view_of(type->name), &row));
	row->type = *type;
	row->type.searchable_attributes = json_incref(type->searchable_attributes);
	row->type.description = type->description ? zt_view_dup(zt_view_of(type->description)) : NULL;
	ENSURE(row->type.description || !type->description, ZT_E_NOMEM);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_txn_thing_type_deprecate(zt_txn *txn, zt_view name, bool undo, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_thing_type *type = NULL;
	type_row *row = NULL;
	TRY(find_type(registry, name, &type, ret_error));
	if (type->deprecated == !undo)
		return ZT_OK;
	TRY(copy_row(type, &row));
	row->type.deprecated = !undo;
	row->type.deprecated_ms = undo ? 0 : zt_registry_now_ms(registry);
	return zt_txn_put(txn, &zt_noun_thing_type, &row->row);
}

zt_status zt_txn_thing_type_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_thing_type *type = NULL;
	zt_link_key things;
	TRY(find_type(registry, name, &type, ret_error));
	if (!type->deprecated)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "Thing type %s must be deprecated before it is deleted",
				 type->name);
	if (zt_registry_now_ms(registry) - type->deprecated_ms < deprecated_before_delete_ms)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "Thing type %s cannot be deleted until five minutes after deprecation", type->name);
	if (ZT_LINK_KEY(&things, name, ZT_VIEW_EMPTY) && zt_index_prefix_count(&registry->things_by_type, things.view))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "Thing type %s is still associated with things",
				 type->name);
	return zt_txn_drop_tagged_iot(txn, &zt_noun_thing_type, zt_row_find(registry, ZT_KIND_THING_TYPE, name),
				      "thingtype");
}
