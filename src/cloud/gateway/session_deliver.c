/* PUBLISH to the client: from the broker, with its PUBACK back, or from a service. */
#include "cloud/gateway/session_room.h"
#include "mqtt/properties.h"
#include "mqtt/topic.h"

static zt_status drop(zt_session *session, const zt_mqtt_publish *p)
{
	session->ports->refused(session->context, ZT_REFUSED_RECEIVE, p->topic);
	if (p->qos == 0)
		return ZT_OK;
	zt_buf out = zt_session_packet_room(session);
	zt_mqtt_write_ack(&out, ZT_MQTT_V5, ZT_MQTT_PUBACK, &(zt_mqtt_ack){ .packet_id = p->packet_id });
	return zt_session_send_broker(session, &out);
}

zt_status zt_session_deliver(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_publish p = { 0 }; /* without a topic where it cannot be read */
	if (zt_mqtt_read_publish(frame, ZT_MQTT_V5, &p) != ZT_OK || p.topic.n == 0 || p.qos > 1)
		return zt_session_stop(session, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "broker's PUBLISH",
				       p.topic);
	if (!session->ports->may(session->context, ZT_MAY_RECEIVE, p.topic))
		return drop(session, &p);
	if (session->version == ZT_MQTT_V5) {
		session->ports->to_client(session->context, frame->whole);
		return ZT_OK;
	}
	zt_buf head = zt_session_packet_room(session);
	zt_mqtt_write_publish_head(&head, session->version, &p);
	TRY(zt_session_send_client(session, &head));
	if (p.payload.n)
		session->ports->to_client(session->context, p.payload);
	return ZT_OK;
}

zt_status zt_session_delivered(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_ack ack;
	if (zt_mqtt_read_ack(frame, session->version, &ack) != ZT_OK ||
	    zt_mqtt_properties_check(ack.properties, ZT_MQTT_PUBACK, false) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, "PUBACK", ZT_VIEW_EMPTY);
	ack.properties = ZT_VIEW_EMPTY;
	zt_buf out = zt_session_packet_room(session);
	zt_mqtt_write_ack(&out, ZT_MQTT_V5, ZT_MQTT_PUBACK, &ack);
	return zt_session_send_broker(session, &out);
}

static bool listens_to(const zt_session *session, zt_view topic)
{
	for (size_t i = 0; i < session->subscription_count; i++)
		if (zt_filter_matches(zt_view_of(session->subscriptions[i]), topic))
			return true;
	return false;
}

bool zt_session_answer(zt_session *session, zt_view topic, zt_view payload, uint32_t packet_max)
{
	const zt_mqtt_publish p = { .topic = topic, .payload = payload };
	zt_buf packet = zt_session_packet_room(session);
	zt_mqtt_write_publish_head(&packet, session->version, &p);
	zt_buf_put(&packet, payload);
	if (zt_buf_finish(&packet) != ZT_OK || (packet_max && packet.n > packet_max))
		return false;
	if (!listens_to(session, topic) || !session->ports->may(session->context, ZT_MAY_RECEIVE, topic))
		return false;
	session->ports->to_client(session->context, zt_buf_view(&packet));
	return true;
}
