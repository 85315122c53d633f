/* The server's side of a WebSocket (RFC 6455): binary messages, as MQTT wants them (MQTT-6.0.0-1 to 6.0.0-4). */
#ifndef ZT_NET_WEBSOCKET_H
#define ZT_NET_WEBSOCKET_H

#include <event2/buffer.h>

#include "base/str.h"
#include "net/http_server.h"

/* Whether a request asks for one: GET with Upgrade, Connection, Sec-WebSocket-Version 13 and a key (RFC 6455 §4.2.1).
 */
bool zt_websocket_is_asked(const zt_http_request *request);
/* Whether the client offers this subprotocol. */
bool zt_websocket_offers(const zt_http_request *request, const char *protocol);
/* The head of the 101 answer that accepts it with that subprotocol, empty line included. */
ZT_NODISCARD zt_status zt_websocket_put_answer(const zt_http_request *request, const char *protocol, zt_str *out);

typedef struct zt_websocket zt_websocket;

/* Speaks over `stream` (borrowed), whose reading and events stay with the caller. A frame has at most `frame_max`
 * bytes. */
ZT_NODISCARD zt_status zt_websocket_new(struct bufferevent *stream, size_t frame_max, zt_websocket **ret);
void zt_websocket_free(zt_websocket *websocket);
/* Takes what the stream has received: the bytes of binary messages are appended to the input, pings are answered.
 * ZT_E_CLOSED after the peer's Close (answered); ZT_E_PROTOCOL after a text message or a broken frame (a Close is on
 * its way). */
ZT_NODISCARD zt_status zt_websocket_receive(zt_websocket *websocket);
/* Bytes of messages, one behind the other; the caller drains it. */
struct evbuffer *zt_websocket_input(const zt_websocket *websocket);
/* Sends one binary message. ZT_E_CLOSED once a Close went out. */
ZT_NODISCARD zt_status zt_websocket_send(zt_websocket *websocket, zt_view message);
/* Sends a Close with status 1000, once. */
void zt_websocket_close(zt_websocket *websocket);

#endif
