#include "jitr/recent.h"

#include <string.h>

void zt_jitr_recent_add(zt_jitr_recent *recent, const char *certificate_id, int64_t now_ms)
{
	size_t at = recent->next++ % ZT_JITR_RECENT_MAX;
	zt_text_cut(recent->certificates[at].id, sizeof recent->certificates[at].id, zt_view_of(certificate_id));
	recent->certificates[at].ended_ms = now_ms;
}

bool zt_jitr_recent_covers(const zt_jitr_recent *recent, const zt_jitr_event *event)
{
	for (size_t i = 0; i < ZT_JITR_RECENT_MAX; i++)
		if (strcmp(recent->certificates[i].id, event->certificate_id) == 0 &&
		    event->timestamp_ms < recent->certificates[i].ended_ms)
			return event->timestamp_ms > 0;
	return false;
}
