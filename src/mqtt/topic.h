/* Topic names and filters (MQTT §4.7), with AWS's differences named per call. */
#ifndef ZT_MQTT_TOPIC_H
#define ZT_MQTT_TOPIC_H

#include "zerotouch/view.h"

enum { ZT_TOPIC_MAX = 256, ZT_TOPIC_SLASHES_MAX = 7 }; /* AWS IoT Core quotas */

/* Not empty, UTF-8 without U+0000, no wildcard (MQTT-3.3.2-2, MQTT-4.7.3-1). */
bool zt_topic_is_valid(zt_view topic);
/* Wildcards occupy whole levels, '#' is last (MQTT-4.7.1-2, -3); a "$share/<name>/" prefix is well-formed
 * (MQTT-4.8.2-1, -2). */
bool zt_filter_is_valid(zt_view filter);
/* Whether AWS's 256 bytes and 7 slashes hold; the first three levels of "$aws/rules/<name>/" and "$share/<name>/" do
 * not count. */
bool zt_topic_within_limits(zt_view topic_or_filter);
/* "$share/<name>/<filter>" -> the filter; others as they are. */
zt_view zt_filter_unshared(zt_view filter);
bool zt_filter_is_shared(zt_view filter);
bool zt_filter_has_wildcard(zt_view filter);
/* AWS's matching: "sensor/#" does not match "sensor"; wildcards at the first level do not match "$…" (MQTT-4.7.2-1). */
bool zt_filter_matches(zt_view filter, zt_view topic);

#endif
