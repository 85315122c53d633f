/* SUBACK (§3.9) and UNSUBACK (§3.11): one code a filter, in the filters' order. */
#include "mqtt/wire.h"

static zt_status read_codes(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_suback *s)
{
	s->codes = frame->body;
	TRY(zt_mqtt_take_packet_id(&s->codes, &s->packet_id));
	return zt_mqtt_take_properties(&s->codes, version, &s->properties);
}

zt_status zt_mqtt_read_suback(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_suback *ret)
{
	zt_mqtt_suback s;
	ENSURE(frame->type == ZT_MQTT_SUBACK, ZT_E_PROTOCOL);
	TRY(read_codes(frame, version, &s));
	ENSURE(s.codes.n, ZT_E_PROTOCOL);
	for (size_t i = 0; i < s.codes.n; i++) {
		uint8_t code = s.codes.p[i];
		ENSURE(code <= 2 || (version == ZT_MQTT_V311 ? code == 0x80 : code >= 0x80),
		       ZT_E_PROTOCOL); /* MQTT-3.9.3-2 */
	}
	*ret = s;
	return ZT_OK;
}

zt_status zt_mqtt_read_unsuback(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_suback *ret)
{
	zt_mqtt_suback s;
	ENSURE(frame->type == ZT_MQTT_UNSUBACK, ZT_E_PROTOCOL);
	TRY(read_codes(frame, version, &s));
	ENSURE((version == ZT_MQTT_V311) == (s.codes.n == 0), ZT_E_PROTOCOL); /* §3.11.3: no payload in 3.1.1 */
	*ret = s;
	return ZT_OK;
}

void zt_mqtt_write_suback(zt_buf *out, zt_mqtt_version version, zt_mqtt_type type, const zt_mqtt_suback *s)
{
	zt_view codes = type == ZT_MQTT_UNSUBACK && version == ZT_MQTT_V311 ? ZT_VIEW_EMPTY : s->codes;
	size_t packet = zt_mqtt_open(out, type, 0);
	zt_buf_put_be16(out, s->packet_id);
	zt_mqtt_put_properties(out, version, s->properties);
	zt_buf_put(out, codes);
	zt_mqtt_close(out, packet, 0);
}
