/* Which thing is in which group (AWS IoT API, AddThingToThingGroup; AWS IoT API reference). */
#include "base/random.h"
#include "cloud/registry/group_row.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"

/* Its key is group, NUL, thing. */
typedef struct {
	zt_row row;
	char *key;
	zt_group_member member;
	zt_link by_thing;
} member_row;

static void member_row_free(member_row *row)
{
	free(row->key);
	zt_link_free(&row->by_thing);
	free(row);
}
ZT_DEFINE_CLEANUP(member_row, member_row_free)

static void member_free(zt_row *row)
{
	member_row_free((member_row *)row);
}

static zt_status member_row_new(zt_view key, member_row **ret)
{
	ZT_CLEANUP(member_row_freep) member_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->key = zt_view_dup(key);
	ENSURE(row->key, ZT_E_NOMEM);
	row->row.node.key = zt_view_make(row->key, key.n);
	size_t at = zt_view_find(key, 0);
	zt_view group = zt_view_make(key.p, at), thing = zt_view_from(key, at + 1);
	ENSURE(group.n && thing.n, ZT_E_INVALID);
	TRY(zt_text_copy(row->member.group, sizeof row->member.group, group));
	TRY(zt_text_copy(row->member.thing, sizeof row->member.thing, thing));
	TRY(ZT_LINK_MAKE(&row->by_thing, &row->row, thing, group));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static void member_link(zt_registry *registry, zt_row *row)
{
	zt_index_put(&registry->members_by_thing, &((member_row *)row)->by_thing.node);
}

static void member_unlink(zt_registry *registry, zt_row *row)
{
	zt_index_take(&registry->members_by_thing, &((member_row *)row)->by_thing.node);
}

static zt_status member_encode(const zt_row *row, zt_str *out)
{
	const zt_group_member *member = &((const member_row *)row)->member;
	return zt_record_write(
	    json_pack("{ss ss ss}", "id", member->id, "groupId", member->group_id, "thingId", member->thing_id),
	    ZT_VIEW_EMPTY, out);
}

static zt_status member_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	ZT_CLEANUP(member_row_freep) member_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_record_open(record->value, &reader, ret_error));
	TRY(member_row_new(record->key, &row));
	zt_record_text(&reader, "id", row->member.id, sizeof row->member.id);
	zt_record_text(&reader, "groupId", row->member.group_id, sizeof row->member.group_id);
	zt_record_text(&reader, "thingId", row->member.thing_id, sizeof row->member.thing_id);
	TRY(reader.status);
	/* A membership without its thing or group would end the walk of those behind it. */
	if (!zt_registry_thing(registry, zt_view_of(row->member.thing)) ||
	    !zt_registry_thing_group(registry, zt_view_of(row->member.group)))
		return zt_error_set(ret_error, ZT_E_INVALID, "its thing or its group is missing");
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_group_member = { ZT_KIND_GROUP_MEMBER, "membership of a thing group",
				       member_decode,        member_encode,
				       member_free,          member_link,
				       member_unlink };

const zt_group_member *zt_group_member_of_row(const zt_row *row)
{
	return row ? &((const member_row *)row)->member : NULL;
}

const zt_thing *zt_registry_next_thing_of_group(const zt_registry *registry, zt_view group, zt_view after_name)
{
	zt_link_key prefix, key;
	if (!ZT_LINK_KEY(&prefix, group, ZT_VIEW_EMPTY) || !ZT_LINK_KEY(&key, group, after_name))
		return NULL;
	const zt_node *node = zt_index_after(&registry->rows[ZT_KIND_GROUP_MEMBER], key.view);
	if (!node || !zt_view_starts(node->key, prefix.view))
		return NULL;
	return zt_registry_thing(registry, zt_view_of(((const member_row *)node)->member.thing));
}

static zt_row *member_of_thing(const zt_registry *registry, zt_view thing, size_t index)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, thing, ZT_VIEW_EMPTY))
		return NULL;
	return zt_link_at(&registry->members_by_thing, prefix.view, index);
}

const zt_thing_group *zt_registry_group_of_thing(const zt_registry *registry, zt_view thing, size_t index)
{
	const zt_row *row = member_of_thing(registry, thing, index);
	return row ? zt_registry_thing_group(registry, zt_view_of(((const member_row *)row)->member.group)) : NULL;
}

static zt_status check_pair(const zt_registry *registry, zt_view group, zt_view thing, const zt_thing_group **ret,
			    zt_error *ret_error)
{
	const zt_thing_group *found = zt_registry_thing_group(registry, group);
	if (!found)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing group %.*s cannot be found", ZT_PRI(group));
	if (!zt_registry_thing(registry, thing))
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing %.*s cannot be found", ZT_PRI(thing));
	*ret = found;
	return ZT_OK;
}

static const zt_thing_group *root_of(const zt_registry *registry, const zt_thing_group *group)
{
	const zt_thing_group *parent;
	for (size_t depth = 0; depth < ZT_GROUP_DEPTH_MAX && (parent = zt_registry_parent_group(registry, group));
	     depth++)
		group = parent;
	return group;
}

/* "You can't add a thing to more than one group in the same hierarchy", and to ten groups at most (AWS IoT, "Static
 * thing groups"). Their errors are not documented. */
static zt_status check_places(const zt_registry *registry, const zt_thing_group *group, zt_view thing,
			      zt_error *ret_error)
{
	const zt_thing_group *other, *root = root_of(registry, group);
	size_t i = 0;
	for (; (other = zt_registry_group_of_thing(registry, thing, i)); i++)
		if (root_of(registry, other) == root)
			return zt_refuse(ret_error, ZT_REFUSE_INVALID,
					 "Thing %.*s is in group %s of the same hierarchy already", ZT_PRI(thing),
					 other->name);
	if (i >= ZT_GROUPS_OF_THING_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A thing can be in at most %d thing groups",
				 ZT_GROUPS_OF_THING_MAX);
	return ZT_OK;
}

zt_status zt_txn_group_add(zt_txn *txn, zt_view group, zt_view thing, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_thing_group *found = NULL;
	member_row *row = NULL;
	zt_link_key key;
	TRY(check_pair(registry, group, thing, &found, ret_error));
	ENSURE(ZT_LINK_KEY(&key, group, thing), ZT_E_LIMIT);
	if (zt_row_find(registry, ZT_KIND_GROUP_MEMBER, key.view))
		return ZT_OK;
	TRY(check_places(registry, found, thing, ret_error));
	TRY(member_row_new(key.view, &row));
	zt_uuid(row->member.id);
	memcpy(row->member.group_id, found->id, sizeof row->member.group_id);
	memcpy(row->member.thing_id, zt_registry_thing(registry, thing)->id, sizeof row->member.thing_id);
	return zt_txn_put(txn, &zt_noun_group_member, &row->row);
}

zt_status zt_txn_group_remove(zt_txn *txn, zt_view group, zt_view thing, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_thing_group *found = NULL;
	zt_link_key key;
	TRY(check_pair(registry, group, thing, &found, ret_error));
	ENSURE(ZT_LINK_KEY(&key, group, thing), ZT_E_LIMIT);
	zt_row *row = zt_row_find(registry, ZT_KIND_GROUP_MEMBER, key.view);
	return row ? zt_txn_drop(txn, &zt_noun_group_member, row) : ZT_OK;
}

zt_status zt_txn_group_forget_thing(zt_txn *txn, zt_view thing)
{
	zt_row *row;
	while ((row = member_of_thing(zt_txn_registry(txn), thing, 0)))
		TRY(zt_txn_drop(txn, &zt_noun_group_member, row));
	return ZT_OK;
}

zt_status zt_txn_group_empty(zt_txn *txn, zt_view group)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_link_key prefix;
	zt_node *node;
	ENSURE(ZT_LINK_KEY(&prefix, group, ZT_VIEW_EMPTY), ZT_E_LIMIT);
	while ((node = zt_index_prefix_at(&registry->rows[ZT_KIND_GROUP_MEMBER], prefix.view, 0)))
		TRY(zt_txn_drop(txn, &zt_noun_group_member, (zt_row *)node));
	return ZT_OK;
}
