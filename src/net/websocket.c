#include "net/websocket.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <wslay/wslay.h>

#include "base/codec.h"

enum { SHA1_BYTES = 20, KEY_TEXT = 24 };

struct zt_websocket {
	struct bufferevent *stream;
	struct evbuffer *input;
	wslay_event_context_ptr wslay;
	bool data; /* the frame that comes is one of a message's, no control frame */
	bool text; /* a text message came */
};

/* "a, b, c" holds `word`, without case (RFC 9110 §5.6.1). */
static bool lists(zt_view list, zt_view word)
{
	zt_view item;
	while (zt_view_split(&list, ',', &item))
		if (zt_view_equal_nocase(zt_view_trim(item), word))
			return true;
	return false;
}

bool zt_websocket_is_asked(const zt_http_request *request)
{
	return zt_view_equal(request->method, ZT_LIT("GET")) &&
	       lists(zt_http_header_of(request, "upgrade"), ZT_LIT("websocket")) &&
	       lists(zt_http_header_of(request, "connection"), ZT_LIT("upgrade")) &&
	       zt_view_equal(zt_http_header_of(request, "sec-websocket-version"), ZT_LIT("13")) &&
	       zt_http_header_of(request, "sec-websocket-key").n == KEY_TEXT;
}

bool zt_websocket_offers(const zt_http_request *request, const char *protocol)
{
	return lists(zt_http_header_of(request, "sec-websocket-protocol"), zt_view_of(protocol));
}

/* RFC 6455 §4.2.2: base64 of SHA-1 of the key and a fixed text. */
static zt_status put_accept(zt_view key, zt_str *out)
{
	static const char fixed[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t digest[SHA1_BYTES], both[KEY_TEXT + sizeof fixed - 1];
	memcpy(both, key.p, KEY_TEXT);
	memcpy(both + KEY_TEXT, fixed, sizeof fixed - 1);
	ENSURE(EVP_Digest(both, sizeof both, digest, NULL, EVP_sha1(), NULL) == 1, ZT_E_INTERNAL);
	return zt_base64_encode(zt_view_make(digest, sizeof digest), out);
}

zt_status zt_websocket_put_answer(const zt_http_request *request, const char *protocol, zt_str *out)
{
	TRY(zt_str_put_text(out, "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
				 "sec-websocket-accept: "));
	TRY(put_accept(zt_http_header_of(request, "sec-websocket-key"), out));
	return zt_str_printf(out, "\r\nsec-websocket-protocol: %s\r\n\r\n", protocol);
}

static ssize_t on_recv(wslay_event_context_ptr wslay, uint8_t *bytes, size_t n, int flags, void *context)
{
	zt_websocket *w = context;
	(void)flags;
	int taken = evbuffer_remove(bufferevent_get_input(w->stream), bytes, n);
	if (taken > 0)
		return taken;
	wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *bytes, size_t n, int flags, void *context)
{
	zt_websocket *w = context;
	(void)flags;
	if (bufferevent_write(w->stream, bytes, n) == 0)
		return (ssize_t)n;
	wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static void on_frame(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_start_arg *frame,
		     void *context)
{
	zt_websocket *w = context;
	(void)wslay;
	w->text |= frame->opcode == WSLAY_TEXT_FRAME;
	w->data = frame->opcode == WSLAY_BINARY_FRAME || frame->opcode == WSLAY_CONTINUATION_FRAME;
}

static void on_chunk(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_chunk_arg *chunk,
		     void *context)
{
	zt_websocket *w = context;
	if (w->data && !w->text && evbuffer_add(w->input, chunk->data, chunk->data_length) != 0)
		wslay_event_set_error(wslay, WSLAY_ERR_NOMEM);
}

zt_status zt_websocket_new(struct bufferevent *stream, size_t frame_max, zt_websocket **ret)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_chunk,
	};
	zt_websocket *w = calloc(1, sizeof *w);
	ENSURE(w, ZT_E_NOMEM);
	w->stream = stream;
	w->input = evbuffer_new();
	if (!w->input || wslay_event_context_server_init(&w->wslay, &callbacks, w) != 0) {
		zt_websocket_free(w);
		return ZT_E_NOMEM;
	}
	/* Messages may be long and need not be kept together: MQTT packets have bounds of their own (MQTT-6.0.0-2). */
	wslay_event_config_set_no_buffering(w->wslay, 1);
	wslay_event_config_set_max_recv_msg_length(w->wslay, frame_max);
	*ret = w;
	return ZT_OK;
}

void zt_websocket_free(zt_websocket *w)
{
	if (!w)
		return;
	if (w->wslay)
		wslay_event_context_free(w->wslay);
	if (w->input)
		evbuffer_free(w->input);
	free(w);
}

static void send_queued(zt_websocket *w)
{
	/* Into the stream's buffer, which takes all of it; a stream that has failed tells so itself. */
	(void)wslay_event_send(w->wslay);
}

zt_status zt_websocket_receive(zt_websocket *w)
{
	int failed = wslay_event_recv(w->wslay);
	if (w->text)
		(void)wslay_event_queue_close(w->wslay, WSLAY_CODE_UNSUPPORTED_DATA, NULL, 0);
	send_queued(w);
	if (failed || w->text)
		return ZT_E_PROTOCOL;
	if (wslay_event_get_close_received(w->wslay))
		return ZT_E_CLOSED;
	return wslay_event_get_read_enabled(w->wslay) ? ZT_OK : ZT_E_PROTOCOL;
}

struct evbuffer *zt_websocket_input(const zt_websocket *w)
{
	return w->input;
}

zt_status zt_websocket_send(zt_websocket *w, zt_view message)
{
	const struct wslay_event_msg binary = { WSLAY_BINARY_FRAME, message.p, message.n };
	int failed = wslay_event_queue_msg(w->wslay, &binary);
	if (failed)
		return failed == WSLAY_ERR_NOMEM ? ZT_E_NOMEM : ZT_E_CLOSED;
	send_queued(w);
	return ZT_OK;
}

void zt_websocket_close(zt_websocket *w)
{
	if (wslay_event_queue_close(w->wslay, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0) == 0)
		send_queued(w);
}
