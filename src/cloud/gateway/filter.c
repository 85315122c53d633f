#include "cloud/gateway/filter.h"

#include "mqtt/topic.h"

enum { NEVER_RETAINED = 2 };

bool zt_filter_is_reserved(zt_view filter)
{
	zt_view plain = zt_filter_unshared(filter);
	return plain.n && plain.p[0] == '$' && !zt_view_starts(plain, ZT_LIT("$aws/things/")) &&
	       !zt_view_starts(plain, ZT_LIT("$aws/events/"));
}

bool zt_filter_is_own(zt_view filter)
{
	return zt_view_starts(filter, ZT_LIT("$zerotouch/"));
}

void zt_filter_put_upstream(zt_view filter, zt_buf *out)
{
	if (zt_view_ends(zt_filter_unshared(filter), ZT_LIT("/#"))) {
		zt_buf_put(out, (zt_view){ filter.p, filter.n - 1 });
		zt_buf_put(out, ZT_LIT("+/#"));
	} else {
		zt_buf_put(out, filter);
	}
}

zt_mqtt_subscription zt_filter_upstream(const zt_mqtt_subscription *item, zt_buf *texts)
{
	zt_mqtt_subscription up = *item;
	size_t at = texts->n;
	zt_filter_put_upstream(item->filter, texts);
	up.filter = (zt_view){ texts->p + at, texts->n - at };
	up.qos = item->qos > 1 ? 1 : item->qos;
	if (zt_filter_has_wildcard(item->filter) || zt_filter_is_shared(item->filter))
		up.retain_handling = NEVER_RETAINED;
	return up;
}
