/* DISCONNECT (§3.14). */
#include "mqtt/wire.h"

zt_status zt_mqtt_read_disconnect(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_disconnect *ret)
{
	zt_mqtt_disconnect d = { 0 };
	zt_view in = frame->body;
	ENSURE(frame->type == ZT_MQTT_DISCONNECT, ZT_E_PROTOCOL);
	/* Version 5 may leave out success, and properties where there are none (§3.14.2.1, §3.14.2.2.1). */
	if (version == ZT_MQTT_V5 && zt_view_take_u8(&in, &d.code) && in.n)
		TRY(zt_mqtt_take_properties(&in, version, &d.properties));
	ENSURE(in.n == 0, ZT_E_PROTOCOL);
	*ret = d;
	return ZT_OK;
}

void zt_mqtt_write_disconnect(zt_buf *out, zt_mqtt_version version, const zt_mqtt_disconnect *d)
{
	bool with_properties = version == ZT_MQTT_V5 && d->properties.n;
	bool with_code = version == ZT_MQTT_V5 && (d->code || with_properties);
	size_t n = (size_t)with_code + (with_properties ? zt_mqtt_properties_size(version, d->properties) : 0);
	zt_mqtt_put_head(out, ZT_MQTT_DISCONNECT, 0, n);
	if (with_code)
		zt_buf_put_u8(out, d->code);
	if (with_properties)
		zt_mqtt_put_properties(out, version, d->properties);
}
