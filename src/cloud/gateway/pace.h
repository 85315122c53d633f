/* How often something may happen: so often a second, or once a second for each key (AWS IoT Core quota "connect
 * requests per second per client id"). Inside of the gateway. */
#ifndef ZT_CLOUD_GATEWAY_PACE_H
#define ZT_CLOUD_GATEWAY_PACE_H

#include <stdint.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum { ZT_PACE_KEYS_MAX = 100 * 1000 }; /* beyond it the oldest is forgotten, and may come again at once */

/* What happened since a second began. Zeroed: nothing. */
typedef struct {
	int64_t began_ms;
	unsigned count; /* for the owner to raise */
} zt_second;

/* Whether there were fewer than `max` in the second that lasts; one that is over is followed by the next. */
bool zt_second_has_room(zt_second *second, unsigned max, int64_t mono_ms);

typedef struct zt_pace zt_pace;

ZT_NODISCARD zt_status zt_pace_new(zt_pace **ret);
void zt_pace_free(zt_pace *pace);
/* Whether it may happen now; then it has. */
bool zt_pace_take(zt_pace *pace, zt_view key, int64_t mono_ms);

#endif
