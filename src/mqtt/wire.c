#include "mqtt/wire.h"

#include <string.h>

enum { VARINT_BYTES_MAX = 4, VARINT_MORE = 0x80 };

zt_status zt_mqtt_take_varint(zt_view *in, uint32_t *ret)
{
	uint32_t value = 0;
	for (size_t i = 0; i < VARINT_BYTES_MAX; i++) {
		ENSURE(i < in->n, ZT_E_AGAIN);
		value |= (uint32_t)(in->p[i] & 0x7f) << (7 * i);
		if (!(in->p[i] & VARINT_MORE)) {
			*in = zt_view_from(*in, i + 1);
			*ret = value;
			return ZT_OK;
		}
	}
	return ZT_E_PROTOCOL;
}

zt_status zt_mqtt_take_binary(zt_view *in, zt_view *ret)
{
	uint16_t n;
	ENSURE(zt_view_take_be16(in, &n), ZT_E_PROTOCOL);
	ENSURE(zt_view_take(in, n, ret), ZT_E_PROTOCOL);
	return ZT_OK;
}

zt_status zt_mqtt_take_string(zt_view *in, zt_view *ret)
{
	zt_view text;
	TRY(zt_mqtt_take_binary(in, &text));
	ENSURE(zt_view_is_utf8(text), ZT_E_PROTOCOL);
	*ret = text;
	return ZT_OK;
}

zt_status zt_mqtt_take_properties(zt_view *in, zt_mqtt_version version, zt_view *ret)
{
	uint32_t n;
	*ret = ZT_VIEW_EMPTY;
	if (version == ZT_MQTT_V311)
		return ZT_OK;
	size_t before = in->n;
	ENSURE(zt_mqtt_take_varint(in, &n) == ZT_OK, ZT_E_PROTOCOL);
	ENSURE(before - in->n == zt_mqtt_varint_size(n), ZT_E_PROTOCOL); /* MQTT-1.5.5-1: no longer than needed */
	ENSURE(zt_view_take(in, n, ret), ZT_E_PROTOCOL);
	return ZT_OK;
}

zt_status zt_mqtt_take_packet_id(zt_view *in, uint16_t *ret)
{
	ENSURE(zt_view_take_be16(in, ret), ZT_E_PROTOCOL);
	ENSURE(*ret != 0, ZT_E_PROTOCOL);
	return ZT_OK;
}

zt_status zt_mqtt_take_reason(zt_view *in, zt_mqtt_version version, uint8_t *ret_code, zt_view *ret_properties)
{
	if (version == ZT_MQTT_V5 && zt_view_take_u8(in, ret_code) && in->n)
		TRY(zt_mqtt_take_properties(in, version, ret_properties));
	return in->n == 0 ? ZT_OK : ZT_E_PROTOCOL;
}

size_t zt_mqtt_varint_size(size_t value)
{
	return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

void zt_mqtt_put_varint(zt_buf *out, size_t value)
{
	if (value > ZT_MQTT_REMAINING_MAX) {
		out->overflow = true;
		return;
	}
	do {
		uint8_t low = value & 0x7f;
		value >>= 7;
		zt_buf_put_u8(out, value ? (uint8_t)(low | VARINT_MORE) : low);
	} while (value);
}

void zt_mqtt_put_string(zt_buf *out, zt_view text)
{
	if (text.n > ZT_MQTT_STRING_MAX)
		out->overflow = true;
	zt_buf_put_be16(out, (uint16_t)text.n);
	zt_buf_put(out, text);
}

void zt_mqtt_put_properties(zt_buf *out, zt_mqtt_version version, zt_view properties)
{
	if (version == ZT_MQTT_V311)
		return;
	zt_mqtt_put_varint(out, properties.n);
	zt_buf_put(out, properties);
}

void zt_mqtt_put_reason(zt_buf *out, zt_mqtt_version version, uint8_t code, zt_view properties)
{
	if (version == ZT_MQTT_V311 || (code == 0 && properties.n == 0))
		return;
	zt_buf_put_u8(out, code);
	if (properties.n)
		zt_mqtt_put_properties(out, version, properties);
}

size_t zt_mqtt_open(zt_buf *out, zt_mqtt_type type, uint8_t flags)
{
	size_t packet = out->n;
	zt_buf_put_u8(out, (uint8_t)(type << 4 | flags));
	return packet;
}

void zt_mqtt_close(zt_buf *out, size_t packet, size_t more)
{
	size_t body = packet + 1, n = out->n - body, head = zt_mqtt_varint_size(n + more);
	if (out->overflow || head > out->cap - out->n) {
		out->overflow = true;
		out->n = packet;
		return;
	}
	memmove(out->p + body + head, out->p + body, n);
	out->n = body;
	zt_mqtt_put_varint(out, n + more);
	out->n += n;
}
