/* The port that AWS has on 443: MQTT and HTTPS with a client certificate by ALPN, and without ALPN the web: signed
 * requests, and MQTT over WebSocket (AWS IoT, "Device communication protocols"). */
#include "cloud/gateway/room.h"
#include "net/tls.h"

struct zt_arrival {
	zt_gateway *gateway;
	zt_arrival *next, **link;
	struct bufferevent *stream;
	struct event *timer;
	zt_tls_watch tls;
	char peer[ZT_PEER_TEXT_MAX];
};

static void arrival_free(zt_arrival *a)
{
	*a->link = a->next;
	if (a->next)
		a->next->link = a->link;
	a->gateway->arrival_count--;
	if (a->stream)
		bufferevent_free(a->stream);
	if (a->timer)
		event_free(a->timer);
	free(a);
}

static void record(const zt_arrival *a, zt_refusal_rule rule)
{
	zt_refusal r = {
		.time_ms = zt_registry_now_ms(a->gateway->registry),
		.rule = rule,
		.port = a->gateway->all_port,
		.attempted = "TLS handshake",
	};
	(void)snprintf(r.peer, sizeof r.peer, "%s", a->peer);
	zt_gateway_refuse(a->gateway, &r);
}

static void hand_over(zt_arrival *a)
{
	zt_gateway *g = a->gateway;
	struct bufferevent *stream = ZT_STEAL(a->stream);
	zt_alpn alpn = zt_gateway_tls_alpn(stream);
	zt_gateway_tls_watch(stream, NULL);
	if (alpn == ZT_ALPN_MQTT)
		zt_connection_adopt(g, stream, a->peer, g->all_port, NULL);
	else
		zt_https_adopt(g, stream, a->peer, g->all_port, alpn == ZT_ALPN_HTTP);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	zt_arrival *a = context;
	(void)stream;
	if (what & BEV_EVENT_CONNECTED)
		hand_over(a);
	else if (a->tls.begun && !a->tls.done)
		record(a, a->tls.wrong_name ? ZT_REFUSED_SERVER_NAME : ZT_REFUSED_HANDSHAKE);
	arrival_free(a);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	zt_arrival *a = context;
	(void)fd;
	(void)what;
	record(a, ZT_REFUSED_SILENCE);
	arrival_free(a);
}

static zt_status start(zt_arrival *a, evutil_socket_t fd)
{
	const zt_gateway *g = a->gateway;
	const struct timeval patience = { g->patience_ms / 1000, g->patience_ms % 1000 * 1000 };
	TRY(zt_tls_accept(g->loop, g->tls_all, fd, &a->stream));
	a->timer = evtimer_new(g->loop, on_timer, a);
	ENSURE(a->timer && event_add(a->timer, &patience) == 0, ZT_E_NOMEM);
	zt_gateway_tls_watch(a->stream, &a->tls);
	bufferevent_setcb(a->stream, NULL, NULL, on_event, a);
	return bufferevent_enable(a->stream, EV_READ | EV_WRITE) == 0 ? ZT_OK : ZT_E_NOMEM;
}

void zt_arrival_accept(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	zt_gateway *g = context;
	(void)peer_len;
	bool room = g->counters.open + g->arrival_count < g->connections_max;
	zt_arrival *a = room ? calloc(1, sizeof *a) : NULL;
	if (!a) {
		(void)evutil_closesocket(fd);
		g->counters.turned_away++;
		return;
	}
	a->gateway = g;
	zt_peer_text(peer, a->peer);
	a->next = g->arrivals;
	a->link = &g->arrivals;
	if (a->next)
		a->next->link = &a->next;
	g->arrivals = a;
	g->arrival_count++;
	if (start(a, fd) != ZT_OK)
		arrival_free(a);
}

void zt_arrivals_end(zt_gateway *g)
{
	while (g->arrivals)
		arrival_free(g->arrivals);
}
