/* How often something may happen for one key: once a second (AWS IoT Core quota "connect requests per second per client
 * id"). Inside of the gateway. */
#ifndef ZT_CLOUD_GATEWAY_PACE_H
#define ZT_CLOUD_GATEWAY_PACE_H

#include <stdint.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum { ZT_PACE_KEYS_MAX = 100 * 1000 }; /* beyond it the oldest is forgotten, and may come again at once */

typedef struct zt_pace zt_pace;

ZT_NODISCARD zt_status zt_pace_new(zt_pace **ret);
void zt_pace_free(zt_pace *pace);
/* Whether it may happen now; then it has. */
bool zt_pace_take(zt_pace *pace, zt_view key, int64_t mono_ms);

#endif
