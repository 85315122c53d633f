/* Registry events: what becomes of things, thing types and thing groups, on $aws/events/thing/…, thingType/…,
 * thingTypeAssociation/…, thingGroup/…, thingGroupMembership/… and thingGroupHierarchy/… (AWS IoT, "Registry events";
 * AWS IoT, "Lifecycle events"), where they are switched on (cloud/registry/event_settings.h). They go out when the
 * change is durable. */
#ifndef ZT_CLOUD_EVENTS_REGISTRY_EVENTS_H
#define ZT_CLOUD_EVENTS_REGISTRY_EVENTS_H

#include "cloud/publish.h"
#include "cloud/registry/registry.h"

typedef struct zt_registry_events zt_registry_events;

/* To the broker and to the rules. */
typedef zt_status (*zt_event_publish_fn)(void *context, const zt_publish *message);

ZT_NODISCARD zt_status zt_registry_events_new(zt_registry *registry, zt_event_publish_fn publish, void *context,
					      zt_registry_events **ret);
/* Before the registry is freed. NULL is fine. */
void zt_registry_events_free(zt_registry_events *events);

#endif
