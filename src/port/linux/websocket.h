/* A WebSocket over a TLS stream, the client's side (RFC 6455), never blocking: MQTT for whoever has no certificate but
 * signs (AWS IoT, "MQTT over WebSocket"). */
#ifndef ZT_PORT_LINUX_WEBSOCKET_H
#define ZT_PORT_LINUX_WEBSOCKET_H

#include "base/str.h"
#include "port/linux/tls_stream.h"

/* Appends the path and signed query to ask for: "/mqtt?X-Amz-Algorithm=…". Asked for each connection anew. */
typedef zt_status (*zt_sign_fn)(void *context, zt_str *out, zt_error *ret_error);

typedef struct zt_websocket_client zt_websocket_client;

/* Over `stream` (borrowed), to `host` and `port`, for the Host header. ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_websocket_client_new(zt_tls_stream *stream, const char *host, uint16_t port, zt_sign_fn sign,
					       void *context, zt_websocket_client **ret);
/* NULL is fine. */
void zt_websocket_client_free(zt_websocket_client *websocket);
/* After the TLS handshake: the results of zt_transport.open. ZT_E_CREDENTIALS when the signature is refused. */
ZT_NODISCARD zt_status zt_websocket_client_open(zt_websocket_client *websocket);
/* As in zt_transport: bytes of binary messages, one behind the other. */
int32_t zt_websocket_client_recv(zt_websocket_client *websocket, uint8_t *bytes, size_t n);
int32_t zt_websocket_client_send(zt_websocket_client *websocket, const uint8_t *bytes, size_t n);
/* For the next connection. */
void zt_websocket_client_reset(zt_websocket_client *websocket);

#endif
