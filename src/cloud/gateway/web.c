/* Requests without a client certificate: signed ones are the control plane's to answer, and GET /mqtt becomes a
 * WebSocket when its signature is right (AWS IoT, "MQTT over WebSocket"). */
#include <event2/buffer.h>

#include "cloud/gateway/https.h"
#include "cloud/gateway/room.h"
#include "net/websocket.h"

enum { HEAD_MAX = 1024 };

static const char *protocol_of(const zt_http_request *request)
{
	/* The second is that of clients from before MQTT 3.1.1 (AWS IoT, "Device communication protocols"). */
	static const char *const protocols[] = { "mqtt", "mqttv3.1" };
	for (size_t i = 0; i < ZT_COUNT(protocols); i++)
		if (zt_websocket_offers(request, protocols[i]))
			return protocols[i];
	return NULL;
}

static void refuse(const zt_https_peer *peer, zt_http_exchange *exchange, unsigned status, const char *error_type,
		   zt_refusal_rule rule, const char *detail)
{
	zt_refusal refusal = zt_https_refusal(peer, rule);
	zt_https_record(peer->gateway, &refusal, zt_http_exchange_request(exchange), detail);
	zt_https_answer(exchange, status, error_type, zt_http_reason(status));
}

static zt_status open_websocket(zt_https_peer *peer, zt_http_exchange *exchange, const char *protocol,
				const zt_caller *caller)
{
	ZT_CLEANUP(zt_str_free) zt_str head = ZT_STR(HEAD_MAX);
	TRY(zt_websocket_put_answer(zt_http_exchange_request(exchange), protocol, &head));
	struct bufferevent *stream = zt_http_detach(exchange);
	if (stream) {
		zt_gateway_tls_watch(stream, NULL);
		(void)bufferevent_write(stream, zt_str_text(&head), head.n);
		zt_connection_adopt(peer->gateway, stream, peer->peer, peer->port, caller);
		zt_https_peer_free(peer);
	}
	return ZT_OK;
}

static void upgrade(zt_https_peer *peer, zt_http_exchange *exchange)
{
	const zt_operators *operators = &peer->gateway->operators;
	const zt_http_request *request = zt_http_exchange_request(exchange);
	const char *protocol = protocol_of(request);
	zt_caller caller;
	zt_error error = { 0 };
	if (!protocol)
		refuse(peer, exchange, 400, "InvalidRequestException", ZT_REFUSED_VERSION,
		       "the WebSocket offers no subprotocol mqtt");
	else if (operators->authenticate(operators->context, request, &caller, &error) != ZT_OK)
		refuse(peer, exchange, 403, "ForbiddenException", ZT_REFUSED_SIGNATURE, error.text);
	else if (open_websocket(peer, exchange, protocol, &caller) != ZT_OK)
		zt_http_drop(exchange);
}

void zt_web_serve(zt_https_peer *peer, zt_http_exchange *exchange)
{
	const zt_http_request *request = zt_http_exchange_request(exchange);
	const zt_operators *operators = &peer->gateway->operators;
	if (zt_view_equal(request->path, ZT_LIT("/mqtt")) && operators->authenticate && zt_websocket_is_asked(request))
		upgrade(peer, exchange);
	else if (operators->serve)
		operators->serve(operators->context, exchange);
	else
		refuse(peer, exchange, 404, "ResourceNotFoundException", ZT_REFUSED_ROUTE, "");
}
