/* Connections to the HTTPS port and what precedes a request: TLS, and the certificate's state. */
#include "cloud/gateway/https.h"

#include "cloud/gateway/room.h"
#include "net/tls.h"

enum {
	BODY_MAX = 2 * ZT_PAYLOAD_MAX
}; /* what is over AWS's limit is answered as AWS does; what is far over it is not read */

/* A request whose certificate is being registered. */
typedef struct {
	zt_gateway *gateway;
	zt_http_exchange *exchange;
	zt_refusal refusal;
} waiting;

zt_refusal zt_https_refusal(const zt_https_peer *peer, zt_refusal_rule rule)
{
	zt_refusal r = {
		.time_ms = zt_registry_now_ms(peer->gateway->registry),
		.rule = rule,
		.port = peer->port,
	};
	(void)snprintf(r.peer, sizeof r.peer, "%s", peer->peer);
	(void)snprintf(r.certificate_id, sizeof r.certificate_id, "%s", peer->leaf.id);
	(void)snprintf(r.device_id, sizeof r.device_id, "%s", peer->leaf.device_id);
	return r;
}

void zt_https_record(zt_gateway *gateway, zt_refusal *refusal, const zt_http_request *request, const char *detail)
{
	if (request)
		(void)snprintf(refusal->attempted, sizeof refusal->attempted, "%.*s %.*s", ZT_PRI(request->method),
			       ZT_PRI(request->path));
	(void)snprintf(refusal->detail, sizeof refusal->detail, "%s", detail);
	zt_gateway_refuse(gateway, refusal);
}

/* AWS closes the connection without a byte of an answer. */
static void hang_up(zt_gateway *gateway, zt_refusal *refusal, zt_http_exchange *exchange)
{
	zt_https_record(gateway, refusal, zt_http_exchange_request(exchange), "");
	zt_http_drop(exchange);
}

static void on_registered(void *context, zt_refusal_rule rule)
{
	waiting *w = context;
	w->refusal.rule = rule;
	hang_up(w->gateway, &w->refusal, w->exchange);
	free(w);
}

static void prepare(zt_https_peer *peer)
{
	memcpy(peer->grants.certificate_id, peer->leaf.id, sizeof peer->grants.certificate_id);
	peer->grants.registry = peer->gateway->registry;
	peer->grants.generation = &peer->gateway->generation;
	peer->grants.source_ip = zt_view_of(peer->source_ip);
}

/* The certificate's state is looked at with each request: it may have changed since the last one. */
static void meet(zt_https_peer *peer, zt_http_exchange *exchange, waiting *w)
{
	zt_contact *contact;
	*w = (waiting){ .gateway = peer->gateway,
			.exchange = exchange,
			.refusal = zt_https_refusal(peer, ZT_REFUSED_REGISTERED) };
	zt_status status = zt_contact_meet(&peer->gateway->contacts, &peer->leaf, ZT_VIEW_EMPTY, on_registered, w,
					   &contact, &w->refusal.rule);
	if (status == ZT_E_AGAIN)
		return;
	if (status == ZT_OK)
		zt_https_serve(peer, exchange);
	else
		hang_up(peer->gateway, &w->refusal, exchange);
	free(w);
}

static void on_request(void *context, zt_http_exchange *exchange)
{
	zt_gateway *gateway = context;
	zt_https_peer *peer = zt_http_exchange_request(exchange)->connection_tag;
	gateway->counters.requests++;
	if (!peer->with_certificate) {
		zt_web_serve(peer, exchange);
		return;
	}
	if (!peer->leaf.id[0] && zt_leaf_of(peer->stream, &peer->leaf) != ZT_OK) {
		zt_refusal refusal = zt_https_refusal(peer, ZT_REFUSED_UNREADABLE);
		hang_up(gateway, &refusal, exchange);
		return;
	}
	waiting *w = malloc(sizeof *w);
	if (!w) {
		zt_http_drop(exchange);
		return;
	}
	prepare(peer);
	meet(peer, exchange, w);
}

void zt_https_peer_free(zt_https_peer *peer)
{
	zt_grants_deinit(&peer->grants);
	zt_leaf_free(&peer->leaf);
	free(peer);
}

static void on_closed(void *context, void *tag)
{
	zt_gateway *gateway = context;
	zt_https_peer *peer = tag;
	if (peer->tls.begun && !peer->tls.done) {
		zt_refusal r =
		    zt_https_refusal(peer, peer->tls.wrong_name ? ZT_REFUSED_SERVER_NAME : ZT_REFUSED_HANDSHAKE);
		(void)snprintf(r.attempted, sizeof r.attempted, "TLS handshake");
		zt_https_record(gateway, &r, NULL, "");
	}
	zt_https_peer_free(peer);
}

/* Before there was a request to serve. */
static void on_refused(void *context, void *tag, unsigned status)
{
	enum { REQUEST_TIMEOUT = 408 };
	zt_https_peer *peer = tag;
	if (peer->with_certificate && !peer->leaf.id[0])
		(void)!zt_leaf_of(peer->stream, &peer->leaf);
	zt_refusal r = zt_https_refusal(peer, status == REQUEST_TIMEOUT ? ZT_REFUSED_SILENCE : ZT_REFUSED_REQUEST);
	(void)snprintf(r.attempted, sizeof r.attempted, "HTTP request");
	zt_https_record(context, &r, NULL, zt_http_reason(status));
}

static zt_https_peer *new_peer(zt_gateway *g, const char *text, unsigned port)
{
	zt_https_peer *peer = calloc(1, sizeof *peer);
	if (!peer)
		return NULL;
	peer->gateway = g;
	peer->port = port;
	peer->with_certificate = true;
	(void)snprintf(peer->peer, sizeof peer->peer, "%s", text);
	zt_source_ip(peer->peer, peer->source_ip);
	return peer;
}

static void serve(zt_https_peer *peer)
{
	zt_gateway *g = peer->gateway;
	zt_gateway_tls_watch(peer->stream, &peer->tls);
	if (zt_http_adopt(g->http, peer->stream, peer->peer, peer) != ZT_OK) {
		g->counters.turned_away++;
		free(peer);
	}
}

void zt_https_accept(void *context, evutil_socket_t fd, const struct sockaddr *peer_address, int peer_len)
{
	zt_gateway *g = context;
	char text[ZT_PEER_TEXT_MAX];
	(void)peer_len;
	zt_peer_text(peer_address, text);
	zt_https_peer *peer = new_peer(g, text, g->https_port);
	if (!peer)
		(void)evutil_closesocket(fd);
	else if (zt_tls_accept(g->loop, g->tls, fd, &peer->stream) != ZT_OK)
		free(peer);
	else
		serve(peer);
}

void zt_https_adopt(zt_gateway *g, struct bufferevent *stream, const char *text, unsigned port, bool with_certificate)
{
	zt_https_peer *peer = new_peer(g, text, port);
	if (!peer) {
		bufferevent_free(stream);
		return;
	}
	peer->stream = stream;
	peer->with_certificate = with_certificate;
	peer->tls = (zt_tls_watch){ .begun = true, .done = true };
	serve(peer);
}

zt_status zt_https_new(zt_gateway *gateway, zt_error *ret_error)
{
	const zt_http_server_spec spec = {
		.handler = on_request,
		.context = gateway,
		.body_max = BODY_MAX,
		.connections_max = gateway->connections_max,
		.request_ms = gateway->patience_ms,
		.closed = on_closed,
		.refused = on_refused,
	};
	return zt_http_server_new(gateway->loop, &spec, &gateway->http, ret_error);
}
