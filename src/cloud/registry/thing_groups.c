/* Thing groups in memory and in the store, and finding them. */
#include "cloud/registry/group_row.h"
#include "cloud/registry/record.h"

zt_status zt_group_row_new(zt_view name, zt_view parent, zt_group_row **ret)
{
	ZT_CLEANUP(zt_group_row_freep) zt_group_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->group.name, sizeof row->group.name, name));
	TRY(zt_text_copy(row->group.parent, sizeof row->group.parent, parent));
	row->row.node.key = zt_view_of(row->group.name);
	if (parent.n)
		TRY(ZT_LINK_MAKE(&row->by_parent, &row->row, parent, name));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_group_row_copy(const zt_thing_group *group, zt_group_row **ret)
{
	ZT_CLEANUP(zt_group_row_freep) zt_group_row *row = NULL;
	TRY(zt_group_row_new(zt_view_of(group->name), zt_view_of(group->parent), &row));
	row->group = *group;
	row->group.attributes = json_incref(group->attributes);
	row->group.description = group->description ? zt_view_dup(zt_view_of(group->description)) : NULL;
	ENSURE(row->group.description || !group->description, ZT_E_NOMEM);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

void zt_group_row_free(zt_group_row *row)
{
	if (!row)
		return;
	zt_link_free(&row->by_parent);
	free(row->group.description);
	json_decref(row->group.attributes);
	free(row);
}

static void group_free(zt_row *row)
{
	zt_group_row_free((zt_group_row *)row);
}

static void group_link(zt_registry *registry, zt_row *row)
{
	zt_group_row *group = (zt_group_row *)row;
	if (group->group.parent[0])
		zt_index_put(&registry->groups_by_parent, &group->by_parent.node);
}

static void group_unlink(zt_registry *registry, zt_row *row)
{
	const zt_group_row *group = (zt_group_row *)row;
	if (group->group.parent[0])
		zt_index_take(&registry->groups_by_parent, &group->by_parent.node);
}

static zt_status group_encode(const zt_row *row, zt_str *out)
{
	const zt_thing_group *group = &((const zt_group_row *)row)->group;
	return zt_record_write(json_pack("{ss ss ss ss* sO sI sI}", "id", group->id, "parent", group->parent,
					 "parentId", group->parent_id, "description", group->description, "attributes",
					 group->attributes, "version", (json_int_t)group->version, "created",
					 (json_int_t)group->created_ms),
			       ZT_VIEW_EMPTY, out);
}

static void read_attributes(zt_record_reader *reader, zt_thing_group *group)
{
	const char *name;
	json_t *value;
	zt_record_json(reader, "attributes", JSON_OBJECT, &group->attributes);
	json_object_foreach(group->attributes, name, value)
		if (!json_is_string(value))
			zt_record_damaged(reader, "attributes");
}

static zt_status group_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_group_row_freep) zt_group_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	int64_t version = 0;
	TRY(zt_record_open(record->value, &reader, ret_error));
	TRY(zt_group_row_new(record->key, zt_json_view(reader.head, "parent"), &row));
	zt_record_text(&reader, "id", row->group.id, sizeof row->group.id);
	zt_record_text(&reader, "parentId", row->group.parent_id, sizeof row->group.parent_id);
	zt_record_dup(&reader, "description", &row->group.description);
	read_attributes(&reader, &row->group);
	zt_record_i64(&reader, "version", &version);
	zt_record_i64(&reader, "created", &row->group.created_ms);
	TRY(reader.status);
	row->group.version = (uint64_t)version;
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_thing_group = { ZT_KIND_THING_GROUP, "thing group", group_decode, group_encode,
				      group_free,          group_link,    group_unlink };

const zt_thing_group *zt_thing_group_of_row(const zt_row *row)
{
	return row ? &((const zt_group_row *)row)->group : NULL;
}

const zt_thing_group *zt_registry_thing_group(const zt_registry *registry, zt_view name)
{
	return zt_thing_group_of_row(zt_row_find(registry, ZT_KIND_THING_GROUP, name));
}

const zt_thing_group *zt_registry_next_thing_group(const zt_registry *registry, zt_view after_name)
{
	return zt_thing_group_of_row(zt_row_after(registry, ZT_KIND_THING_GROUP, after_name));
}

const zt_thing_group *zt_registry_parent_group(const zt_registry *registry, const zt_thing_group *group)
{
	return group->parent[0] ? zt_registry_thing_group(registry, zt_view_of(group->parent)) : NULL;
}

const zt_thing_group *zt_registry_child_group(const zt_registry *registry, zt_view parent, size_t index)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, parent, ZT_VIEW_EMPTY))
		return NULL;
	return zt_thing_group_of_row(zt_link_at(&registry->groups_by_parent, prefix.view, index));
}

bool zt_registry_group_is_below(const zt_registry *registry, const zt_thing_group *group, zt_view ancestor)
{
	for (size_t depth = 0; depth < ZT_GROUP_DEPTH_MAX; depth++) {
		group = zt_registry_parent_group(registry, group);
		if (!group)
			return false;
		if (zt_view_equal(zt_view_of(group->name), ancestor))
			return true;
	}
	return false;
}
