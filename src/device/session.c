/* The half of a session that the caller drives: calls become queued packets, queued packets become bytes. */
#include "zerotouch/session.h"

#include <string.h>

#include "device/protocol.h"
#include "device/session_expect.h"

enum { CONNECT_PROPERTIES_MAX = 16 };

void zt_session_init(zt_session *session, void *out, size_t out_cap, void *in, size_t in_cap)
{
	*session = (zt_session){ .out = zt_buf_make(out, out_cap), .in = in, .in_cap = in_cap };
}

static void forget_stream(zt_session *session)
{
	uint16_t last_id = session->last_id;
	int64_t now_ms = session->now_ms;
	zt_session_init(session, session->out.p, session->out.cap, session->in, session->in_cap);
	session->last_id = last_id;
	session->now_ms = now_ms;
}

/* Never 0 (MQTT-2.3.1-1). */
static uint16_t next_id(zt_session *session)
{
	if (++session->last_id == 0)
		session->last_id = 1;
	return session->last_id;
}

/* Bytes that are gone make room, unless a payload still has to find its place among them. */
static void compact(zt_session *session)
{
	if (session->payload_pending || session->out_sent == 0)
		return;
	memmove(session->out.p, session->out.p + session->out_sent, session->out.n - session->out_sent);
	session->out.n -= session->out_sent;
	session->out_sent = 0;
}

/* A packet that does not fit was not queued. */
static zt_status finish_packet(zt_session *session)
{
	if (zt_buf_finish(&session->out) == ZT_OK)
		return ZT_OK;
	session->out.overflow = false;
	return ZT_E_AGAIN;
}

static void set_will(zt_mqtt_connect *packet, const zt_message *will)
{
	packet->has_will = true;
	packet->will_qos = will->qos;
	packet->will_retain = will->retain;
	packet->will_topic = will->topic;
	packet->will_payload = will->payload;
}

static void obey(zt_session *session, const zt_session_options *options)
{
	session->keep_alive_s = options->keep_alive_s;
	session->protocol = options->protocol;
	session->version = options->protocol ? (uint8_t)options->protocol->version : ZT_MQTT_V311;
	session->expiry_s = options->clean ? 0 : options->expiry_s ? options->expiry_s : ZT_SESSION_EXPIRY_S;
	session->qos_max = 1;
}

zt_status zt_session_connect(zt_session *session, const zt_session_options *options)
{
	ENSURE(options->client_id.n <= ZT_CLIENT_ID_MAX, ZT_E_LIMIT);
	forget_stream(session);
	obey(session, options);
	uint8_t properties[CONNECT_PROPERTIES_MAX];
	zt_buf more = ZT_BUF(properties);
	if (session->protocol)
		session->protocol->put_connect(session, &more);
	zt_mqtt_connect packet = { .version = zt_session_version(session),
				   .clean = options->clean,
				   .keep_alive_s = options->keep_alive_s,
				   .properties = zt_buf_view(&more),
				   .client_id = options->client_id };
	if (options->will) {
		TRY(zt_message_check(options->will, NULL));
		set_will(&packet, options->will);
	}
	zt_mqtt_write_connect(&session->out, &packet);
	ENSURE(finish_packet(session) == ZT_OK, ZT_E_SPACE);
	session->sent_ms = session->now_ms;
	zt_session_expect(session, ZT_SESSION_AWAIT_CONNACK);
	return ZT_OK;
}

zt_status zt_session_publish(zt_session *session, const zt_message *message, bool again)
{
	TRY(zt_message_check(message, NULL));
	ENSURE(session->connected && !session->publishing, ZT_E_STATE);
	compact(session);
	zt_mqtt_publish packet = { .qos = message->qos,
				   .retain = message->retain,
				   .dup = again && message->qos > 0,
				   .topic = message->topic,
				   .payload = message->payload };
	if (session->protocol)
		TRY(session->protocol->check_publish(session, &packet));
	if (message->qos)
		packet.packet_id = next_id(session);
	zt_mqtt_write_publish_head(&session->out, zt_session_version(session), &packet);
	TRY(finish_packet(session));
	session->payload = message->payload;
	session->payload_at = session->out.n;
	session->payload_sent = 0;
	session->payload_pending = true;
	session->publishing = true;
	session->publish_id = packet.packet_id;
	if (message->qos)
		zt_session_expect(session, ZT_SESSION_AWAIT_PUBACK);
	return ZT_OK;
}

zt_status zt_session_subscribe(zt_session *session, zt_view filter, uint8_t qos, uint16_t *ret_packet_id)
{
	TRY(zt_filter_check(filter, qos, NULL));
	ENSURE(session->connected && !session->awaits[ZT_SESSION_AWAIT_SUBACK], ZT_E_STATE);
	compact(session);
	const zt_mqtt_subscription item = { .filter = filter, .qos = qos };
	uint16_t packet_id = next_id(session);
	zt_mqtt_write_subscribe_one(&session->out, zt_session_version(session), packet_id, &item);
	TRY(finish_packet(session));
	zt_session_expect(session, ZT_SESSION_AWAIT_SUBACK);
	*ret_packet_id = packet_id;
	return ZT_OK;
}

zt_status zt_session_disconnect_because(zt_session *session, uint8_t code)
{
	ENSURE(session->connected, ZT_E_STATE);
	compact(session);
	const zt_mqtt_disconnect packet = { .code = code };
	zt_mqtt_write_disconnect(&session->out, zt_session_version(session), &packet);
	session->connected = false;
	return finish_packet(session);
}

zt_status zt_session_disconnect(zt_session *session)
{
	return zt_session_disconnect_because(session, ZT_RC_SUCCESS);
}

zt_view zt_session_output(const zt_session *session)
{
	if (session->payload_pending && session->out_sent == session->payload_at)
		return zt_view_from(session->payload, session->payload_sent);
	size_t end = session->payload_pending ? session->payload_at : session->out.n;
	return (zt_view){ session->out.p + session->out_sent, end - session->out_sent };
}

static void end_payload(zt_session *session)
{
	session->payload_pending = false;
	session->payload = ZT_VIEW_EMPTY;
	session->publish_done = session->publish_id == 0;
}

void zt_session_sent(zt_session *session, size_t n)
{
	session->sent_ms = session->now_ms;
	/* A long payload on a slow link: the answer's time runs from the last byte. */
	if (session->awaits[ZT_SESSION_AWAIT_PUBACK])
		zt_session_expect(session, ZT_SESSION_AWAIT_PUBACK);
	if (session->payload_pending && session->out_sent == session->payload_at)
		session->payload_sent += n;
	else
		session->out_sent += n;
	if (session->payload_pending && session->out_sent == session->payload_at &&
	    session->payload_sent == session->payload.n)
		end_payload(session);
	if (!session->payload_pending && session->out_sent == session->out.n)
		session->out.n = session->out_sent = 0;
}
