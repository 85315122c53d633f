#include "cloud/broker/kept.h"

#include "mqtt/properties.h"

/* In seconds; -1 when it never expires. */
static int64_t seconds_left(const zt_retained *message, int64_t now_ms)
{
	zt_mqtt_property expiry;
	zt_view all = zt_view_make(message->properties, message->properties_n);
	if (!zt_mqtt_property_find(all, ZT_PROP_MESSAGE_EXPIRY, &expiry))
		return -1;
	int64_t left_ms = message->modified_ms + (int64_t)expiry.number * 1000 - now_ms;
	return left_ms <= 0 ? 0 : (left_ms + 999) / 1000;
}

bool zt_kept_has_expired(const zt_retained *message, int64_t now_ms)
{
	return seconds_left(message, now_ms) == 0;
}

void zt_kept_put_properties(const zt_retained *message, int64_t now_ms, zt_buf *out)
{
	zt_view rest = zt_view_make(message->properties, message->properties_n);
	zt_mqtt_property property;
	while (zt_mqtt_property_next(&rest, &property))
		if (property.id == ZT_PROP_MESSAGE_EXPIRY)
			zt_mqtt_put_number(out, property.id, (uint32_t)seconds_left(message, now_ms));
		else
			zt_buf_put(out, property.whole);
}
