/* Static thing groups: create, describe, update, delete, list (AWS IoT API reference). */
#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_groups.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"

static const zt_param description_param = { "thingGroupDescription", 0, ZT_GROUP_DESCRIPTION_MAX, NULL };
static const zt_param parent_param = { "parentGroupName", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param parent_filter = { "parentGroup", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param prefix_filter = { "namePrefixFilter", 1, 128, "a-zA-Z0-9:_-" };

zt_status zt_group_of_label(const zt_call *call, const zt_thing_group **ret, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_thing_group_name, &name, ret_error));
	*ret = zt_registry_thing_group(call->registry, name);
	return *ret ? ZT_OK : zt_not_found(ret_error, "Thing group", name);
}

json_t *zt_json_group(const zt_registry *registry, const zt_thing_group *group)
{
	return json_pack("{s:s, s:o}", "groupName", group->name, "groupArn",
			 zt_json_iot_arn(registry, "thinggroup", group->name));
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_thing_group_spec spec = { 0 };
	const zt_thing_group *group;
	const json_t *properties;
	bool merge = false;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_label(call, 0, &zt_param_thing_group_name, &spec.name, ret_error));
	TRY(zt_in_json(call->body, &parent_param, ZT_OPTIONAL, &spec.parent, ret_error));
	TRY(zt_in_json_object(call->body, "thingGroupProperties", &properties, ret_error));
	TRY(zt_in_json(properties, &description_param, ZT_OPTIONAL, &spec.description, ret_error));
	TRY(zt_in_attributes(properties, &spec.attributes, &merge, ret_error));
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "thinggroup", spec.name, &arn));
	TRY(zt_call_resource(call, spec.name, zt_str_view(&arn)));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_thing_group_create(txn, &spec, &group, ret_error));
	TRY(zt_call_reply(call, json_pack("{s:s, s:s, s:s}", "thingGroupName", group->name, "thingGroupArn",
					  zt_str_text(&arn), "thingGroupId", group->id)));
	return zt_iot_tag_new(call, zt_str_view(&arn), ret_error);
}

/* From the root down to the parent. */
static json_t *path_to(const zt_registry *registry, const zt_thing_group *group)
{
	json_t *path = json_array();
	const zt_thing_group *above = zt_registry_parent_group(registry, group);
	for (size_t depth = 0; above && depth < ZT_GROUP_DEPTH_MAX; depth++) {
		(void)json_array_insert_new(path, 0, zt_json_group(registry, above));
		above = zt_registry_parent_group(registry, above);
	}
	return path;
}

static json_t *metadata_of(const zt_registry *registry, const zt_thing_group *group)
{
	return json_pack("{s:s*, s:o, s:o}", "parentGroupName", group->parent[0] ? group->parent : NULL,
			 "rootToParentThingGroups", path_to(registry, group), "creationDate",
			 zt_json_seconds(group->created_ms));
}

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	const zt_thing_group *group;
	TRY(zt_group_of_label(call, &group, ret_error));
	return zt_call_reply(call,
			     json_pack("{s:s, s:s, s:o, s:I, s:{s:s*, s:{s:O}}, s:o}", "thingGroupName", group->name,
				       "thingGroupId", group->id, "thingGroupArn",
				       zt_json_iot_arn(call->registry, "thinggroup", group->name), "version",
				       (json_int_t)group->version, "thingGroupProperties", "thingGroupDescription",
				       group->description, "attributePayload", "attributes", group->attributes,
				       "thingGroupMetadata", metadata_of(call->registry, group)));
}

static zt_status update(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_thing_group_update change = { 0 };
	const zt_thing_group *group;
	const json_t *properties;
	TRY(zt_in_label(call, 0, &zt_param_thing_group_name, &change.name, ret_error));
	TRY(zt_in_json_object(call->body, "thingGroupProperties", &properties, ret_error));
	if (!properties)
		return zt_in_missing("thingGroupProperties", ret_error);
	TRY(zt_in_json(properties, &description_param, ZT_OPTIONAL, &change.description, ret_error));
	TRY(zt_in_attributes(properties, &change.attributes, &change.merge, ret_error));
	TRY(zt_in_json_number(call->body, "expectedVersion", 1, INT64_MAX, &change.expected_version, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_thing_group_update(txn, &change, &group, ret_error));
	return zt_call_reply(call, json_pack("{s:I}", "version", (json_int_t)group->version));
}

static zt_status delete_group(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	uint64_t expected = 0;
	TRY(zt_in_label(call, 0, &zt_param_thing_group_name, &name, ret_error));
	TRY(zt_in_query_number(call, "expectedVersion", 1, INT64_MAX, &expected, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_thing_group_delete(txn, name, expected, ret_error);
}

typedef struct {
	const zt_registry *registry;
	zt_view parent, prefix;
	bool recursive; /* not only direct children; without a parent: not only roots */
} group_filter;

static const void *next_group(void *context, zt_view after)
{
	return zt_registry_next_thing_group(((group_filter *)context)->registry, after);
}

static zt_view group_key(const void *entry)
{
	return zt_view_of(((const zt_thing_group *)entry)->name);
}

static bool wants_group(void *context, const void *entry)
{
	const group_filter *filter = context;
	const zt_thing_group *group = entry;
	if (!zt_view_starts(group_key(group), filter->prefix))
		return false;
	if (filter->recursive)
		return !filter->parent.n || zt_registry_group_is_below(filter->registry, group, filter->parent);
	return zt_view_equal(zt_view_of(group->parent), filter->parent);
}

static json_t *show_group(void *context, const void *entry)
{
	return zt_json_group(((group_filter *)context)->registry, entry);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	group_filter filter = { .registry = call->registry };
	const zt_page_source source = { next_group, group_key, wants_group, show_group, &filter };
	TRY(zt_in_query(call, &parent_filter, ZT_OPTIONAL, &filter.parent, ret_error));
	TRY(zt_in_query(call, &prefix_filter, ZT_OPTIONAL, &filter.prefix, ret_error));
	/* All groups, or the direct children of one (AWS CLI, list-thing-groups). */
	filter.recursive = filter.parent.n == 0;
	TRY(zt_in_query_bool(call, "recursive", &filter.recursive, ret_error));
	if (filter.parent.n && !zt_registry_thing_group(call->registry, filter.parent))
		return zt_not_found(ret_error, "Thing group", filter.parent);
	return zt_page_reply(call, &zt_page_tokens, false, &source, "thingGroups", ret_error);
}

#define GROUP "thinggroup/{}"
static const zt_operation rows[] = {
	{ ZT_REST("CreateThingGroup", "POST", "/thing-groups/{}", GROUP, create) },
	{ ZT_REST("DescribeThingGroup", "GET", "/thing-groups/{}", GROUP, describe) },
	{ ZT_REST("UpdateThingGroup", "PATCH", "/thing-groups/{}", GROUP, update) },
	{ ZT_REST("DeleteThingGroup", "DELETE", "/thing-groups/{}", GROUP, delete_group) },
	{ ZT_REST("ListThingGroups", "GET", "/thing-groups", NULL, list) },
};
const zt_operations zt_iot_thing_group_operations = ZT_OPERATIONS(rows);
