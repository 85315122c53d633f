/* MQTT 5 for a session: the properties that it sends and obeys. */
#include "device/protocol.h"
#include "mqtt/properties.h"

static void put_connect(const zt_session *session, zt_buf *out)
{
	if (session->expiry_s)
		zt_mqtt_put_number(out, ZT_PROP_SESSION_EXPIRY, session->expiry_s);
	/* The server then leaves out what we could not hold, rather than break us with it. */
	zt_mqtt_put_number(out, ZT_PROP_MAXIMUM_PACKET_SIZE, (uint32_t)session->in_cap);
}

static zt_status check(zt_view properties, zt_mqtt_type type)
{
	return zt_mqtt_properties_check(properties, type, false);
}

static zt_status take_connack(zt_session *session, zt_view properties)
{
	zt_mqtt_property p;
	TRY(check(properties, ZT_MQTT_CONNACK));
	while (zt_mqtt_property_next(&properties, &p)) {
		/* 0 turns keep-alive off for the server; ours does no harm. */
		if (p.id == ZT_PROP_SERVER_KEEP_ALIVE && p.number)
			session->keep_alive_s = (uint16_t)p.number;
		if (p.id == ZT_PROP_MAXIMUM_PACKET_SIZE)
			session->packet_max = p.number;
		if (p.id == ZT_PROP_MAXIMUM_QOS)
			session->qos_max = (uint8_t)p.number;
		if (p.id == ZT_PROP_RETAIN_AVAILABLE)
			session->no_retain = p.number == 0;
	}
	return ZT_OK;
}

static zt_status check_publish(const zt_session *session, const zt_mqtt_publish *packet)
{
	ENSURE(packet->qos <= session->qos_max && !(packet->retain && session->no_retain), ZT_E_UNSUPPORTED);
	size_t rest = ZT_MQTT_HEAD_MAX + 2 + packet->topic.n + 2 + 1;
	ENSURE(!session->packet_max || packet->payload.n + rest <= session->packet_max, ZT_E_LIMIT);
	return ZT_OK;
}

static zt_status take_disconnect(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret)
{
	zt_mqtt_disconnect packet;
	TRY(zt_mqtt_read_disconnect(frame, ZT_MQTT_V5, &packet));
	TRY(check(packet.properties, ZT_MQTT_DISCONNECT));
	session->connected = false;
	ret->kind = ZT_SESSION_ENDED;
	ret->code = packet.code;
	return ZT_OK;
}

const zt_protocol zt_mqtt5 = {
	.version = ZT_MQTT_V5,
	.put_connect = put_connect,
	.take_connack = take_connack,
	.check_publish = check_publish,
	.take_disconnect = take_disconnect,
	.check = check,
};
