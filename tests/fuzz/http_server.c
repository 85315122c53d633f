/* Bytes of a peer into the HTTP server, cut into pieces by the input itself; the handler touches all of a request. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "net/http_server.h"
#include "net/loop.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static volatile uint8_t sum;

static void touch(zt_view v)
{
	for (size_t i = 0; i < v.n; i++)
		sum = (uint8_t)(sum + v.p[i]);
}

static void handle(void *context, zt_http_exchange *exchange)
{
	const zt_http_request *request = zt_http_exchange_request(exchange);
	zt_http_exchange **held = context;
	touch(request->method);
	touch(request->path);
	touch(request->query);
	touch(request->body);
	for (size_t i = 0; i < request->header_count; i++) {
		touch(request->headers[i].name);
		touch(request->headers[i].value);
	}
	zt_view held_wish = zt_http_header_of(request, "x-hold");
	if (held_wish.n)
		*held = exchange;
	else if (zt_http_header_of(request, "x-drop").n)
		zt_http_drop(exchange);
	else
		zt_http_respond(exchange, 200, request->headers, request->header_count, request->body);
}

static void settle(struct event_base *loop, zt_http_exchange **held)
{
	for (int i = 0; i < 8; i++)
		(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	if (*held)
		zt_http_respond_json(*held, 202, ZT_LIT("{}"));
	*held = NULL;
	for (int i = 0; i < 8; i++)
		(void)event_base_loop(loop, EVLOOP_NONBLOCK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct event_base *loop = zt_loop_new();
	struct bufferevent *pair[2];
	zt_http_exchange *held = NULL;
	const zt_http_server_spec spec = { .handler = handle, .context = &held, .body_max = 256 };
	zt_http_server *server;
	zt_error error;
	if (zt_http_server_new(loop, &spec, &server, &error) != ZT_OK || bufferevent_pair_new(loop, 0, pair) != 0 ||
	    zt_http_adopt(server, pair[1], "fuzz", NULL) != ZT_OK)
		abort();
	(void)bufferevent_enable(pair[0], EV_READ | EV_WRITE);
	/* The first byte says how long the pieces are. */
	size_t piece = n ? (size_t)bytes[0] + 1 : 1;
	for (size_t at = 1; at < n; at += piece) {
		(void)bufferevent_write(pair[0], bytes + at, n - at < piece ? n - at : piece);
		settle(loop, &held);
	}
	(void)bufferevent_flush(pair[0], EV_WRITE, BEV_FINISHED);
	settle(loop, &held);
	zt_http_server_free(server);
	bufferevent_free(pair[0]);
	(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	event_base_free(loop);
	return 0;
}
