/* PUBACK, PUBREC, PUBREL, PUBCOMP (§3.4 to §3.7): alike but for their type. */
#include "mqtt/wire.h"

zt_status zt_mqtt_read_ack(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_ack *ret)
{
	zt_mqtt_ack a = { 0 };
	zt_view in = frame->body;
	ENSURE(frame->type >= ZT_MQTT_PUBACK && frame->type <= ZT_MQTT_PUBCOMP, ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_packet_id(&in, &a.packet_id));
	TRY(zt_mqtt_take_reason(&in, version, &a.code, &a.properties));
	*ret = a;
	return ZT_OK;
}

void zt_mqtt_write_ack(zt_buf *out, zt_mqtt_version version, zt_mqtt_type type, const zt_mqtt_ack *a)
{
	size_t packet = zt_mqtt_open(out, type, type == ZT_MQTT_PUBREL ? 0x02 : 0); /* MQTT-3.6.1-1 */
	zt_buf_put_be16(out, a->packet_id);
	zt_mqtt_put_reason(out, version, a->code, a->properties);
	zt_mqtt_close(out, packet, 0);
}
