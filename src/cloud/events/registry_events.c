#include "cloud/events/registry_events.h"

#include "base/json.h"
#include "base/log.h"
#include "cloud/events/payload.h"
#include "cloud/registry/event_settings.h"

enum { TOPIC_MAX = 512, PAYLOAD_MAX = 128 * 1024 };

struct zt_registry_events {
	zt_registry *registry;
	zt_event_publish_fn publish;
	void *context;
	uint64_t enabled; /* while one change is told */
};

typedef enum { CREATED, UPDATED, DELETED, ADDED, REMOVED } operation;
static const char *const words[] = { "CREATED", "UPDATED", "DELETED", "ADDED", "REMOVED" };
static const char *const ends[] = { "created", "updated", "deleted", "added", "removed" };

static bool is_on(const zt_registry_events *e, zt_event_type type)
{
	return e->enabled >> type & 1;
}

/* Takes over `event`. QoS 0, as lifecycle events: AWS does not say. */
static void publish(const zt_registry_events *e, zt_str *topic, json_t *event)
{
	ZT_JSON_CLEANUP json_t *owned = event;
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(PAYLOAD_MAX);
	zt_status status = owned ? zt_json_write(owned, &payload) : ZT_E_NOMEM;
	const zt_publish message = { .topic = zt_str_view(topic), .payload = zt_str_view(&payload) };
	if (status == ZT_OK)
		status = e->publish(e->context, &message);
	if (status != ZT_OK)
		LOG_WARNING("events", "a registry event was not published", ZT_KV_STR("topic", zt_str_text(topic)),
			    ZT_KV_STR("cause", zt_status_text(status)));
}

static operation operation_of(const void *before, const void *after)
{
	return !before ? CREATED : !after ? DELETED : UPDATED;
}

static void tell_noun(const zt_registry_events *e, const char *noun, const char *name, operation what, json_t *event)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_MAX);
	if (zt_str_printf(&topic, "$aws/events/%s/%s/%s", noun, name, ends[what]) == ZT_OK)
		publish(e, &topic, event);
	else
		json_decref(event);
}

static void tell_association(const zt_registry_events *e, const zt_thing *thing, const char *type, operation what)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_MAX);
	if (type[0] &&
	    zt_str_printf(&topic, "$aws/events/thingTypeAssociation/thing/%s/%s", thing->name, type) == ZT_OK)
		publish(e, &topic, zt_payload_association(e->registry, words[what], thing, type));
}

static void tell_associations(const zt_registry_events *e, const zt_thing *before, const zt_thing *after)
{
	const char *was = before ? before->type : "", *is = after ? after->type : "";
	if (strcmp(was, is) == 0 || !is_on(e, ZT_EVENTS_THING_TYPE_ASSOCIATION))
		return;
	tell_association(e, before ? before : after, was, DELETED);
	tell_association(e, after ? after : before, is, CREATED);
}

/* An attachment changes no version and is no event. */
static void on_thing(const zt_registry_events *e, const zt_thing *before, const zt_thing *after)
{
	operation what = operation_of(before, after);
	const zt_thing *thing = after ? after : before;
	bool same = before && after && before->version == after->version;
	if (!same && is_on(e, ZT_EVENTS_THING))
		tell_noun(e, "thing", thing->name, what, zt_payload_thing(e->registry, words[what], thing));
	tell_associations(e, before, after);
}

static void on_type(const zt_registry_events *e, const zt_thing_type *before, const zt_thing_type *after)
{
	operation what = operation_of(before, after);
	const zt_thing_type *type = after ? after : before;
	if (is_on(e, ZT_EVENTS_THING_TYPE))
		tell_noun(e, "thingType", type->name, what, zt_payload_type(e->registry, words[what], type));
}

static void tell_hierarchy(const zt_registry_events *e, const zt_thing_group *child, operation what)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_MAX);
	if (zt_str_printf(&topic, "$aws/events/thingGroupHierarchy/thingGroup/%s/childThingGroup/%s/%s", child->parent,
			  child->name, ends[what]) == ZT_OK)
		publish(e, &topic, zt_payload_hierarchy(e->registry, words[what], child));
}

static void on_group(const zt_registry_events *e, const zt_thing_group *before, const zt_thing_group *after)
{
	operation what = operation_of(before, after);
	const zt_thing_group *group = after ? after : before;
	if (is_on(e, ZT_EVENTS_THING_GROUP))
		tell_noun(e, "thingGroup", group->name, what, zt_payload_group(e->registry, words[what], group));
	if (group->parent[0] && what != UPDATED && is_on(e, ZT_EVENTS_THING_GROUP_HIERARCHY))
		tell_hierarchy(e, group, what == CREATED ? ADDED : REMOVED);
}

static void on_member(const zt_registry_events *e, const zt_group_member *before, const zt_group_member *after)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_MAX);
	const zt_group_member *member = after ? after : before;
	operation what = after ? ADDED : REMOVED;
	if (is_on(e, ZT_EVENTS_THING_GROUP_MEMBERSHIP) &&
	    zt_str_printf(&topic, "$aws/events/thingGroupMembership/thingGroup/%s/thing/%s/%s", member->group,
			  member->thing, ends[what]) == ZT_OK)
		publish(e, &topic, zt_payload_membership(e->registry, words[what], member));
}

static void on_change(void *context, zt_kind kind, const void *before, const void *after)
{
	zt_registry_events *e = context;
	e->enabled = zt_registry_event_settings(e->registry).enabled;
	if (e->enabled == 0)
		return;
	if (kind == ZT_KIND_THING)
		on_thing(e, before, after);
	else if (kind == ZT_KIND_THING_TYPE)
		on_type(e, before, after);
	else if (kind == ZT_KIND_THING_GROUP)
		on_group(e, before, after);
	else if (kind == ZT_KIND_GROUP_MEMBER)
		on_member(e, before, after);
}

zt_status zt_registry_events_new(zt_registry *registry, zt_event_publish_fn publish_fn, void *context,
				 zt_registry_events **ret)
{
	zt_registry_events *e = calloc(1, sizeof *e);
	ENSURE(e, ZT_E_NOMEM);
	*e = (zt_registry_events){ registry, publish_fn, context, 0 };
	zt_registry_watch(registry, on_change, e);
	*ret = e;
	return ZT_OK;
}

void zt_registry_events_free(zt_registry_events *events)
{
	if (!events)
		return;
	zt_registry_watch(events->registry, NULL, NULL);
	free(events);
}
