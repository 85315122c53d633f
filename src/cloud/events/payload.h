/* What registry events say, one function a noun. Inside of the room. Each gives a new reference, NULL without memory.
 */
#ifndef ZT_CLOUD_EVENTS_PAYLOAD_H
#define ZT_CLOUD_EVENTS_PAYLOAD_H

#include <jansson.h>

#include "cloud/registry/groups.h"

/* `operation` is AWS's word: "CREATED", "UPDATED", "DELETED"; "ADDED", "REMOVED". */
json_t *zt_payload_thing(const zt_registry *registry, const char *operation, const zt_thing *thing);
json_t *zt_payload_type(const zt_registry *registry, const char *operation, const zt_thing_type *type);
json_t *zt_payload_association(const zt_registry *registry, const char *operation, const zt_thing *thing,
			       const char *type);
json_t *zt_payload_group(const zt_registry *registry, const char *operation, const zt_thing_group *group);
json_t *zt_payload_membership(const zt_registry *registry, const char *operation, const zt_group_member *member);
json_t *zt_payload_hierarchy(const zt_registry *registry, const char *operation, const zt_thing_group *child);

#endif
