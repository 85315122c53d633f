/* The half of a session that the server drives: received packets, overdue answers, keep-alive. */
#include <string.h>

#include "device/protocol.h"
#include "device/session_expect.h"

enum { SMALL_PACKET = 4 }; /* PINGREQ and PUBACK */

static zt_status take_connack(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret)
{
	zt_mqtt_connack packet;
	TRY(zt_mqtt_read_connack(frame, zt_session_version(session), &packet));
	ENSURE(session->awaits[ZT_SESSION_AWAIT_CONNACK], ZT_E_PROTOCOL);
	if (session->protocol)
		TRY(session->protocol->take_connack(session, packet.properties));
	session->awaits[ZT_SESSION_AWAIT_CONNACK] = false;
	session->connected = packet.code == 0;
	ret->kind = packet.code == 0 ? ZT_SESSION_CONNECTED : ZT_SESSION_REFUSED;
	ret->code = packet.code;
	ret->session_present = packet.session_present;
	return ZT_OK;
}

static zt_status take_publish(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret)
{
	zt_mqtt_publish packet;
	TRY(zt_mqtt_read_publish(frame, zt_session_version(session), &packet));
	TRY(zt_session_check_properties(session, packet.properties, ZT_MQTT_PUBLISH));
	/* We allow no topic aliases (MQTT 5, MQTT-3.1.2-27), so each message has its topic. */
	ENSURE(packet.topic.n, ZT_E_PROTOCOL);
	/* We never ask for QoS 2, so none may come (MQTT-3.8.4-6). */
	ENSURE(packet.qos <= 1, ZT_E_PROTOCOL);
	ret->kind = ZT_SESSION_RECEIVED;
	ret->message = (zt_message){ packet.topic, packet.payload, packet.qos, packet.retain };
	ret->duplicate = packet.dup;
	session->ack_owed = packet.packet_id;
	return ZT_OK;
}

static zt_status take_puback(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret)
{
	zt_mqtt_ack packet;
	TRY(zt_mqtt_read_ack(frame, zt_session_version(session), &packet));
	TRY(zt_session_check_properties(session, packet.properties, ZT_MQTT_PUBACK));
	/* An id that is not in flight is a late answer to an earlier life of the session. */
	if (!session->publishing || session->payload_pending || packet.packet_id != session->publish_id)
		return ZT_OK;
	session->awaits[ZT_SESSION_AWAIT_PUBACK] = false;
	session->publishing = false;
	session->publish_id = 0;
	ret->kind = packet.code < ZT_RC_UNSPECIFIED ? ZT_SESSION_PUBLISHED : ZT_SESSION_REJECTED;
	ret->code = packet.code;
	return ZT_OK;
}

static zt_status take_suback(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret)
{
	zt_mqtt_suback packet;
	TRY(zt_mqtt_read_suback(frame, zt_session_version(session), &packet));
	TRY(zt_session_check_properties(session, packet.properties, ZT_MQTT_SUBACK));
	ENSURE(session->awaits[ZT_SESSION_AWAIT_SUBACK] && packet.codes.n == 1, ZT_E_PROTOCOL);
	session->awaits[ZT_SESSION_AWAIT_SUBACK] = false;
	ret->kind = ZT_SESSION_SUBSCRIBED;
	ret->code = packet.codes.p[0];
	ret->packet_id = packet.packet_id;
	return ZT_OK;
}

static zt_status take_pingresp(zt_session *session, const zt_mqtt_frame *frame)
{
	ENSURE(frame->body.n == 0, ZT_E_PROTOCOL);
	session->awaits[ZT_SESSION_AWAIT_PINGRESP] = false;
	return ZT_OK;
}

/* What a server may send to a client that uses QoS 0 and 1 and never unsubscribes. */
static zt_status take_frame(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret)
{
	/* The first packet is CONNACK and no other is (MQTT-3.2.0-1). */
	ENSURE(session->connected != (frame->type == ZT_MQTT_CONNACK), ZT_E_PROTOCOL);
	switch (frame->type) {
	case ZT_MQTT_CONNACK:
		return take_connack(session, frame, ret);
	case ZT_MQTT_PUBLISH:
		return take_publish(session, frame, ret);
	case ZT_MQTT_PUBACK:
		return take_puback(session, frame, ret);
	case ZT_MQTT_SUBACK:
		return take_suback(session, frame, ret);
	case ZT_MQTT_PINGRESP:
		return take_pingresp(session, frame);
	case ZT_MQTT_DISCONNECT: /* of MQTT 5's servers alone */
		ENSURE(session->protocol, ZT_E_PROTOCOL);
		return session->protocol->take_disconnect(session, frame, ret);
	default:
		return ZT_E_PROTOCOL;
	}
}

static bool has_room(const zt_session *session)
{
	return session->out.cap - session->out.n >= SMALL_PACKET;
}

static void acknowledge(zt_session *session)
{
	if (session->ack_owed == 0)
		return;
	const zt_mqtt_ack packet = { .packet_id = session->ack_owed };
	zt_mqtt_write_ack(&session->out, zt_session_version(session), ZT_MQTT_PUBACK, &packet);
	session->ack_owed = 0;
}

/* What was looked at makes room for what comes. */
static void compact(zt_session *session)
{
	memmove(session->in, session->in + session->in_used, session->in_n - session->in_used);
	session->in_n -= session->in_used;
	session->in_used = 0;
}

static zt_status next_packet(zt_session *session, zt_session_event *ret)
{
	zt_view rest = { session->in, session->in_n };
	while (ret->kind == ZT_SESSION_NONE) {
		zt_mqtt_frame frame;
		zt_status status = zt_mqtt_frame_next(&rest, session->in_cap, &frame);
		if (status == ZT_E_AGAIN)
			break;
		TRY(status);
		session->in_used += frame.whole.n;
		TRY(take_frame(session, &frame, ret));
	}
	return ZT_OK;
}

/* A ping that finds no room, because the server does not read, has the time of its answer to find some. */
static int64_t ping_due_ms(const zt_session *session)
{
	bool idle = session->connected && !session->awaits[ZT_SESSION_AWAIT_PINGRESP];
	int64_t grace_ms = has_room(session) ? 0 : ZT_SESSION_ANSWER_MS;
	return idle ? session->sent_ms + (int64_t)session->keep_alive_s * 1000 + grace_ms : INT64_MAX;
}

static zt_status watch_clock(zt_session *session)
{
	for (size_t i = 0; i < ZT_SESSION_AWAITS; i++)
		ENSURE(!session->awaits[i] || session->now_ms < session->due_ms[i], ZT_E_TIMEOUT);
	if (session->now_ms < ping_due_ms(session))
		return ZT_OK;
	ENSURE(has_room(session), ZT_E_TIMEOUT);
	zt_mqtt_write_empty(&session->out, ZT_MQTT_PINGREQ);
	zt_session_expect(session, ZT_SESSION_AWAIT_PINGRESP);
	return ZT_OK;
}

zt_status zt_session_next(zt_session *session, zt_session_event *ret)
{
	*ret = (zt_session_event){ .kind = ZT_SESSION_NONE };
	if (session->publish_done) {
		session->publish_done = session->publishing = false;
		ret->kind = ZT_SESSION_PUBLISHED;
		return ZT_OK;
	}
	/* A peer that does not read gets no acknowledgements, so nothing more of it is read either. */
	if (has_room(session)) {
		acknowledge(session);
		compact(session);
		TRY(next_packet(session, ret));
	}
	return ret->kind == ZT_SESSION_NONE ? watch_clock(session) : ZT_OK;
}

int64_t zt_session_due_ms(const zt_session *session)
{
	if (session->publish_done)
		return INT64_MIN;
	int64_t due = ping_due_ms(session);
	for (size_t i = 0; i < ZT_SESSION_AWAITS; i++)
		if (session->awaits[i] && session->due_ms[i] < due)
			due = session->due_ms[i];
	return due;
}
