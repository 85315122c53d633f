#include "cloud/events/payload.h"

#include "base/random.h"
#include "base/str.h"

static json_t *begin(const zt_registry *registry, const char *type, const char *operation)
{
	char id[ZT_UUID_TEXT];
	zt_uuid(id);
	return json_pack("{s:s, s:s, s:I, s:s, s:s}", "eventType", type, "eventId", id, "timestamp",
			 (json_int_t)zt_registry_now_ms(registry), "operation", operation, "accountId",
			 zt_registry_account(registry)->account);
}

/* Takes over both; NULL when one is missing. */
static json_t *join(json_t *event, json_t *members)
{
	bool joined = event && members && json_object_update(event, members) == 0;
	json_decref(members);
	if (joined)
		return event;
	json_decref(event);
	return NULL;
}

static json_t *arn(const zt_registry *registry, const char *type, const char *name)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(1024);
	if (zt_account_iot_arn(zt_registry_account(registry), type, zt_view_of(name), &text) != ZT_OK)
		return NULL;
	return json_string(zt_str_text(&text));
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

json_t *zt_payload_thing(const zt_registry *registry, const char *operation, const zt_thing *thing)
{
	return join(begin(registry, "THING_EVENT", operation),
		    json_pack("{s:s, s:s, s:I, s:s?, s:s?, s:O}", "thingId", thing->id, "thingName", thing->name,
			      "versionNumber", (json_int_t)thing->version, "thingTypeName", or_null(thing->type),
			      "billingGroupName", or_null(thing->billing_group), "attributes", thing->attributes));
}

json_t *zt_payload_type(const zt_registry *registry, const char *operation, const zt_thing_type *type)
{
	return join(begin(registry, "THING_TYPE_EVENT", operation),
		    json_pack("{s:s, s:s, s:b, s:o, s:O, s:s?}", "thingTypeId", type->id, "thingTypeName", type->name,
			      "isDeprecated", type->deprecated, "deprecationDate",
			      type->deprecated ? json_integer((json_int_t)type->deprecated_ms) : json_null(),
			      "searchableAttributes", type->searchable_attributes, "description", type->description));
}

json_t *zt_payload_association(const zt_registry *registry, const char *operation, const zt_thing *thing,
			       const char *type)
{
	json_t *event =
	    join(begin(registry, "THING_TYPE_ASSOCIATION_EVENT", operation),
		 json_pack("{s:s, s:s, s:s}", "thingId", thing->id, "thingName", thing->name, "thingTypeName", type));
	if (event) /* AWS's example has none */
		(void)json_object_del(event, "accountId");
	return event;
}

/* From the root down to the parent. */
static json_t *path_to(const zt_registry *registry, const zt_thing_group *group)
{
	json_t *path = json_array();
	const zt_thing_group *above = zt_registry_parent_group(registry, group);
	for (size_t depth = 0; above && depth < ZT_GROUP_DEPTH_MAX; depth++) {
		(void)json_array_insert_new(path, 0,
					    json_pack("{s:o, s:s}", "groupArn",
						      arn(registry, "thinggroup", above->name), "groupId", above->id));
		above = zt_registry_parent_group(registry, above);
	}
	return path;
}

json_t *zt_payload_group(const zt_registry *registry, const char *operation, const zt_thing_group *group)
{
	return join(begin(registry, "THING_GROUP_EVENT", operation),
		    json_pack("{s:s, s:s, s:I, s:s?, s:s?, s:s?, s:o, s:O, s:n}", "thingGroupId", group->id,
			      "thingGroupName", group->name, "versionNumber", (json_int_t)group->version,
			      "parentGroupName", or_null(group->parent), "parentGroupId", or_null(group->parent_id),
			      "description", group->description, "rootToParentThingGroups", path_to(registry, group),
			      "attributes", group->attributes, "dynamicGroupMappingId"));
}

json_t *zt_payload_membership(const zt_registry *registry, const char *operation, const zt_group_member *member)
{
	return join(begin(registry, "THING_GROUP_MEMBERSHIP_EVENT", operation),
		    json_pack("{s:o, s:s, s:o, s:s, s:s}", "groupArn", arn(registry, "thinggroup", member->group),
			      "groupId", member->group_id, "thingArn", arn(registry, "thing", member->thing), "thingId",
			      member->thing_id, "membershipId", member->id));
}

json_t *zt_payload_hierarchy(const zt_registry *registry, const char *operation, const zt_thing_group *child)
{
	return join(begin(registry, "THING_GROUP_HIERARCHY_EVENT", operation),
		    json_pack("{s:s, s:s, s:s, s:s}", "thingGroupId", child->parent_id, "thingGroupName", child->parent,
			      "childGroupId", child->id, "childGroupName", child->name));
}
