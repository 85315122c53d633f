/* PUBACK, PUBREC, PUBREL, PUBCOMP (§3.4 to §3.7): alike but for their type. */
#include "mqtt/wire.h"

zt_status zt_mqtt_read_ack(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_ack *ret)
{
	zt_mqtt_ack a = { 0 };
	zt_view in = frame->body;
	ENSURE(frame->type >= ZT_MQTT_PUBACK && frame->type <= ZT_MQTT_PUBCOMP, ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_packet_id(&in, &a.packet_id));
	/* Version 5 may leave out success, and properties where there are none (§3.4.2.1, §3.4.2.2.1). */
	if (version == ZT_MQTT_V5 && zt_view_take_u8(&in, &a.code) && in.n)
		TRY(zt_mqtt_take_properties(&in, version, &a.properties));
	ENSURE(in.n == 0, ZT_E_PROTOCOL);
	*ret = a;
	return ZT_OK;
}

void zt_mqtt_write_ack(zt_buf *out, zt_mqtt_version version, zt_mqtt_type type, const zt_mqtt_ack *a)
{
	bool with_properties = version == ZT_MQTT_V5 && a->properties.n;
	bool with_code = version == ZT_MQTT_V5 && (a->code || with_properties);
	size_t n = 2 + (size_t)with_code + (with_properties ? zt_mqtt_properties_size(version, a->properties) : 0);
	zt_mqtt_put_head(out, type, type == ZT_MQTT_PUBREL ? 0x02 : 0, n); /* MQTT-3.6.1-1 */
	zt_buf_put_be16(out, a->packet_id);
	if (with_code)
		zt_buf_put_u8(out, a->code);
	if (with_properties)
		zt_mqtt_put_properties(out, version, a->properties);
}
