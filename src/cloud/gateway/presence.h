/* Which client ids are or were connected, for the version numbers of lifecycle events: monotonic per client id, begun
 * anew an hour after its last connection (AWS IoT, "Lifecycle events"). */
#ifndef ZT_CLOUD_GATEWAY_PRESENCE_H
#define ZT_CLOUD_GATEWAY_PRESENCE_H

#include <stdint.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum {
	ZT_PRESENCE_REMEMBERED_MS = 3600 * 1000,
	ZT_PRESENCE_ABSENT_MAX =
	    100 * 1000, /* absent clients that are remembered; the longest absent are forgotten first */
};

typedef struct zt_presence zt_presence;

ZT_NODISCARD zt_status zt_presence_new(zt_presence **ret);
void zt_presence_free(zt_presence *presence);
/* A client has connected; its version number, 0 for one that is not remembered. It leaves with the same number. */
uint64_t zt_presence_enter(zt_presence *presence, zt_view client_id, int64_t now_ms);
void zt_presence_leave(zt_presence *presence, zt_view client_id, int64_t now_ms);
/* Client ids that are remembered; for tests and metrics. */
uint64_t zt_presence_count(const zt_presence *presence);

#endif
