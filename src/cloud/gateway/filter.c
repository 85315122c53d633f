#include "cloud/gateway/filter.h"

#include "mqtt/topic.h"

enum { NEVER_RETAINED = 2 };

bool zt_filter_is_reserved(zt_view filter)
{
	static const char *const open[] = { "$aws/things/", "$aws/events/", "$aws/certificates/",
					    "$aws/provisioning-templates/" };
	zt_view plain = zt_filter_unshared(filter);
	if (plain.n == 0 || plain.p[0] != '$')
		return false;
	for (size_t i = 0; i < ZT_COUNT(open); i++)
		if (zt_view_starts(plain, zt_view_of(open[i])))
			return false;
	return true;
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
