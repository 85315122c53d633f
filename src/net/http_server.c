#include "net/http_server.h"

#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "net/http_connection.h"

enum {
	CONNECTIONS_MAX = 1024,
	READ_AHEAD_MAX = 64 * 1024, /* held while an answer is due */
	LINGER_MS = 2000,           /* for a peer to read a refusal while it still sends */
};

struct zt_http_server {
	struct event_base *loop;
	zt_http_server_spec spec;
	zt_connection *connections;
	size_t count;
};

/* limit_ms 0 is none. A timer that cannot be set for want of memory leaves the connection to its peer. */
static void enter(zt_connection *connection, zt_connection_state state, unsigned limit_ms)
{
	const struct timeval limit = { limit_ms / 1000, limit_ms % 1000 * 1000 };
	connection->state = state;
	if (limit_ms == 0)
		(void)event_del(connection->timer);
	else
		(void)event_add(connection->timer, &limit);
}

/* Tells a TLS peer that nothing more comes (RFC 8446 §6.1). */
static void say_goodbye(zt_connection *connection)
{
	SSL *ssl = bufferevent_openssl_get_ssl(connection->buffer);
	if (!ssl || !SSL_is_init_finished(ssl))
		return;
	/* Our half alone: the peer's is not waited for. When even the alert does not fit the socket, the peer reads too
	 * little to care. */
	(void)SSL_shutdown(ssl);
	ERR_clear_error();
}

static void unlink_connection(zt_connection *connection)
{
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	connection->server->count--;
}

static void connection_free(zt_connection *connection)
{
	zt_http_exchange *exchange = connection->exchange;
	unlink_connection(connection);
	if (exchange && connection->state == ZT_CONN_HANDLING) {
		exchange->connection = NULL;
		exchange->request.connection_tag = NULL;
	} else {
		zt_http_exchange_free(exchange);
	}
	const zt_http_server_spec *spec = &connection->server->spec;
	if (spec->closed && connection->tag)
		spec->closed(spec->context, connection->tag);
	if (connection->buffer)
		bufferevent_free(connection->buffer);
	event_free(connection->timer);
	free(connection);
}

static void end_connection(zt_connection *connection)
{
	connection->ended = true;
	if (!connection->pumping)
		connection_free(connection);
}

/* The answer has left. A peer that may still be sending gets time to read it before the socket goes. */
static void linger_or_end(zt_connection *connection)
{
	evutil_socket_t fd = bufferevent_getfd(connection->buffer);
	struct evbuffer *in = bufferevent_get_input(connection->buffer);
	bool all_read = connection->exchange == NULL && evbuffer_get_length(in) == 0;
	say_goodbye(connection);
	if (all_read || connection->peer_closed || fd < 0 || shutdown(fd, SHUT_WR) != 0) {
		end_connection(connection);
		return;
	}
	enter(connection, ZT_CONN_LINGERING, LINGER_MS);
	(void)evbuffer_drain(in, evbuffer_get_length(in));
	(void)bufferevent_enable(connection->buffer, EV_READ);
}

static void answered(zt_connection *connection, bool written)
{
	enter(connection, ZT_CONN_WRITING, connection->server->spec.request_ms);
	if (!written)
		end_connection(connection);
}

/* The exchange stays with the connection: linger_or_end sees by it that the request was not read to its end. */
static void refuse(zt_connection *connection, unsigned status)
{
	const zt_http_server_spec *spec = &connection->server->spec;
	if (spec->refused)
		spec->refused(spec->context, connection->tag, status);
	connection->keep_alive = false;
	answered(connection, zt_http_write(connection, status, NULL, 0, ZT_VIEW_EMPTY));
}

static void begin_request(zt_connection *connection)
{
	connection->exchange = zt_http_exchange_new(connection);
	if (!connection->exchange) {
		end_connection(connection);
		return;
	}
	connection->exchange->body.max = connection->server->spec.body_max;
	enter(connection, ZT_CONN_READING, connection->server->spec.request_ms);
}

static void after_feed(zt_connection *connection)
{
	zt_http_exchange *exchange = connection->exchange;
	if (exchange->refusal) {
		refuse(connection, exchange->refusal);
		return;
	}
	if (exchange->complete) {
		enter(connection, ZT_CONN_HANDLING, 0);
		connection->server->spec.handler(connection->server->spec.context, exchange);
		return;
	}
	if (exchange->expects_continue) {
		exchange->expects_continue = false;
		if (evbuffer_add_printf(bufferevent_get_output(connection->buffer), "HTTP/1.1 100 Continue\r\n\r\n") <
		    0)
			end_connection(connection);
	}
}

static void feed(zt_connection *connection, struct evbuffer *in)
{
	struct evbuffer_iovec piece;
	if (evbuffer_peek(in, -1, NULL, &piece, 1) < 1)
		return;
	zt_view bytes = zt_view_make(piece.iov_base, piece.iov_len);
	if (connection->state == ZT_CONN_IDLE)
		begin_request(connection);
	if (connection->ended)
		return;
	size_t taken = zt_http_exchange_feed(connection->exchange, bytes);
	(void)evbuffer_drain(in, taken);
	after_feed(connection);
}

/* While an answer is due, what comes is held up to a limit; then reading is switched off, until so many requests are
 * answered that there is room again. Not by libevent's read watermark, which calls back in a loop while nothing is
 * taken and leaves bytes behind in a TLS record that no event tells of. */
static void gate(zt_connection *connection, const struct evbuffer *in)
{
	bool full = connection->state >= ZT_CONN_HANDLING && evbuffer_get_length(in) >= READ_AHEAD_MAX;
	(void)(full ? bufferevent_disable(connection->buffer, EV_READ)
		    : bufferevent_enable(connection->buffer, EV_READ));
}

/* Reads until bytes are missing or an answer is due. Handlers may answer or drop within it, so the connection's end
 * waits. */
static void pump(zt_connection *connection)
{
	struct evbuffer *in = bufferevent_get_input(connection->buffer);
	connection->pumping = true;
	while (!connection->ended && connection->state <= ZT_CONN_READING && evbuffer_get_length(in) > 0)
		feed(connection, in);
	connection->pumping = false;
	/* A peer that has closed its half still reads, but what it began it will not finish. */
	if (connection->ended || (connection->peer_closed && connection->state <= ZT_CONN_READING))
		connection_free(connection);
	else
		gate(connection, in);
}

static void on_read(struct bufferevent *buffer, void *context)
{
	zt_connection *connection = context;
	struct evbuffer *in = bufferevent_get_input(buffer);
	if (connection->state == ZT_CONN_LINGERING) {
		(void)evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	pump(connection);
}

static void on_written(struct bufferevent *buffer, void *context)
{
	zt_connection *connection = context;
	if (connection->state != ZT_CONN_WRITING || evbuffer_get_length(bufferevent_get_output(buffer)) > 0)
		return;
	if (!connection->keep_alive) {
		linger_or_end(connection);
		return;
	}
	enter(connection, ZT_CONN_IDLE, connection->server->spec.idle_ms);
	pump(connection);
}

static void on_event(struct bufferevent *buffer, short what, void *context)
{
	zt_connection *connection = context;
	if (what & BEV_EVENT_CONNECTED) {
		enter(connection, connection->state, connection->server->spec.idle_ms);
		return;
	}
	connection->peer_closed = true;
	bool half = (what & BEV_EVENT_EOF) && !bufferevent_openssl_get_ssl(buffer);
	bool answering = connection->state == ZT_CONN_HANDLING || connection->state == ZT_CONN_WRITING;
	if (!half || !answering)
		end_connection(connection);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	zt_connection *connection = context;
	(void)fd;
	(void)what;
	if (connection->state == ZT_CONN_READING) {
		refuse(connection, 408);
		return;
	}
	if (connection->state == ZT_CONN_IDLE)
		say_goodbye(connection);
	end_connection(connection);
}

zt_status zt_http_server_new(struct event_base *loop, const zt_http_server_spec *spec, zt_http_server **ret,
			     zt_error *ret_error)
{
	zt_http_server *server = calloc(1, sizeof *server);
	if (!server)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make an HTTP server");
	server->loop = loop;
	server->spec = *spec;
	if (server->spec.connections_max == 0)
		server->spec.connections_max = CONNECTIONS_MAX;
	if (server->spec.idle_ms == 0)
		server->spec.idle_ms = ZT_HTTP_IDLE_MS;
	if (server->spec.request_ms == 0)
		server->spec.request_ms = ZT_HTTP_REQUEST_MS;
	http_parser_set_max_header_size(ZT_HTTP_HEAD_BYTES_MAX);
	*ret = server;
	return ZT_OK;
}

void zt_http_server_free(zt_http_server *server)
{
	if (!server)
		return;
	for (zt_connection *next, *connection = server->connections; connection; connection = next) {
		next = connection->next;
		say_goodbye(connection);
		connection_free(connection);
	}
	free(server);
}

static void link_connection(zt_connection *connection)
{
	zt_http_server *server = connection->server;
	connection->next = server->connections;
	connection->link = &server->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	server->connections = connection;
	server->count++;
}

static void start_serving(zt_connection *connection)
{
	SSL *ssl = bufferevent_openssl_get_ssl(connection->buffer);
	bool handshake = ssl && !SSL_is_init_finished(ssl);
	const zt_http_server_spec *spec = &connection->server->spec;
	bufferevent_setcb(connection->buffer, on_read, on_written, on_event, connection);
	(void)bufferevent_enable(connection->buffer, EV_READ | EV_WRITE);
	enter(connection, ZT_CONN_IDLE, handshake ? spec->request_ms : spec->idle_ms);
	/* What came with the handshake has no further event. */
	if (evbuffer_get_length(bufferevent_get_input(connection->buffer)) > 0)
		bufferevent_trigger(connection->buffer, EV_READ, BEV_OPT_DEFER_CALLBACKS);
}

zt_status zt_http_adopt(zt_http_server *server, struct bufferevent *buffer, const char *peer, void *tag)
{
	zt_connection *connection = server->count < server->spec.connections_max ? calloc(1, sizeof *connection) : NULL;
	struct event *timer = connection ? evtimer_new(server->loop, on_timer, connection) : NULL;
	if (!timer) {
		zt_status status = connection ? ZT_E_NOMEM : ZT_E_LIMIT;
		bufferevent_free(buffer);
		free(connection);
		return status;
	}
	connection->server = server;
	connection->buffer = buffer;
	connection->timer = timer;
	connection->tag = tag;
	(void)snprintf(connection->peer, sizeof connection->peer, "%s", peer);
	link_connection(connection);
	start_serving(connection);
	return ZT_OK;
}

void zt_http_accept(void *server, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	zt_http_server *owner = server;
	char text[ZT_PEER_TEXT_MAX];
	(void)peer_len;
	struct bufferevent *buffer = bufferevent_socket_new(owner->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!buffer) {
		(void)evutil_closesocket(fd);
		return;
	}
	zt_peer_text(peer, text);
	/* Over the limit the connection is closed, and there is nobody to tell. */
	if (zt_http_adopt(owner, buffer, text, NULL) != ZT_OK)
		return;
}

const zt_http_request *zt_http_exchange_request(const zt_http_exchange *exchange)
{
	return &exchange->request;
}

bool zt_http_exchange_is_open(const zt_http_exchange *exchange)
{
	return exchange->connection && !exchange->connection->peer_closed;
}

void zt_http_respond(zt_http_exchange *exchange, unsigned status, const zt_http_header *headers, size_t count,
		     zt_view body)
{
	zt_connection *connection = exchange->connection;
	bool written = false;
	if (connection) {
		connection->keep_alive = connection->keep_alive && !connection->peer_closed;
		written = zt_http_write(connection, status, headers, count, body);
		connection->exchange = NULL;
	}
	/* The answer may have been made of views into the request, so that goes last. */
	zt_http_exchange_free(exchange);
	if (connection)
		answered(connection, written);
}

void zt_http_respond_json(zt_http_exchange *exchange, unsigned status, zt_view json)
{
	const zt_http_header type = { ZT_LIT("content-type"), ZT_LIT("application/json") };
	zt_http_respond(exchange, status, &type, 1, json);
}

void zt_http_drop(zt_http_exchange *exchange)
{
	zt_connection *connection = exchange->connection;
	zt_http_exchange_free(exchange);
	if (!connection)
		return;
	connection->exchange = NULL;
	say_goodbye(connection);
	end_connection(connection);
}

struct bufferevent *zt_http_detach(zt_http_exchange *exchange)
{
	zt_connection *connection = exchange->connection;
	zt_http_exchange_free(exchange);
	if (!connection)
		return NULL;
	struct bufferevent *buffer = connection->buffer;
	bufferevent_setcb(buffer, NULL, NULL, NULL, NULL);
	connection->exchange = NULL;
	connection->tag = NULL;
	connection->buffer = NULL;
	end_connection(connection);
	return buffer;
}
