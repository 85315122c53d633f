/* Making, changing and deleting things (AWS IoT API reference). */
#include "base/random.h"
#include "cloud/registry/attributes.h"
#include "cloud/registry/fields.h"
#include "cloud/registry/groups.h"
#include "cloud/registry/thing_row.h"

static zt_status check_attributes(const json_t *attributes, bool has_type, zt_error *ret_error)
{
	size_t max = has_type ? ZT_ATTRIBUTES_MAX : ZT_ATTRIBUTES_UNTYPED_MAX;
	TRY(zt_attributes_check(attributes, ret_error));
	if (json_object_size(attributes) > max)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "A thing %s a thing type can have at most %zu attributes",
				 has_type ? "with" : "without", max);
	return ZT_OK;
}

static zt_status check_type(const zt_registry *registry, zt_view name, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_thing_type_name, name, ret_error));
	const zt_thing_type *type = zt_registry_thing_type(registry, name);
	if (!type)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing type %.*s cannot be found", ZT_PRI(name));
	if (type->deprecated)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "Thing type %.*s is deprecated: no thing can be associated with it", ZT_PRI(name));
	return ZT_OK;
}

static zt_status check_spec(const zt_registry *registry, const zt_thing_spec *spec, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_thing_name, spec->name, ret_error));
	if (spec->type.n)
		TRY(check_type(registry, spec->type, ret_error));
	/* Nothing makes billing groups yet, so a named one is never there. */
	if (spec->billing_group.n)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Billing group %.*s cannot be found",
				 ZT_PRI(spec->billing_group));
	return check_attributes(spec->attributes, spec->type.n > 0, ret_error);
}

static bool is_same(const zt_thing *thing, const zt_thing_spec *spec)
{
	bool same_attributes = spec->attributes ? json_equal(thing->attributes, spec->attributes)
						: json_object_size(thing->attributes) == 0;
	return same_attributes && zt_view_equal(zt_view_of(thing->type), spec->type) &&
	       zt_view_equal(zt_view_of(thing->billing_group), spec->billing_group);
}

static zt_status make_row(const zt_registry *registry, const zt_thing_spec *spec, zt_thing_row **ret)
{
	ZT_CLEANUP(zt_thing_row_freep) zt_thing_row *row = NULL;
	TRY(zt_thing_row_new(spec->name, &row));
	zt_uuid(row->thing.id);
	row->thing.version = 1;
	row->thing.created_ms = zt_registry_now_ms(registry);
	row->thing.attributes = spec->attributes ? json_deep_copy(spec->attributes) : json_object();
	ENSURE(row->thing.attributes, ZT_E_NOMEM);
	TRY(zt_text_copy(row->thing.type, sizeof row->thing.type, spec->type));
	TRY(zt_thing_row_seal(row));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_txn_thing_create(zt_txn *txn, const zt_thing_spec *spec, const zt_thing **ret, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_thing_row *row = NULL;
	const zt_thing *existing = zt_registry_thing(registry, spec->name);
	if (existing && is_same(existing, spec)) {
		*ret = existing;
		return ZT_OK;
	}
	TRY(check_spec(registry, spec, ret_error));
	if (existing)
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS,
				 "Thing %s already exists in account with different configuration", existing->name);
	TRY(make_row(registry, spec, &row));
	TRY(zt_txn_put(txn, &zt_noun_thing, &row->row));
	*ret = &row->thing;
	return ZT_OK;
}

static zt_status not_found(zt_view name, zt_error *ret_error)
{
	return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing %.*s cannot be found", ZT_PRI(name));
}

static zt_status check_version(const zt_thing *thing, uint64_t expected, zt_error *ret_error)
{
	if (expected == 0 || expected == thing->version)
		return ZT_OK;
	return zt_refuse(ret_error, ZT_REFUSE_VERSION, "The version of thing %s is %llu and not the expected %llu",
			 thing->name, (unsigned long long)thing->version, (unsigned long long)expected);
}

static zt_status check_update(const zt_registry *registry, const zt_thing *thing, const zt_thing_update *update,
			      zt_error *ret_error)
{
	TRY(check_version(thing, update->expected_version, ret_error));
	if (update->remove_type && update->type.n)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A thing type cannot be set and removed at once");
	if (update->type.n && !zt_view_equal(update->type, zt_view_of(thing->type)))
		TRY(check_type(registry, update->type, ret_error));
	return check_attributes(update->attributes, true, ret_error);
}

zt_status zt_txn_thing_update(zt_txn *txn, const zt_thing_update *update, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_thing *thing = zt_registry_thing(registry, update->name);
	if (!thing)
		return not_found(update->name, ret_error);
	TRY(check_update(registry, thing, update, ret_error));
	ZT_CLEANUP(zt_thing_row_freep) zt_thing_row *row = NULL;
	TRY(zt_thing_row_copy(thing, 0, &row));
	row->thing.version++;
	if (update->type.n || update->remove_type)
		TRY(zt_text_copy(row->thing.type, sizeof row->thing.type, update->type));
	if (update->attributes)
		TRY(zt_attributes_update(&row->thing.attributes, update->attributes, update->merge));
	/* The sum of what was there and what comes may be too much, or the type that allowed it is gone. */
	TRY(check_attributes(row->thing.attributes, row->thing.type[0] != 0, ret_error));
	TRY(zt_thing_row_seal(row));
	return zt_txn_put(txn, &zt_noun_thing, &ZT_STEAL(row)->row);
}

zt_status zt_txn_thing_delete(zt_txn *txn, zt_view name, uint64_t expected_version, zt_error *ret_error)
{
	zt_thing_row *row = (zt_thing_row *)zt_row_find(zt_txn_registry(txn), ZT_KIND_THING, name);
	if (!row)
		return ZT_OK;
	TRY(check_version(&row->thing, expected_version, ret_error));
	if (row->thing.principal_count)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "Cannot delete. Thing %s is still attached to one or more principals",
				 row->thing.name);
	size_t mark = zt_txn_mark(txn);
	zt_status status = zt_txn_group_forget_thing(txn, name);
	if (status == ZT_OK)
		status = zt_txn_drop(txn, &zt_noun_thing, &row->row);
	if (status != ZT_OK)
		zt_txn_rewind(txn, mark);
	return status;
}
