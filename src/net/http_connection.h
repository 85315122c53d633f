/* Inside of the HTTP server: a connection and the request that is read from it. */
#ifndef ZT_NET_HTTP_CONNECTION_H
#define ZT_NET_HTTP_CONNECTION_H

#include <event2/buffer.h>
#include <http_parser.h>

#include "base/str.h"
#include "net/http_server.h"
#include "net/listener.h"

typedef enum {
	ZT_CONN_IDLE,     /* no byte of a request yet */
	ZT_CONN_READING,  /* within a request */
	ZT_CONN_HANDLING, /* the handler has it */
	ZT_CONN_WRITING,  /* its answer is on the way */
	ZT_CONN_LINGERING /* answered and shut; what still comes is thrown away, so that no reset overtakes the answer
			   */
} zt_connection_state;

typedef struct zt_connection {
	struct zt_connection *next, **link; /* of the server's list */
	zt_http_server *server;
	struct bufferevent *buffer;
	struct event *timer;
	void *tag;
	zt_http_exchange *exchange; /* being read or handled */
	http_parser parser;
	zt_connection_state state;
	bool keep_alive;  /* of the request in hand */
	bool peer_closed; /* its half: no further request comes */
	bool pumping;     /* within the read loop: the end waits for it */
	bool ended;
	char peer[ZT_PEER_TEXT_MAX];
} zt_connection;

struct zt_http_exchange {
	zt_connection *connection; /* NULL once the peer has gone */
	zt_http_request request;
	zt_str body;
	unsigned refusal; /* status of a request that is over a limit or broken, or 0 */
	bool in_value, head_done, complete, expects_continue;
	char peer[ZT_PEER_TEXT_MAX];
	size_t head_n;
	uint8_t head[ZT_HTTP_HEAD_BYTES_MAX]; /* target, names and values; never moves */
};

/* Starts reading the next request. NULL when out of memory. */
zt_http_exchange *zt_http_exchange_new(zt_connection *connection);
void zt_http_exchange_free(zt_http_exchange *exchange);
/* Feeds bytes to the connection's exchange; returns how many were taken. After that look at `complete` and `refusal`.
 */
size_t zt_http_exchange_feed(zt_http_exchange *exchange, zt_view bytes);

/* Puts a whole answer into the connection's output; false when out of memory. */
bool zt_http_write(zt_connection *connection, unsigned status, const zt_http_header *headers, size_t count,
		   zt_view body);

#endif
