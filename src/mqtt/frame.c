#include "mqtt/wire.h"

/* The flags that a type must have (Table 2.2; MQTT-2.2.2-1, -2). PUBLISH has its own; QoS 3 is malformed (MQTT-3.3.1-4). */
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

zt_status zt_mqtt_frame_next(zt_view *in, size_t max, zt_mqtt_frame *ret)
{
	zt_view rest = *in;
	uint8_t first;
	uint32_t remaining;
	zt_view body;
	ENSURE(zt_view_take_u8(&rest, &first), ZT_E_AGAIN);
	ENSURE(flags_are_right(first >> 4, first & 0x0f), ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_varint(&rest, &remaining));
	size_t head = in->n - rest.n;
	ENSURE(head <= max && remaining <= max - head, ZT_E_LIMIT);
	ENSURE(zt_view_take(&rest, remaining, &body), ZT_E_AGAIN);
	*ret = (zt_mqtt_frame){
		.type = (zt_mqtt_type)(first >> 4),
		.flags = first & 0x0f,
		.body = body,
		.whole = { in->p, head + remaining },
	};
	*in = rest;
	return ZT_OK;
}

void zt_mqtt_write_empty(zt_buf *out, zt_mqtt_type type)
{
	zt_mqtt_put_head(out, type, 0, 0);
}
