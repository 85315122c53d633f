/* The certificates that this process has seen to their end: an event that AWS published before that end has nothing
 * left to do. In a burst every early try of a device brings one more event; without this each would cost calls of the
 * quotas that its first one needs. Bounded; what is forgotten is looked up again. */
#ifndef ZT_JITR_RECENT_H
#define ZT_JITR_RECENT_H

#include "jitr/event.h"

enum { ZT_JITR_RECENT_MAX = 512 }; /* at 10 registrations a second, most of a minute */

typedef struct {
	struct {
		char id[ZT_JITR_ID_HEX + 1];
		int64_t ended_ms; /* wall clock */
	} certificates[ZT_JITR_RECENT_MAX];
	size_t next;
} zt_jitr_recent;

/* Its Thing, attachments and status are as they should be. */
void zt_jitr_recent_add(zt_jitr_recent *recent, const char *certificate_id, int64_t now_ms);
/* Whether the event was published before its certificate was seen to its end. */
bool zt_jitr_recent_covers(const zt_jitr_recent *recent, const zt_jitr_event *event);

#endif
