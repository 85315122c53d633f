/* Packets between the client and the broker, with back-pressure both ways: whoever does not read stops our reading of
 * the other, and TCP does the rest. */
#include <event2/buffer.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/gateway/connection.h"
#include "cloud/gateway/lifecycle.h"
#include "cloud/gateway/room.h"
#include "cloud/registry/retained.h"
#include "net/stream.h"

/* A retained message whose row is being written; outlives its connection. */
struct zt_keeping {
	zt_mqtt_connection *connection; /* NULL once forgotten */
	bool ended;
	zt_status status;
};

static bool has_room(struct bufferevent *stream, size_t max)
{
	return !stream || evbuffer_get_length(bufferevent_get_output(stream)) < max;
}

/* What the client sends may make more for both sides: the broker's packets, and the client's acknowledgements. */
static bool has_room_up(const zt_mqtt_connection *c)
{
	return has_room(c->broker, ZT_BACKLOG_HIGH) && has_room(c->client, ZT_BACKLOG_FULL);
}

static bool has_room_down(const zt_mqtt_connection *c)
{
	return has_room(c->client, ZT_BACKLOG_HIGH) && has_room(c->broker, ZT_BACKLOG_FULL);
}

/* The next whole packet, still in the inbox. ZT_E_AGAIN while bytes are missing. */
static zt_status peek_frame(const zt_inbox *inbox, size_t max, zt_mqtt_frame *ret)
{
	zt_view unread = inbox->unread;
	return zt_mqtt_frame_next(&unread, max, ret);
}

static void end_for_frame(zt_mqtt_connection *c, zt_status status)
{
	if (status == ZT_E_LIMIT) /* 0x95 is not among the codes that AWS lists */
		zt_connection_refuse(c, ZT_REFUSED_PACKET, ZT_RC_QUOTA_EXCEEDED, "packet", "");
	else
		zt_connection_refuse(c, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, "packet", "");
}

/* What the policies said, when it was they who refused. */
static const char *denial_of(const zt_mqtt_connection *c, zt_refusal_rule rule)
{
	bool by_policy = rule == ZT_REFUSED_PUBLISH || rule == ZT_REFUSED_RETAIN || rule == ZT_REFUSED_SUBSCRIBE ||
			 rule == ZT_REFUSED_RECEIVE;
	return by_policy ? c->gateway->denial : "";
}

static void end_for_session(zt_mqtt_connection *c)
{
	const zt_session_end end = c->session.end;
	zt_connection_refuse(c, end.rule, end.code, end.what, denial_of(c, end.rule));
}

/* The client's DISCONNECT drops the will, unless it asks for it (v5 §3.14.2.1). */
static void end_by_client(zt_mqtt_connection *c)
{
	LOG_DEBUG("gateway", "disconnected", ZT_KV_STR("client", c->plan.client_id));
	zt_connection_depart(c, c->session.goodbye.code == ZT_RC_DISCONNECT_WITH_WILL, ZT_DISCONNECT_BY_CLIENT);
}

/* Those of packets that leave the connection open. */
static const char *verb_of(zt_refusal_rule rule)
{
	switch (rule) {
	case ZT_REFUSED_RECEIVE:
		return "receive";
	case ZT_REFUSED_PUBLISH_RATE:
		return "PUBLISH";
	case ZT_REFUSED_QOS:
		return "QoS 2 on";
	default:
		return "SUBSCRIBE";
	}
}

static void refused(void *context, zt_refusal_rule rule, zt_view name)
{
	zt_mqtt_connection *c = context;
	char attempted[ZT_REFUSAL_TEXT_MAX];
	/* One client must not drown what others were refused for. */
	if (c->told++ >= ZT_REFUSALS_PER_CONNECTION)
		return;
	(void)snprintf(attempted, sizeof attempted, "%s%s%.*s", verb_of(rule), name.n ? " " : "", ZT_PRI(name));
	zt_connection_record(c, rule, attempted, denial_of(c, rule));
}

/* What is over the quota is discarded, without a PUBACK; outgoing messages are not counted here, as AWS counts them. */
static bool is_excess(zt_mqtt_connection *c, const zt_mqtt_frame *frame)
{
	/* What is being kept was within it, and waits for its row alone. */
	if (!c->gateway->connects || frame->type != ZT_MQTT_PUBLISH || c->keeping)
		return false;
	return !zt_second_has_room(&c->published, ZT_PUBLISHES_A_SECOND, zt_time_mono_ms());
}

/* Whether to go on reading from the client. */
static bool relay_up(zt_mqtt_connection *c, const zt_mqtt_frame *frame)
{
	if (is_excess(c, frame)) {
		refused(c, ZT_REFUSED_PUBLISH_RATE, ZT_VIEW_EMPTY);
		return true;
	}
	zt_status status = zt_session_from_client(&c->session, frame);
	c->blocked = status == ZT_E_AGAIN;
	if (c->blocked)
		return false;
	/* Not before: a packet that waits is looked at again. */
	c->published.count += frame->type == ZT_MQTT_PUBLISH;
	c->gateway->counters.packets_from_clients++;
	c->heard_ms = zt_time_mono_ms();
	if (status == ZT_E_CLOSED)
		end_by_client(c);
	else if (status != ZT_OK)
		end_for_session(c);
	return status == ZT_OK;
}

static bool may_read_client(zt_mqtt_connection *c)
{
	if (c->phase != ZT_PHASE_GREETING && c->phase != ZT_PHASE_ON)
		return false;
	c->blocked = !has_room(c->broker, ZT_BACKLOG_HIGH);
	return !c->blocked && has_room(c->client, ZT_BACKLOG_FULL);
}

/* What the WebSocket's messages hold. */
static zt_status unwrap(zt_mqtt_connection *c)
{
	if (c->stream_end == ZT_OK)
		c->stream_end = zt_websocket_receive(c->websocket);
	struct evbuffer *messages = zt_websocket_input(c->websocket);
	size_t n = evbuffer_get_length(messages);
	const uint8_t *bytes = evbuffer_pullup(messages, -1);
	ENSURE(n == 0 || bytes, ZT_E_NOMEM);
	TRY(zt_inbox_put(&c->from_client, zt_view_make(bytes, n)));
	(void)evbuffer_drain(messages, n);
	return ZT_OK;
}

static void pump_up(zt_mqtt_connection *c)
{
	zt_status status = c->websocket ? unwrap(c) : ZT_OK;
	bool more = c->client != NULL;
	/* A client may be slow to read and is still heard: its PINGREQ keeps it alive. */
	while (more && may_read_client(c)) {
		zt_mqtt_frame frame;
		if (status == ZT_OK)
			status = peek_frame(&c->from_client, ZT_PACKET_MAX, &frame);
		if (status == ZT_E_AGAIN)
			return;
		if (status != ZT_OK) {
			end_for_frame(c, status);
			return;
		}
		size_t size = frame.whole.n;
		if (c->phase == ZT_PHASE_GREETING)
			zt_connection_greet(c, &frame);
		else
			more = relay_up(c, &frame);
		if (more && c->phase < ZT_PHASE_LEAVING)
			zt_inbox_drop(&c->from_client, size);
	}
}

static void relay_down(zt_mqtt_connection *c, const zt_mqtt_frame *frame)
{
	if (c->phase == ZT_PHASE_JOINING) {
		zt_connection_join(c, frame);
		return;
	}
	c->gateway->counters.packets_from_broker++;
	if (zt_session_from_broker(&c->session, frame) != ZT_OK)
		end_for_session(c);
}

static bool may_read_broker(zt_mqtt_connection *c)
{
	return (c->phase == ZT_PHASE_JOINING || c->phase == ZT_PHASE_ON) && has_room_down(c);
}

static void pump_down(zt_mqtt_connection *c)
{
	while (c->broker && may_read_broker(c)) {
		zt_mqtt_frame frame;
		zt_status status = peek_frame(&c->from_broker, ZT_BROKER_PACKET_MAX, &frame);
		if (status == ZT_E_AGAIN)
			return;
		if (status != ZT_OK) {
			zt_connection_refuse(c, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "relay",
					     "an unreadable packet of the broker");
			return;
		}
		size_t size = frame.whole.n;
		relay_down(c, &frame);
		if (c->phase < ZT_PHASE_LEAVING)
			zt_inbox_drop(&c->from_broker, size);
	}
}

/* A WebSocket that closes without a DISCONNECT is a connection that was lost. */
static void end_with_stream(zt_mqtt_connection *c)
{
	if (c->stream_end == ZT_E_CLOSED)
		zt_connection_depart(c, true, ZT_DISCONNECT_LOST);
	else
		zt_connection_refuse(c, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, "WebSocket frame", "");
}

static bool has_unsent(struct bufferevent *stream)
{
	return stream && evbuffer_get_length(bufferevent_get_output(stream)) > 0;
}

/* All connections of a turn write after all have been read: a peer that sleeps is woken once, for all that it has to
 * do, and not by each packet again. */
void zt_connection_flush_later(zt_mqtt_connection *c)
{
	zt_gateway *g = c->gateway;
	if (c->unsent || c->phase != ZT_PHASE_ON || !(has_unsent(c->broker) || has_unsent(c->client)))
		return;
	c->unsent = true;
	c->next_unsent = NULL;
	*g->unsent_end = c;
	g->unsent_end = &c->next_unsent;
	event_active(g->flusher, EV_TIMEOUT, 0);
}

/* One write for all packets. Whether that made room for more that has been read already. */
static bool flush(zt_mqtt_connection *c)
{
	if (c->phase != ZT_PHASE_ON)
		return false;
	const bool up = has_room_up(c), down = has_room_down(c);
	zt_stream_flush(c->broker);
	zt_stream_flush(c->client);
	return (!up && has_room_up(c)) || (!down && has_room_down(c));
}

void zt_connections_flush(zt_gateway *g)
{
	zt_mqtt_connection *c = ZT_STEAL(g->unsent);
	g->unsent_end = &g->unsent;
	for (zt_mqtt_connection *next; c; c = next) {
		next = c->next_unsent;
		c->unsent = false;
		if (flush(c))
			zt_connection_pump(c);
	}
}

void zt_connection_pump(zt_mqtt_connection *c)
{
	/* An acknowledgement of the broker may be what the client's next packet waits for: down first. */
	pump_down(c);
	pump_up(c);
	zt_connection_flush_later(c);
	if (c->phase < ZT_PHASE_LEAVING && c->stream_end != ZT_OK && !c->blocked)
		end_with_stream(c);
	if (c->phase >= ZT_PHASE_LEAVING)
		return;
	bool client_heard = c->phase == ZT_PHASE_GREETING || c->phase == ZT_PHASE_ON;
	zt_inbox_gate(&c->from_client, client_heard && !c->blocked && has_room(c->client, ZT_BACKLOG_FULL));
	zt_inbox_gate(&c->from_broker, may_read_broker(c));
}

static void to_client(void *context, zt_view bytes)
{
	zt_connection_send(context, bytes);
}

static void to_broker(void *context, zt_view bytes)
{
	const zt_mqtt_connection *c = context;
	if (c->broker)
		(void)bufferevent_write(c->broker, bytes.p, bytes.n);
}

static const struct {
	const char *action, *type;
} rights[] = {
	[ZT_MAY_PUBLISH] = { "iot:Publish", "topic" },
	[ZT_MAY_RETAIN] = { "iot:RetainPublish", "topic" },
	[ZT_MAY_SUBSCRIBE] = { "iot:Subscribe", "topicfilter" },
	[ZT_MAY_RECEIVE] = { "iot:Receive", "topic" },
};

static bool may(void *context, zt_session_right right, zt_view name)
{
	zt_mqtt_connection *c = context;
	zt_decision decision = zt_grants_decide(&c->grants, rights[right].action, rights[right].type, name);
	if (decision.kind == ZT_DECISION_ALLOW)
		return true;
	/* The refusal that follows tells of it. */
	zt_grants_explain(&c->grants, &decision, rights[right].action, c->gateway->denial, sizeof c->gateway->denial);
	return false;
}

static void kept(void *context, zt_status status)
{
	zt_keeping *k = context;
	zt_mqtt_connection *c = k->connection;
	if (!c) {
		free(k);
		return;
	}
	k->ended = true;
	k->status = status;
	zt_connection_pump(c);
}

void zt_keeping_forget(zt_keeping *k)
{
	if (!k)
		return;
	k->connection = NULL;
	if (k->ended)
		free(k);
}

static zt_status start_keeping(zt_mqtt_connection *c, const zt_publish *message)
{
	zt_txn *txn;
	zt_error error = { 0 };
	TRY(zt_txn_begin(c->gateway->registry, &txn));
	zt_status status = zt_txn_retained_put(txn, message, &error);
	zt_keeping *k = status == ZT_OK ? calloc(1, sizeof *k) : NULL;
	if (!k) {
		zt_txn_abort(txn);
		return status == ZT_OK ? ZT_E_NOMEM
				       : zt_log_error("gateway", &error, "a retained message cannot be kept");
	}
	k->connection = c;
	c->keeping = k;
	zt_txn_commit(txn, kept, k);
	return ZT_E_AGAIN;
}

static zt_status keep(void *context, const zt_publish *message)
{
	zt_mqtt_connection *c = context;
	if (!c->keeping)
		return start_keeping(c, message);
	if (!c->keeping->ended)
		return ZT_E_AGAIN;
	zt_status status = c->keeping->status;
	free(c->keeping);
	c->keeping = NULL;
	return status;
}

static void accepted(void *context, const zt_publish *message)
{
	const zt_mqtt_connection *c = context;
	const zt_publish_listener *listener = &c->gateway->acceptor.listener;
	zt_publish sent = *message;
	sent.source_ip = zt_view_of(c->source_ip);
	c->gateway->counters.messages_accepted++;
	if (listener->accepted)
		listener->accepted(listener->context, &sent);
}

static void subscribed(void *context, bool on, const zt_view *filters, size_t count)
{
	zt_lifecycle_subscribed(context, on, filters, count);
}

const zt_session_ports zt_connection_ports = {
	.to_client = to_client,
	.to_broker = to_broker,
	.may = may,
	.keep = keep,
	.accepted = accepted,
	.refused = refused,
	.subscribed = subscribed,
};
