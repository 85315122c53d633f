/* The reserved topics of shadows: $aws/things/<thing>/shadow[/name/<shadow>]/get|update|delete (AWS IoT, "Device Shadow
 * service"). Pure. */
#ifndef ZT_CLOUD_SHADOW_TOPIC_H
#define ZT_CLOUD_SHADOW_TOPIC_H

#include "base/str.h"
#include "zerotouch/view.h"

typedef enum { ZT_SHADOW_GET, ZT_SHADOW_UPDATE, ZT_SHADOW_DELETE } zt_shadow_operation;

typedef struct {
	zt_view thing, name; /* name: empty for the classic one */
	zt_shadow_operation operation;
} zt_shadow_topic;

/* A thing's name has 1 to 128, a shadow's 1 to 64 of [a-zA-Z0-9:_-] (a shadow's $ too). */
bool zt_shadow_thing_is_valid(zt_view thing);
bool zt_shadow_name_is_valid(zt_view name);
/* False when it is no request to a shadow. */
bool zt_shadow_topic_read(zt_view topic, zt_shadow_topic *ret);
/* "$aws/things/T/shadow/name/N/update/accepted" for the ending "update/accepted". Appends. */
ZT_NODISCARD zt_status zt_shadow_topic_put(zt_view thing, zt_view name, const char *ending, zt_str *out);

#endif
