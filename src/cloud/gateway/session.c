#include "cloud/gateway/session.h"

#include "cloud/gateway/session_room.h"
#include "mqtt/properties.h"

void zt_session_init(zt_session *session, const zt_session_ports *ports, void *context, zt_mqtt_version version,
		     uint8_t *room)
{
	*session = (zt_session){ .ports = ports, .context = context, .version = version, .room = room };
}

void zt_session_deinit(zt_session *session)
{
	for (size_t i = 0; i < ZT_ALIASES_MAX; i++)
		free(session->aliases[i]);
	zt_session_forget_subscriptions(session);
	*session = (zt_session){ 0 };
}

zt_status zt_session_stop(zt_session *session, zt_refusal_rule rule, uint8_t code, const char *verb, zt_view name)
{
	session->end = (zt_session_end){ .rule = rule, .code = code };
	(void)snprintf(session->end.what, sizeof session->end.what, "%s%s%.*s", verb, name.n ? " " : "", ZT_PRI(name));
	return ZT_E_DENIED;
}

zt_buf zt_session_packet_room(const zt_session *session)
{
	return zt_buf_make(session->room, ZT_SESSION_ROOM / 2);
}

zt_buf zt_session_parts_room(const zt_session *session)
{
	return zt_buf_make(session->room + ZT_SESSION_ROOM / 2, ZT_SESSION_ROOM / 2);
}

zt_status zt_session_send_client(zt_session *session, const zt_buf *packet)
{
	if (zt_buf_finish(packet) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_PACKET, ZT_RC_PACKET_TOO_LARGE, "answer", ZT_VIEW_EMPTY);
	session->ports->to_client(session->context, zt_buf_view(packet));
	return ZT_OK;
}

zt_status zt_session_send_broker(zt_session *session, const zt_buf *packet)
{
	if (zt_buf_finish(packet) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_PACKET, ZT_RC_PACKET_TOO_LARGE, "relay", ZT_VIEW_EMPTY);
	session->ports->to_broker(session->context, zt_buf_view(packet));
	return ZT_OK;
}

static zt_status answer_ping(zt_session *session)
{
	zt_buf out = zt_session_packet_room(session);
	if (session->pings) {
		zt_mqtt_write_empty(&out, ZT_MQTT_PINGREQ);
		TRY(zt_session_send_broker(session, &out));
		out = zt_session_packet_room(session);
	}
	zt_mqtt_write_empty(&out, ZT_MQTT_PINGRESP);
	return zt_session_send_client(session, &out);
}

static zt_status take_goodbye(zt_session *session, const zt_mqtt_frame *frame)
{
	if (zt_mqtt_read_disconnect(frame, session->version, &session->goodbye) != ZT_OK ||
	    zt_mqtt_properties_check(session->goodbye.properties, ZT_MQTT_DISCONNECT, false) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, "DISCONNECT", ZT_VIEW_EMPTY);
	return ZT_E_CLOSED;
}

zt_status zt_session_from_client(zt_session *session, const zt_mqtt_frame *frame)
{
	session->from_client++;
	switch (frame->type) {
	case ZT_MQTT_PUBLISH:
		return zt_session_publish(session, frame);
	case ZT_MQTT_PUBACK:
		return zt_session_delivered(session, frame);
	case ZT_MQTT_SUBSCRIBE:
		return zt_session_subscribe(session, frame);
	case ZT_MQTT_UNSUBSCRIBE:
		return zt_session_unsubscribe(session, frame);
	case ZT_MQTT_PINGREQ:
		return answer_ping(session);
	case ZT_MQTT_DISCONNECT:
		return take_goodbye(session, frame);
	default:
		/* MQTT-3.1.0-2: a second CONNECT; packets of QoS 2, of a server, or AUTH. */
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_PROTOCOL_ERROR, "unexpected packet",
				       ZT_VIEW_EMPTY);
	}
}

/* Codes that AWS lists for a server's DISCONNECT pass; others become "unspecified" (AWS IoT, "MQTT reason codes"). */
static zt_status broker_left(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_disconnect d = { 0 };
	if (zt_mqtt_read_disconnect(frame, ZT_MQTT_V5, &d) != ZT_OK)
		d.code = ZT_RC_SERVER_SHUTTING_DOWN;
	bool taken_over = d.code == ZT_RC_SESSION_TAKEN_OVER;
	(void)zt_session_stop(session, taken_over ? ZT_REFUSED_TAKEN_OVER : ZT_REFUSED_BROKER,
			      taken_over ? ZT_RC_SESSION_TAKEN_OVER : ZT_RC_SERVER_SHUTTING_DOWN, "broker's DISCONNECT",
			      ZT_VIEW_EMPTY);
	return ZT_E_CLOSED;
}

zt_status zt_session_from_broker(zt_session *session, const zt_mqtt_frame *frame)
{
	session->from_broker++;
	switch (frame->type) {
	case ZT_MQTT_PUBLISH:
		return zt_session_deliver(session, frame);
	case ZT_MQTT_PUBACK:
		return zt_session_published(session, frame);
	case ZT_MQTT_SUBACK:
	case ZT_MQTT_UNSUBACK:
		return zt_session_subscribed(session, frame);
	case ZT_MQTT_PINGRESP:
		return ZT_OK;
	case ZT_MQTT_DISCONNECT:
		return broker_left(session, frame);
	default:
		return zt_session_stop(session, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "broker's packet",
				       ZT_VIEW_EMPTY);
	}
}
