/* DISCONNECT (§3.14). */
#include "mqtt/wire.h"

zt_status zt_mqtt_read_disconnect(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_disconnect *ret)
{
	zt_mqtt_disconnect d = { 0 };
	zt_view in = frame->body;
	ENSURE(frame->type == ZT_MQTT_DISCONNECT, ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_reason(&in, version, &d.code, &d.properties));
	*ret = d;
	return ZT_OK;
}

void zt_mqtt_write_disconnect(zt_buf *out, zt_mqtt_version version, const zt_mqtt_disconnect *d)
{
	size_t packet = zt_mqtt_open(out, ZT_MQTT_DISCONNECT, 0);
	zt_mqtt_put_reason(out, version, d->code, d->properties);
	zt_mqtt_close(out, packet, 0);
}
