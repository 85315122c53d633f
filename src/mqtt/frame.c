#include "mqtt/wire.h"

/* The flags that a type must have (Table 2.2; MQTT-2.2.2-1, -2). PUBLISH has its own; QoS 3 is malformed
 * (MQTT-3.3.1-4). */
static bool flags_are_right(unsigned type, uint8_t flags)
{
	switch (type) {
	case ZT_MQTT_PUBLISH:
		return (flags & 0x06) != 0x06;
	case ZT_MQTT_PUBREL:
	case ZT_MQTT_SUBSCRIBE:
	case ZT_MQTT_UNSUBSCRIBE:
		return flags == 0x02;
	default:
		return type != 0 && flags == 0;
	}
}

/* The sizes of head and whole packet. */
static zt_status measure(zt_view in, size_t max, size_t *ret_head, size_t *ret_whole)
{
	zt_view rest = in;
	uint8_t first;
	uint32_t remaining;
	ENSURE(zt_view_take_u8(&rest, &first), ZT_E_AGAIN);
	ENSURE(flags_are_right(first >> 4, first & 0x0f), ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_varint(&rest, &remaining));
	size_t head = in.n - rest.n;
	ENSURE(head <= max && remaining <= max - head, ZT_E_LIMIT);
	*ret_head = head;
	*ret_whole = head + remaining;
	return ZT_OK;
}

zt_status zt_mqtt_frame_size(zt_view in, size_t max, size_t *ret)
{
	size_t head;
	return measure(in, max, &head, ret);
}

zt_status zt_mqtt_frame_next(zt_view *in, size_t max, zt_mqtt_frame *ret)
{
	size_t head, size;
	zt_view whole;
	TRY(measure(*in, max, &head, &size));
	ENSURE(zt_view_take(in, size, &whole), ZT_E_AGAIN);
	*ret = (zt_mqtt_frame){
		.type = (zt_mqtt_type)(whole.p[0] >> 4),
		.flags = whole.p[0] & 0x0f,
		.body = zt_view_from(whole, head),
		.whole = whole,
	};
	return ZT_OK;
}

void zt_mqtt_write_empty(zt_buf *out, zt_mqtt_type type)
{
	zt_mqtt_put_head(out, type, 0, 0);
}
