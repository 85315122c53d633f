/* An HTTP/1.1 server over libevent's buffers: TCP, TLS and Unix sockets alike.
 *
 * One exchange at a time per connection: while a request is being answered the next one waits
 * unread. A handler may answer at once or later; the exchange stays valid until it is answered or
 * dropped, even when the peer has gone. Everything a peer sends has a limit; what is over it is
 * answered with 400, 408, 413, 414 or 431 and the connection closed. Keep-alive as RFC 9112 §9.3. */
#ifndef ZT_NET_HTTP_SERVER_H
#define ZT_NET_HTTP_SERVER_H

#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/error.h"
#include "zerotouch/view.h"

enum {
	ZT_HTTP_HEADERS_MAX = 64,
	ZT_HTTP_HEAD_BYTES_MAX = 16 * 1024, /* request line and headers together */
	ZT_HTTP_IDLE_MS = 65 * 1000,        /* a kept-alive connection without a request */
	ZT_HTTP_REQUEST_MS = 30 * 1000,     /* from a request's first byte to its last */
};

typedef struct {
	zt_view name, value;
} zt_http_header;

/* A request as it came; views are valid until the exchange is answered. Nothing is decoded: Signature
 * Version 4 signs the bytes as sent. */
typedef struct {
	zt_view method;
	zt_view target; /* path and query as sent */
	zt_view path;   /* up to '?' */
	zt_view query;  /* behind '?', or empty */
	zt_http_header headers[ZT_HTTP_HEADERS_MAX];
	size_t header_count;
	zt_view body;
	const char *peer;     /* "127.0.0.1:4711" */
	void *connection_tag; /* what zt_http_adopt was given, or NULL */
} zt_http_request;

typedef struct zt_http_server zt_http_server;
typedef struct zt_http_exchange zt_http_exchange;

/* Must end in exactly one zt_http_respond or zt_http_drop, now or later, on the loop's thread. */
typedef void (*zt_http_handler)(void *context, zt_http_exchange *exchange);

typedef struct {
	zt_http_handler handler;
	void *context;
	size_t body_max;        /* bytes; a longer body is answered 413 */
	size_t connections_max; /* beyond it new connections are closed at once; 0 is 1024 */
	unsigned idle_ms;       /* 0 is ZT_HTTP_IDLE_MS */
	unsigned request_ms;    /* a TLS handshake, a request, or a peer that does not read; 0 is ZT_HTTP_REQUEST_MS */
	/* Called when a connection made by zt_http_adopt ends, with its tag, unless that is NULL; may be NULL. From
	 * then on the tag is gone from an exchange that is not answered yet. */
	void (*closed)(void *context, void *connection_tag);
	/* Told of a request that is broken, over a limit or late, and of the status that answers it; may be NULL. */
	void (*refused)(void *context, void *connection_tag, unsigned status);
} zt_http_server_spec;

ZT_NODISCARD zt_status zt_http_server_new(struct event_base *loop, const zt_http_server_spec *spec,
					  zt_http_server **ret, zt_error *ret_error);
/* Closes every connection; unanswered exchanges stay valid but go nowhere. NULL is fine. */
void zt_http_server_free(zt_http_server *server);
/* Serves a connection whose buffer the caller has set up (for TLS: after or before its handshake).
 * Takes over `buffer`. `tag` comes back in each request. On failure (ZT_E_LIMIT, ZT_E_NOMEM) the buffer is closed, and
 * `closed` is not called. */
ZT_NODISCARD zt_status zt_http_adopt(zt_http_server *server, struct bufferevent *buffer, const char *peer, void *tag);
/* For zt_listener_new: `context` is the server; plain TCP or Unix. */
void zt_http_accept(void *server, evutil_socket_t fd, const struct sockaddr *peer, int peer_len);

const zt_http_request *zt_http_exchange_request(const zt_http_exchange *exchange);
/* Whether the peer still waits: false once it has closed its side or has gone. For answers that come much later. */
bool zt_http_exchange_is_open(const zt_http_exchange *exchange);
/* First header of that name, without case; empty when absent. */
zt_view zt_http_header_of(const zt_http_request *request, const char *name);
/* Value of the first query member `name`, as sent (percent-encoded); false when absent. */
bool zt_http_query_of(const zt_http_request *request, const char *name, zt_view *ret_value);

/* Sends status, the given headers in their order, content-length and connection, and the body. The caller gives
 * content-type and date itself, since AWS's order of headers matters to some clients; a header named content-length or
 * connection without a value only says where the server's own belongs. Frees the exchange. */
void zt_http_respond(zt_http_exchange *exchange, unsigned status, const zt_http_header *headers, size_t count,
		     zt_view body);
/* The same with {"content-type":"application/json"} alone: for our own APIs. */
void zt_http_respond_json(zt_http_exchange *exchange, unsigned status, zt_view json);
/* Closes the connection without a byte of an answer (how AWS ends a first contact). Frees the exchange. */
void zt_http_drop(zt_http_exchange *exchange);
/* Takes the connection out of the server, for another protocol (RFC 9110 §7.8): frees the exchange and gives the buffer
 * to the caller, with what came behind the request still unread in it and without callbacks; `closed` is not called.
 * NULL when the peer has gone. */
struct bufferevent *zt_http_detach(zt_http_exchange *exchange);
/* "Not Found" for 404. */
const char *zt_http_reason(unsigned status);

#endif
