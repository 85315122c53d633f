/* CONNACK (§3.2). */
#include "mqtt/wire.h"

zt_status zt_mqtt_read_connack(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_connack *ret)
{
	zt_mqtt_connack c = { 0 };
	zt_view in = frame->body;
	uint8_t flags;
	ENSURE(frame->type == ZT_MQTT_CONNACK, ZT_E_PROTOCOL);
	ENSURE(zt_view_take_u8(&in, &flags) && zt_view_take_u8(&in, &c.code), ZT_E_PROTOCOL);
	ENSURE((flags & 0xfe) == 0, ZT_E_PROTOCOL); /* §3.2.2.1: bits 7 to 1 are reserved */
	c.session_present = flags;
	ENSURE(c.code == 0 || !c.session_present, ZT_E_PROTOCOL); /* MQTT-3.2.2-4 */
	TRY(zt_mqtt_take_properties(&in, version, &c.properties));
	ENSURE(in.n == 0, ZT_E_PROTOCOL);
	*ret = c;
	return ZT_OK;
}

void zt_mqtt_write_connack(zt_buf *out, zt_mqtt_version version, const zt_mqtt_connack *c)
{
	size_t packet = zt_mqtt_open(out, ZT_MQTT_CONNACK, 0);
	zt_buf_put_u8(out, c->session_present);
	zt_buf_put_u8(out, c->code);
	zt_mqtt_put_properties(out, version, c->properties);
	zt_mqtt_close(out, packet, 0);
}
