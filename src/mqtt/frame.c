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

/* Takes the fixed header. */
static zt_status take_head(zt_view *in, size_t max, uint32_t *ret_remaining)
{
	uint8_t first;
	size_t before = in->n;
	ENSURE(zt_view_take_u8(in, &first), ZT_E_AGAIN);
	ENSURE(flags_are_right(first >> 4, first & 0x0f), ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_varint(in, ret_remaining));
	size_t head = before - in->n;
	ENSURE(head <= max && *ret_remaining <= max - head, ZT_E_LIMIT);
	return ZT_OK;
}

zt_status zt_mqtt_frame_size(zt_view in, size_t max, size_t *ret)
{
	zt_view rest = in;
	uint32_t remaining;
	TRY(take_head(&rest, max, &remaining));
	*ret = in.n - rest.n + remaining;
	return ZT_OK;
}

zt_status zt_mqtt_frame_next(zt_view *in, size_t max, zt_mqtt_frame *ret)
{
	zt_view rest = *in, body;
	uint32_t remaining;
	TRY(take_head(&rest, max, &remaining));
	ENSURE(zt_view_take(&rest, remaining, &body), ZT_E_AGAIN);
	*ret = (zt_mqtt_frame){
		.type = (zt_mqtt_type)(*in->p >> 4),
		.flags = *in->p & 0x0f,
		.body = body,
		.whole = { in->p, in->n - rest.n },
	};
	*in = rest;
	return ZT_OK;
}

void zt_mqtt_write_empty(zt_buf *out, zt_mqtt_type type)
{
	zt_mqtt_close(out, zt_mqtt_open(out, type, 0), 0);
}
