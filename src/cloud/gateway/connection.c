#include "cloud/gateway/connection.h"

#include <event2/buffer.h>
#include <stddef.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/gateway/room.h"
#include "mqtt/properties.h"
#include "net/tls.h"

static size_t unsent(struct bufferevent *stream)
{
	return stream ? evbuffer_get_length(bufferevent_get_output(stream)) : 0;
}

/* A timer that cannot be set for want of memory leaves the connection to its peer. */
void zt_connection_limit(zt_mqtt_connection *c, int64_t ms)
{
	const struct timeval limit = { ms / 1000, ms % 1000 * 1000 };
	(void)event_add(c->timer, &limit);
}

void zt_connection_record(zt_mqtt_connection *c, zt_refusal_rule rule, const char *attempted, const char *detail)
{
	zt_refusal r = {
		.time_ms = zt_registry_now_ms(c->gateway->registry),
		.rule = rule,
		.port = c->gateway->mqtt_port,
	};
	(void)snprintf(r.peer, sizeof r.peer, "%s", c->peer);
	(void)snprintf(r.device_id, sizeof r.device_id, "%s", c->device_id);
	(void)snprintf(r.certificate_id, sizeof r.certificate_id, "%s", c->grants.certificate_id);
	(void)snprintf(r.client_id, sizeof r.client_id, "%s", c->plan.client_id);
	(void)snprintf(r.attempted, sizeof r.attempted, "%s", attempted);
	(void)snprintf(r.detail, sizeof r.detail, "%s", detail);
	c->gateway->counters.refusals++;
	zt_refusals_add(c->gateway->refusals, &r);
}

static void unlist(zt_mqtt_connection *c)
{
	if (!c->listed)
		return;
	zt_index_take(&c->gateway->by_client_id, &c->by_client_id);
	zt_index_take(&c->gateway->by_certificate, &c->by_certificate);
	c->listed = false;
}

static void let_go(zt_mqtt_connection *c)
{
	unlist(c);
	zt_contact_forget(c->contact);
	c->contact = NULL;
	if (c->ticket)
		zt_broker_cancel(c->gateway->broker, c->ticket);
	c->ticket = NULL;
	zt_keeping_forget(c->keeping);
	c->keeping = NULL;
}

void zt_connection_finish(zt_mqtt_connection *c)
{
	if (c->phase == ZT_PHASE_ENDED)
		return;
	let_go(c);
	c->phase = ZT_PHASE_ENDED;
	if (c->client) {
		zt_gateway_tls_goodbye(c->client);
		bufferevent_free(c->client);
	}
	if (c->broker)
		bufferevent_free(c->broker);
	event_free(c->timer);
	c->client = c->broker = NULL;
	c->timer = NULL;
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->gateway->counters.open--;
	c->next = c->gateway->ended;
	c->gateway->ended = c;
	zt_gateway_sweep(c->gateway);
}

void zt_connection_free(zt_mqtt_connection *c)
{
	zt_will_free(&c->will);
	zt_session_deinit(&c->session);
	free(c);
}

static void publish_will(zt_mqtt_connection *c)
{
	zt_publish *will = &c->will.message;
	zt_error error = { 0 };
	if (will->topic.n == 0)
		return;
	if (zt_grants_decide(&c->grants, "iot:Publish", "topic", will->topic).kind != ZT_DECISION_ALLOW)
		return;
	will->client_id = zt_view_of(c->plan.client_id);
	will->principal = zt_view_of(c->grants.certificate_id);
	if (zt_accept(&c->gateway->acceptor, will, NULL, NULL, &error) != ZT_OK)
		(void)zt_log_error("gateway", &error, "a will cannot be published");
}

static void say_goodbye_to_broker(zt_mqtt_connection *c)
{
	uint8_t room[32], property[8];
	zt_buf out = ZT_BUF(room), properties = ZT_BUF(property);
	zt_mqtt_property expiry;
	if (zt_mqtt_property_find(c->session.goodbye.properties, ZT_PROP_SESSION_EXPIRY, &expiry)) {
		uint32_t s = expiry.number < ZT_SESSION_EXPIRY_MAX_S ? expiry.number : ZT_SESSION_EXPIRY_MAX_S;
		zt_mqtt_put_number(&properties, ZT_PROP_SESSION_EXPIRY, s);
	}
	zt_mqtt_write_disconnect(&out, ZT_MQTT_V5, &(zt_mqtt_disconnect){ .properties = zt_buf_view(&properties) });
	(void)bufferevent_write(c->broker, out.p, out.n);
}

/* Both ways are empty or closed: the client gets a while to close, so that no reset overtakes our last bytes. */
static void check_departure(zt_mqtt_connection *c)
{
	if (!c->broker_done && unsent(c->broker) == 0)
		c->broker_done = true;
	if (c->broker_done && c->broker) {
		bufferevent_free(c->broker);
		c->broker = NULL;
	}
	if (c->client && !c->client_done && unsent(c->client) == 0) {
		c->client_done = true;
		zt_gateway_tls_goodbye(c->client);
	}
	if (!c->client && c->broker_done)
		zt_connection_finish(c);
}

static void let_drain(struct bufferevent *stream)
{
	if (!stream)
		return;
	bufferevent_setwatermark(stream, EV_WRITE, 0, 0);
	(void)bufferevent_enable(stream, EV_READ);
}

void zt_connection_depart(zt_mqtt_connection *c, bool with_will)
{
	bool joined = c->phase == ZT_PHASE_ON;
	let_go(c);
	if (joined && with_will)
		publish_will(c);
	if (joined && c->broker && !c->broker_done)
		say_goodbye_to_broker(c);
	else
		c->broker_done = true;
	c->phase = ZT_PHASE_LEAVING;
	zt_connection_limit(c, ZT_GOODBYE_MS);
	let_drain(c->broker);
	let_drain(c->client);
	check_departure(c);
}

static void tell_client(zt_mqtt_connection *c, uint8_t code)
{
	uint8_t room[8];
	zt_buf out = ZT_BUF(room);
	if (c->plan.version != ZT_MQTT_V5 || !c->client)
		return;
	zt_mqtt_write_disconnect(&out, ZT_MQTT_V5, &(zt_mqtt_disconnect){ .code = code });
	(void)bufferevent_write(c->client, out.p, out.n);
}

void zt_connection_refuse(zt_mqtt_connection *c, zt_refusal_rule rule, uint8_t code, const char *attempted, const char *detail)
{
	if (c->phase >= ZT_PHASE_LEAVING)
		return;
	zt_connection_record(c, rule, attempted, detail);
	if (c->phase == ZT_PHASE_ON)
		tell_client(c, code);
	zt_connection_depart(c, true);
}

void zt_connection_review(zt_mqtt_connection *c)
{
	c->suspect = false;
	if (c->phase >= ZT_PHASE_LEAVING || zt_grants_active(&c->grants))
		return;
	bool revoked = c->grants.certificate && c->grants.certificate->status == ZT_CERT_REVOKED;
	zt_connection_refuse(c, revoked ? ZT_REFUSED_REVOKED : ZT_REFUSED_INACTIVE, ZT_RC_NOT_AUTHORIZED, "stay connected", "");
}

static void client_left(zt_mqtt_connection *c)
{
	bufferevent_free(c->client);
	c->client = NULL;
	if (c->phase == ZT_PHASE_LEAVING)
		check_departure(c);
	else
		zt_connection_depart(c, true);
}

static void on_client_event(struct bufferevent *stream, short what, void *context)
{
	zt_mqtt_connection *c = context;
	(void)stream;
	if (what & BEV_EVENT_CONNECTED) {
		c->phase = ZT_PHASE_GREETING;
		c->gateway->counters.handshakes++;
		zt_connection_limit(c, ZT_CONNECT_MS);
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
	if (c->broker != stream)
		return;
	c->broker_done = true;
	if (c->phase == ZT_PHASE_LEAVING)
		check_departure(c);
	else
		zt_connection_refuse(c, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "relay", "the broker closed the connection");
}

static void on_bytes(struct bufferevent *stream, void *context)
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
		check_departure(c);
	else
		zt_connection_pump(c);
}

void zt_connection_watch_broker(zt_mqtt_connection *c, struct bufferevent *stream)
{
	c->broker = stream;
	bufferevent_setcb(stream, on_bytes, on_room, on_broker_event, c);
	bufferevent_setwatermark(stream, EV_WRITE, ZT_BACKLOG_LOW, 0);
	(void)bufferevent_enable(stream, EV_READ | EV_WRITE);
}

/* MQTT-3.1.2-24: 1.5 times the keep-alive. The timer is set for the time when that could be over, not with each packet. */
static void check_keep_alive(zt_mqtt_connection *c)
{
	int64_t allowed_ms = (int64_t)c->plan.keep_alive_s * 1500;
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
		zt_connection_record(c, ZT_REFUSED_SILENCE, c->phase == ZT_PHASE_GREETING ? "CONNECT" : "TLS handshake", "");
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

static zt_status start(zt_mqtt_connection *c, evutil_socket_t fd)
{
	c->timer = evtimer_new(c->gateway->loop, on_timer, c);
	if (!c->timer) {
		(void)evutil_closesocket(fd);
		return ZT_E_NOMEM;
	}
	TRY(zt_tls_accept(c->gateway->loop, c->gateway->tls, fd, &c->client));
	zt_gateway_tls_watch(c->client, &c->tls);
	bufferevent_setcb(c->client, on_bytes, on_room, on_client_event, c);
	bufferevent_setwatermark(c->client, EV_WRITE, ZT_BACKLOG_LOW, 0);
	return bufferevent_enable(c->client, EV_READ | EV_WRITE) == 0 ? ZT_OK : ZT_E_NOMEM;
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

void zt_connection_accept(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	zt_gateway *g = context;
	(void)peer_len;
	zt_mqtt_connection *c = g->counters.open < g->connections_max ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		(void)evutil_closesocket(fd);
		g->counters.turned_away++;
		return;
	}
	c->gateway = g;
	zt_peer_text(peer, c->peer);
	zt_source_ip(c->peer, c->source_ip);
	if (start(c, fd) != ZT_OK) {
		if (c->client)
			bufferevent_free(c->client);
		if (c->timer)
			event_free(c->timer);
		free(c);
		return;
	}
	link_connection(c);
	zt_connection_limit(c, ZT_HANDSHAKE_MS);
}
