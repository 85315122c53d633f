#include "cloud/gateway/connection.h"

#include <event2/buffer.h>
#include <stddef.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/gateway/room.h"
#include "net/tls.h"

/* A timer that cannot be set for want of memory leaves the connection to its peer. */
void zt_connection_limit(zt_mqtt_connection *c, int64_t ms)
{
	const struct timeval limit = { ms / 1000, ms % 1000 * 1000 };
	(void)event_add(c->timer, &limit);
}

/* Whoever is refused before its CONNECT was understood has shown its certificate all the same. */
static void identify(const zt_mqtt_connection *c, zt_refusal *refusal)
{
	zt_leaf leaf;
	if (!c->client || c->caller || zt_leaf_of(c->client, &leaf) != ZT_OK)
		return;
	memcpy(refusal->certificate_id, leaf.id, sizeof leaf.id);
	memcpy(refusal->device_id, leaf.device_id, sizeof leaf.device_id);
	zt_leaf_free(&leaf);
}

void zt_connection_record(zt_mqtt_connection *c, zt_refusal_rule rule, const char *attempted, const char *detail)
{
	zt_refusal r = {
		.time_ms = zt_registry_now_ms(c->gateway->registry),
		.rule = rule,
		.port = c->port,
	};
	(void)snprintf(r.peer, sizeof r.peer, "%s", c->peer);
	(void)snprintf(r.device_id, sizeof r.device_id, "%s", c->device_id);
	(void)snprintf(r.certificate_id, sizeof r.certificate_id, "%s", c->grants.certificate_id);
	(void)snprintf(r.client_id, sizeof r.client_id, "%s", c->plan.client_id);
	if (!r.certificate_id[0])
		identify(c, &r);
	(void)snprintf(r.attempted, sizeof r.attempted, "%s", attempted);
	(void)snprintf(r.detail, sizeof r.detail, "%s", detail);
	zt_gateway_refuse(c->gateway, &r);
}

void zt_connection_send(const zt_mqtt_connection *c, zt_view bytes)
{
	if (!c->client)
		return;
	/* What cannot be sent any more is missed by nobody: its reader has closed. */
	if (c->websocket)
		(void)!zt_websocket_send(c->websocket, bytes);
	else
		(void)bufferevent_write(c->client, bytes.p, bytes.n);
}

const char *zt_connection_principal(const zt_mqtt_connection *c)
{
	return c->caller ? c->caller->user_id : c->grants.certificate_id;
}

int64_t zt_connection_silence_ms(const zt_mqtt_connection *c)
{
	return (int64_t)c->plan.keep_alive_s * c->gateway->second_ms * 3 / 2;
}

/* ZT_E_CLOSED when nothing more will be heard; what came before has been used. */
static zt_status hear(zt_mqtt_connection *c, zt_inbox *inbox)
{
	zt_status status = zt_inbox_read(inbox, &c->gateway->inbox_room);
	if (c->phase == ZT_PHASE_LEAVING)
		zt_inbox_drop(inbox, inbox->unread.n);
	else
		zt_connection_pump(c);
	if (zt_inbox_keep(inbox) != ZT_OK)
		zt_connection_finish(c);
	return status;
}

static void client_left(zt_mqtt_connection *c)
{
	if (!c->client)
		return;
	zt_websocket_free(c->websocket);
	c->websocket = NULL;
	zt_inbox_close(&c->from_client);
	bufferevent_free(c->client);
	c->client = NULL;
	if (c->phase == ZT_PHASE_LEAVING)
		zt_connection_settle(c);
	else
		zt_connection_depart(c, true, ZT_DISCONNECT_LOST);
}

static void broker_left(zt_mqtt_connection *c)
{
	if (!c->broker)
		return;
	c->broker_done = true;
	if (c->phase == ZT_PHASE_LEAVING)
		zt_connection_settle(c);
	else
		zt_connection_refuse(c, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "relay",
				     "the broker closed the connection");
}

static void on_client_ready(evutil_socket_t fd, short what, void *context)
{
	zt_mqtt_connection *c = context;
	(void)fd;
	(void)what;
	if (hear(c, &c->from_client) == ZT_E_CLOSED)
		client_left(c);
}

static void on_broker_ready(evutil_socket_t fd, short what, void *context)
{
	zt_mqtt_connection *c = context;
	(void)fd;
	(void)what;
	if (hear(c, &c->from_broker) == ZT_E_CLOSED)
		broker_left(c);
}

static zt_status listen_to_client(zt_mqtt_connection *c)
{
	if (!c->websocket)
		return zt_inbox_take_over(&c->from_client, c->gateway->loop, c->client, on_client_ready, c);
	zt_inbox_attach(&c->from_client, c->client);
	ENSURE(bufferevent_enable(c->client, EV_READ) == 0, ZT_E_NOMEM);
	/* What came behind the request has no further event. */
	bufferevent_trigger(c->client, EV_READ, BEV_OPT_DEFER_CALLBACKS);
	return ZT_OK;
}

static void on_client_event(struct bufferevent *stream, short what, void *context)
{
	zt_mqtt_connection *c = context;
	(void)stream;
	if (what & BEV_EVENT_CONNECTED) {
		c->phase = ZT_PHASE_GREETING;
		c->gateway->counters.handshakes++;
		zt_connection_limit(c, c->gateway->patience_ms);
		if (listen_to_client(c) != ZT_OK)
			zt_connection_finish(c);
		return;
	}
	if (c->tls.wrong_name)
		zt_connection_record(c, ZT_REFUSED_SERVER_NAME, "TLS handshake", "");
	else if (c->tls.begun && !c->tls.done)
		zt_connection_record(c, ZT_REFUSED_HANDSHAKE, "TLS handshake", "");
	client_left(c);
}

static void on_broker_event(struct bufferevent *stream, short what, void *context)
{
	zt_mqtt_connection *c = context;
	if (what & BEV_EVENT_CONNECTED)
		return;
	/* Its last packets, such as the reason it gives, are still to be read. */
	if (c->phase == ZT_PHASE_JOINING || c->phase == ZT_PHASE_ON)
		zt_connection_pump(c);
	if (c->broker == stream)
		broker_left(c);
}

static void on_frames(struct bufferevent *stream, void *context)
{
	zt_mqtt_connection *c = context;
	struct evbuffer *in = bufferevent_get_input(stream);
	if (c->phase == ZT_PHASE_LEAVING)
		(void)evbuffer_drain(in, evbuffer_get_length(in));
	else
		zt_connection_pump(c);
}

static void on_room(struct bufferevent *stream, void *context)
{
	zt_mqtt_connection *c = context;
	(void)stream;
	if (c->phase == ZT_PHASE_LEAVING)
		zt_connection_settle(c);
	else
		zt_connection_pump(c);
}

zt_status zt_connection_watch_broker(zt_mqtt_connection *c, struct bufferevent *stream)
{
	c->broker = stream;
	bufferevent_setcb(stream, NULL, on_room, on_broker_event, c);
	bufferevent_setwatermark(stream, EV_WRITE, ZT_BACKLOG_LOW, 0);
	ENSURE(bufferevent_enable(stream, EV_WRITE) == 0, ZT_E_NOMEM);
	return zt_inbox_take_over(&c->from_broker, c->gateway->loop, stream, on_broker_ready, c);
}

/* The timer is set for the time when the silence could be too long, not with each packet. */
static void check_keep_alive(zt_mqtt_connection *c)
{
	int64_t allowed_ms = zt_connection_silence_ms(c);
	int64_t left_ms = c->heard_ms + allowed_ms - zt_time_mono_ms();
	if (left_ms > 0 || c->blocked) /* what is not read was perhaps said */
		zt_connection_limit(c, left_ms > 0 ? left_ms : allowed_ms);
	else
		zt_connection_refuse(c, ZT_REFUSED_KEEP_ALIVE, ZT_RC_KEEP_ALIVE_TIMEOUT, "stay connected", "");
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	zt_mqtt_connection *c = context;
	(void)fd;
	(void)what;
	switch (c->phase) {
	case ZT_PHASE_ON:
		check_keep_alive(c);
		break;
	case ZT_PHASE_HANDSHAKE:
	case ZT_PHASE_GREETING:
		zt_connection_record(c, ZT_REFUSED_SILENCE, c->phase == ZT_PHASE_GREETING ? "CONNECT" : "TLS handshake",
				     "");
		zt_connection_finish(c);
		break;
	case ZT_PHASE_OPENING:
	case ZT_PHASE_JOINING:
		zt_connection_record(c, ZT_REFUSED_BROKER, "CONNECT", "no answer in time");
		zt_connection_finish(c);
		break;
	case ZT_PHASE_MEETING: /* the store always answers */
		break;
	default:
		zt_connection_finish(c);
	}
}

static void link_connection(zt_mqtt_connection *c)
{
	zt_gateway *g = c->gateway;
	c->next = g->connections;
	c->link = &g->connections;
	if (c->next)
		c->next->link = &c->next;
	g->connections = c;
	g->counters.open++;
}

static void never_was(zt_mqtt_connection *c)
{
	zt_websocket_free(c->websocket);
	zt_inbox_close(&c->from_client);
	if (c->client)
		bufferevent_free(c->client);
	if (c->timer)
		event_free(c->timer);
	free(c->caller);
	free(c);
}

/* Without a stream yet. NULL when there is no room for one more. */
static zt_mqtt_connection *new_connection(zt_gateway *g, const char *peer, unsigned port)
{
	zt_mqtt_connection *c = g->counters.open < g->connections_max ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		g->counters.turned_away++;
		return NULL;
	}
	c->gateway = g;
	c->port = port;
	(void)snprintf(c->peer, sizeof c->peer, "%s", peer);
	zt_source_ip(c->peer, c->source_ip);
	c->timer = evtimer_new(g->loop, on_timer, c);
	if (c->timer)
		return c;
	never_was(c);
	return NULL;
}

static zt_status serve(zt_mqtt_connection *c)
{
	zt_gateway_tls_watch(c->client, &c->tls);
	bufferevent_setcb(c->client, c->websocket ? on_frames : NULL, on_room, on_client_event, c);
	bufferevent_setwatermark(c->client, EV_WRITE, ZT_BACKLOG_LOW, 0);
	ENSURE(bufferevent_enable(c->client, EV_WRITE) == 0, ZT_E_NOMEM);
	if (!c->tls.done)
		zt_inbox_read_ahead(c->client);
	else
		TRY(listen_to_client(c));
	link_connection(c);
	zt_connection_limit(c, c->gateway->patience_ms);
	return ZT_OK;
}

void zt_connection_accept(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	zt_gateway *g = context;
	char text[ZT_PEER_TEXT_MAX];
	(void)peer_len;
	zt_peer_text(peer, text);
	zt_mqtt_connection *c = new_connection(g, text, g->mqtt_port);
	if (!c)
		(void)evutil_closesocket(fd);
	else if (zt_tls_accept(g->loop, g->tls, fd, &c->client) != ZT_OK || serve(c) != ZT_OK)
		never_was(c);
}

static zt_status become_operators(zt_mqtt_connection *c, const zt_caller *caller)
{
	c->caller = malloc(sizeof *c->caller);
	ENSURE(c->caller, ZT_E_NOMEM);
	*c->caller = *caller;
	return zt_websocket_new(c->client, ZT_PACKET_MAX, &c->websocket);
}

void zt_connection_adopt(zt_gateway *g, struct bufferevent *stream, const char *peer, unsigned port,
			 const zt_caller *caller)
{
	zt_mqtt_connection *c = new_connection(g, peer, port);
	if (!c) {
		bufferevent_free(stream);
		return;
	}
	c->client = stream;
	c->phase = ZT_PHASE_GREETING;
	c->tls = (zt_tls_watch){ .begun = true, .done = true };
	g->counters.handshakes++;
	if ((caller && become_operators(c, caller) != ZT_OK) || serve(c) != ZT_OK)
		never_was(c);
}
