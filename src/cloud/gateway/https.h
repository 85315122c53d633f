/* Inside of the gateway: the HTTPS port. */
#ifndef ZT_CLOUD_GATEWAY_HTTPS_H
#define ZT_CLOUD_GATEWAY_HTTPS_H

#include "cloud/gateway/gateway.h"
#include "cloud/gateway/grants.h"
#include "cloud/gateway/refusals.h"
#include "cloud/gateway/tls.h"
#include "net/http_server.h"

/* A connection to it. */
typedef struct {
	zt_gateway *gateway;
	struct bufferevent *stream; /* the HTTP server's */
	zt_tls_watch tls;
	unsigned port;         /* ours */
	bool with_certificate; /* its own speaks for it; else each request is signed */
	char peer[ZT_PEER_TEXT_MAX], source_ip[ZT_PEER_TEXT_MAX];
	zt_leaf leaf; /* read with the first request */
	zt_grants grants;
} zt_https_peer;

void zt_https_peer_free(zt_https_peer *peer);
/* A refusal of this peer, without what was attempted. */
zt_refusal zt_https_refusal(const zt_https_peer *peer, zt_refusal_rule rule);
void zt_https_record(zt_gateway *gateway, zt_refusal *refusal, const zt_http_request *request, const char *detail);

/* https_publish.c: answers a request of a peer whose certificate is ACTIVE. */
void zt_https_serve(zt_https_peer *peer, zt_http_exchange *exchange);

/* web.c: answers a request that has a signature in a certificate's stead; /mqtt becomes a WebSocket. */
void zt_web_serve(zt_https_peer *peer, zt_http_exchange *exchange);

/* https_answer.c: AWS's answers. `error_type` is NULL for 200; `message` NULL is JSON's null. */
void zt_https_answer(zt_http_exchange *exchange, unsigned status, const char *error_type, const char *message);

#endif
