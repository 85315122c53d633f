/* Giving a started broker its retained messages back. The rows of the registry are the truth: what the broker still has
 * is looked at first, so that subscribers of kept sessions get no message twice. */
#ifndef ZT_CLOUD_BROKER_RETAINED_SYNC_H
#define ZT_CLOUD_BROKER_RETAINED_SYNC_H

#include "cloud/publish.h"
#include "cloud/registry/retained.h"
#include "mqtt/packet.h"

typedef struct zt_retained_sync zt_retained_sync;

ZT_NODISCARD zt_status zt_retained_sync_new(const zt_registry *registry, zt_retained_sync **ret);
void zt_retained_sync_free(zt_retained_sync *sync);
/* A retained message that the broker has. *ret_clear says that it must be cleared: the registry has no such row, or one
 * that has expired. */
ZT_NODISCARD zt_status zt_retained_sync_seen(zt_retained_sync *sync, const zt_mqtt_publish *message, bool *ret_clear);
/* The next row that the broker lacks, once all that it has was seen; false at the end. Valid until the next call. */
bool zt_retained_sync_next(zt_retained_sync *sync, zt_publish *ret);

#endif
