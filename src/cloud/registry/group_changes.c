/* Making, changing and deleting thing groups (AWS IoT API reference). */
#include "base/json.h"
#include "base/random.h"
#include "cloud/registry/attributes.h"
#include "cloud/registry/fields.h"
#include "cloud/registry/group_row.h"
#include "cloud/registry/policies.h"

static zt_status not_found(zt_view name, zt_error *ret_error)
{
	return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing group %.*s cannot be found", ZT_PRI(name));
}

static zt_status check_attributes(const json_t *attributes, zt_error *ret_error)
{
	TRY(zt_attributes_check(attributes, ret_error));
	if (json_object_size(attributes) > ZT_GROUP_ATTRIBUTES_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A thing group can have at most %d attributes",
				 ZT_GROUP_ATTRIBUTES_MAX);
	return ZT_OK;
}

static zt_status check_description(zt_view description, zt_error *ret_error)
{
	if (description.n > ZT_GROUP_DESCRIPTION_MAX || !zt_view_is_utf8(description))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "thingGroupDescription must have length less than or equal to %d",
				 ZT_GROUP_DESCRIPTION_MAX);
	return ZT_OK;
}

static size_t depth_of(const zt_registry *registry, const zt_thing_group *group)
{
	size_t depth = 0;
	for (; group && depth < ZT_GROUP_DEPTH_MAX; depth++)
		group = zt_registry_parent_group(registry, group);
	return depth;
}

static zt_status check_parent(const zt_registry *registry, zt_view name, zt_error *ret_error)
{
	const zt_thing_group *parent = zt_registry_thing_group(registry, name);
	/* The model of CreateThingGroup knows no ResourceNotFoundException. */
	if (!parent)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "Parent thing group %.*s does not exist", ZT_PRI(name));
	if (depth_of(registry, parent) >= ZT_GROUP_DEPTH_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A hierarchy of thing groups has at most %d levels",
				 ZT_GROUP_DEPTH_MAX);
	if (zt_registry_child_group(registry, name, ZT_GROUP_CHILDREN_MAX - 1))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A thing group can have at most %d child groups",
				 ZT_GROUP_CHILDREN_MAX);
	return ZT_OK;
}

static zt_status check_spec(const zt_registry *registry, const zt_thing_group_spec *spec, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_thing_group_name, spec->name, ret_error));
	TRY(check_description(spec->description, ret_error));
	TRY(check_attributes(spec->attributes, ret_error));
	return spec->parent.n ? check_parent(registry, spec->parent, ret_error) : ZT_OK;
}

static bool is_same(const zt_thing_group *group, const zt_thing_group_spec *spec)
{
	bool same_attributes = spec->attributes ? json_equal(group->attributes, spec->attributes)
						: json_object_size(group->attributes) == 0;
	return same_attributes && zt_view_equal(zt_view_of(group->parent), spec->parent) &&
	       zt_view_equal(zt_view_of(group->description), spec->description);
}

static zt_status set_description(zt_thing_group *group, zt_view description)
{
	char *copy = NULL;
	if (description.n) {
		copy = zt_view_dup(description);
		ENSURE(copy, ZT_E_NOMEM);
	}
	free(group->description);
	group->description = copy;
	return ZT_OK;
}

static zt_status make_row(const zt_registry *registry, const zt_thing_group_spec *spec, zt_group_row **ret)
{
	ZT_CLEANUP(zt_group_row_freep) zt_group_row *row = NULL;
	TRY(zt_group_row_new(spec->name, spec->parent, &row));
	zt_uuid(row->group.id);
	const zt_thing_group *parent = zt_registry_parent_group(registry, &row->group);
	if (parent)
		memcpy(row->group.parent_id, parent->id, sizeof row->group.parent_id);
	row->group.version = 1;
	row->group.created_ms = zt_registry_now_ms(registry);
	row->group.attributes = spec->attributes ? json_deep_copy(spec->attributes) : json_object();
	ENSURE(row->group.attributes, ZT_E_NOMEM);
	TRY(set_description(&row->group, spec->description));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_txn_thing_group_create(zt_txn *txn, const zt_thing_group_spec *spec, const zt_thing_group **ret,
				    zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_group_row *row = NULL;
	const zt_thing_group *existing = zt_registry_thing_group(registry, spec->name);
	if (existing && is_same(existing, spec)) {
		*ret = existing;
		return ZT_OK;
	}
	TRY(check_spec(registry, spec, ret_error));
	if (existing)
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS,
				 "Thing group %s already exists in account with different configuration",
				 existing->name);
	TRY(make_row(registry, spec, &row));
	TRY(zt_txn_put(txn, &zt_noun_thing_group, &row->row));
	*ret = &row->group;
	return ZT_OK;
}

static zt_status check_version(const zt_thing_group *group, uint64_t expected, zt_error *ret_error)
{
	if (expected == 0 || expected == group->version)
		return ZT_OK;
	return zt_refuse(ret_error, ZT_REFUSE_VERSION,
			 "The version of thing group %s is %llu and not the expected %llu", group->name,
			 (unsigned long long)group->version, (unsigned long long)expected);
}

zt_status zt_txn_thing_group_update(zt_txn *txn, const zt_thing_group_update *update, const zt_thing_group **ret,
				    zt_error *ret_error)
{
	const zt_thing_group *group = zt_registry_thing_group(zt_txn_registry(txn), update->name);
	ZT_CLEANUP(zt_group_row_freep) zt_group_row *row = NULL;
	if (!group)
		return not_found(update->name, ret_error);
	TRY(check_version(group, update->expected_version, ret_error));
	TRY(check_description(update->description, ret_error));
	TRY(check_attributes(update->attributes, ret_error));
	TRY(zt_group_row_copy(group, &row));
	row->group.version++;
	if (update->description.p)
		TRY(set_description(&row->group, update->description));
	if (update->attributes)
		TRY(zt_attributes_update(&row->group.attributes, update->attributes, update->merge));
	/* The sum of what was there and what comes may be too much. */
	TRY(check_attributes(row->group.attributes, ret_error));
	*ret = &row->group;
	return zt_txn_put(txn, &zt_noun_thing_group, &ZT_STEAL(row)->row);
}

static zt_status detach_policies(zt_txn *txn, zt_view arn, zt_error *ret_error)
{
	const zt_iot_policy *policy;
	while ((policy = zt_registry_policy_of_target(zt_txn_registry(txn), arn, 0)))
		TRY(zt_txn_policy_detach(txn, zt_view_of(policy->name), arn, ret_error));
	return ZT_OK;
}

static zt_status drop(zt_txn *txn, zt_group_row *row, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(zt_account_iot_arn(zt_registry_account(zt_txn_registry(txn)), "thinggroup", row->row.node.key, &arn));
	TRY(detach_policies(txn, zt_str_view(&arn), ret_error));
	TRY(zt_txn_group_empty(txn, row->row.node.key));
	return zt_txn_drop_tagged(txn, &zt_noun_thing_group, &row->row, zt_str_view(&arn));
}

zt_status zt_txn_thing_group_delete(zt_txn *txn, zt_view name, uint64_t expected_version, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_group_row *row = (zt_group_row *)zt_row_find(registry, ZT_KIND_THING_GROUP, name);
	if (!row)
		return ZT_OK;
	TRY(check_version(&row->group, expected_version, ret_error));
	if (zt_registry_child_group(registry, name, 0))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "Cannot delete. Thing group %s still has child groups",
				 row->group.name);
	size_t mark = zt_txn_mark(txn);
	zt_status status = drop(txn, row, ret_error);
	if (status != ZT_OK)
		zt_txn_rewind(txn, mark);
	return status;
}
