/* Topic filters on their way to the broker, and which of them a client may have at all. */
#ifndef ZT_CLOUD_GATEWAY_FILTER_H
#define ZT_CLOUD_GATEWAY_FILTER_H

#include "mqtt/packet.h"

enum { ZT_UPSTREAM_FILTER_EXTRA = 2 };

/* Filters on $ topics end here but for $aws/things/… and $aws/events/… (AWS IoT, "reserved topics"); a shared one is
 * looked at without its prefix. */
bool zt_filter_is_reserved(zt_view filter);
/* On the topics of this project's own live feeds, which no device reaches. */
bool zt_filter_is_own(zt_view filter);
/* AWS's "sensor/#" does not match "sensor", MQTT's does: "X/#" goes up as "X/+/#" ("#" alone stays). */
void zt_filter_put_upstream(zt_view filter, zt_buf *out);
/* The item with the filter rewritten (its text appended to *texts), QoS at most 1, and Retain Handling 2 on wildcard
 * and shared filters, since AWS delivers retained messages on exact filters only. */
zt_mqtt_subscription zt_filter_upstream(const zt_mqtt_subscription *item, zt_buf *texts);

#endif
