/* The server's side of a WebSocket: headers of the request, one a line up to an empty one, then the client's frames,
 * cut into pieces by the first byte. What goes on as MQTT is never more than what came, and nothing is held twice. */
#include <event2/bufferevent.h>
#include <stdlib.h>

#include "net/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { FRAME_MAX = 1024, HEAD_MAX = 1024 };

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void shake_hands(zt_view *rest)
{
	ZT_CLEANUP(zt_str_free) zt_str head = ZT_STR(HEAD_MAX);
	zt_http_request request = { .method = ZT_LIT("GET") };
	zt_view line;
	while (zt_view_split(rest, '\n', &line) && line.n)
		if (request.header_count < ZT_HTTP_HEADERS_MAX) {
			zt_http_header *header = &request.headers[request.header_count++];
			(void)zt_view_split(&line, ':', &header->name);
			header->value = zt_view_trim(line);
		}
	if (!zt_websocket_is_asked(&request))
		return;
	(void)zt_websocket_offers(&request, "mqtt");
	must(zt_websocket_put_answer(&request, "mqtt", &head) == ZT_OK);
}

static void talk(struct event_base *loop, zt_view frames, size_t piece)
{
	struct bufferevent *pair[2];
	zt_websocket *websocket;
	zt_view part;
	zt_status status = ZT_OK;
	must(bufferevent_pair_new(loop, 0, pair) == 0);
	(void)bufferevent_enable(pair[0], EV_READ | EV_WRITE);
	(void)bufferevent_enable(pair[1], EV_READ | EV_WRITE);
	must(zt_websocket_new(pair[1], FRAME_MAX, &websocket) == ZT_OK);
	size_t came = 0;
	while (status == ZT_OK && frames.n) {
		(void)zt_view_take(&frames, frames.n < piece ? frames.n : piece, &part);
		came += part.n;
		must(bufferevent_write(pair[0], part.p, part.n) == 0);
		(void)event_base_loop(loop, EVLOOP_NONBLOCK);
		status = zt_websocket_receive(websocket);
		must(evbuffer_get_length(zt_websocket_input(websocket)) <= came);
		must(zt_websocket_send(websocket, ZT_LIT("\xd0")) != ZT_E_NOMEM);
	}
	zt_websocket_close(websocket);
	(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	/* Each ping has at most one answer, of at most its own length without the mask. */
	must(evbuffer_get_length(bufferevent_get_input(pair[0])) <= 4 * came + 64);
	zt_websocket_free(websocket);
	bufferevent_free(pair[0]);
	bufferevent_free(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest = zt_view_make(bytes, n);
	uint8_t piece;
	if (!zt_view_take_u8(&rest, &piece))
		return 0;
	shake_hands(&rest);
	struct event_base *loop = event_base_new();
	must(loop != NULL);
	talk(loop, rest, (size_t)piece + 1);
	event_base_free(loop);
	return 0;
}
