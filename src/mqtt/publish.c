/* PUBLISH (§3.3). */
#include "mqtt/topic.h"
#include "mqtt/wire.h"

enum { FLAG_RETAIN = 0x01, SHIFT_QOS = 1, FLAG_DUP = 0x08 };

zt_status zt_mqtt_read_publish(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_publish *ret)
{
	zt_view in = frame->body;
	ENSURE(frame->type == ZT_MQTT_PUBLISH, ZT_E_PROTOCOL);
	zt_mqtt_publish p = {
		.qos = (frame->flags >> SHIFT_QOS) & 3,
		.retain = frame->flags & FLAG_RETAIN,
		.dup = frame->flags & FLAG_DUP,
	};
	ENSURE(p.qos != 3, ZT_E_PROTOCOL);           /* MQTT-3.3.1-4 */
	ENSURE(p.qos != 0 || !p.dup, ZT_E_PROTOCOL); /* MQTT-3.3.1-2 */
	TRY(zt_mqtt_take_string(&in, &p.topic));
	/* MQTT-3.3.2-2, MQTT-4.7.3-1; in version 5 an alias may stand for the topic (§3.3.2.3.4). */
	ENSURE(zt_topic_is_valid(p.topic) || (version == ZT_MQTT_V5 && p.topic.n == 0), ZT_E_PROTOCOL);
	if (p.qos)
		TRY(zt_mqtt_take_packet_id(&in, &p.packet_id));
	TRY(zt_mqtt_take_properties(&in, version, &p.properties));
	p.payload = in;
	*ret = p;
	return ZT_OK;
}

void zt_mqtt_write_publish_head(zt_buf *out, zt_mqtt_version version, const zt_mqtt_publish *p)
{
	unsigned flags = (unsigned)p->qos << SHIFT_QOS;
	flags |= p->retain ? FLAG_RETAIN : 0;
	flags |= p->dup ? FLAG_DUP : 0;
	size_t packet = zt_mqtt_open(out, ZT_MQTT_PUBLISH, (uint8_t)flags);
	zt_mqtt_put_string(out, p->topic);
	if (p->qos)
		zt_buf_put_be16(out, p->packet_id);
	zt_mqtt_put_properties(out, version, p->properties);
	zt_mqtt_close(out, packet, p->payload.n);
}

void zt_mqtt_write_publish(zt_buf *out, zt_mqtt_version version, const zt_mqtt_publish *p)
{
	zt_mqtt_write_publish_head(out, version, p);
	zt_buf_put(out, p->payload);
}
