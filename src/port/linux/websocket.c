#include "port/linux/websocket.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <wslay/wslay.h>

#include "base/codec.h"
#include "base/random.h"
#include "base/secret.h"
#include "zerotouch/transport.h"

enum {
	KEY_BYTES = 16,
	SHA1_BYTES = 20,
	REQUEST_MAX = 8 * 1024, /* a session token alone may have 2 KB */
	ANSWER_MAX = 4 * 1024,
	PONGS_MAX = 8,          /* answers to pings that are not sent yet, beyond which no more is read */
	HELD_MAX = 16 * 1024,   /* decoded bytes beyond which no more are read */
	FRAME_MAX = 256 * 1024, /* more than AWS's largest packet */
	HOST_HEADER_MAX = 253 + 6,
};

struct zt_websocket_client {
	zt_tls_stream *stream;
	char host[HOST_HEADER_MAX + 1];
	zt_sign_fn sign;
	void *context;
	enum { ASKING, WAITING, OPEN, CLOSED, BROKEN } state;
	zt_str request, answer, held;
	size_t sent, taken; /* of the request, of what is held */
	char key[25];
	wslay_event_context_ptr wslay;
	bool data;   /* the frame that comes is one of a message's */
	int32_t end; /* what the stream said when it ended, or 0 */
};

zt_status zt_websocket_client_new(zt_tls_stream *stream, const char *host, uint16_t port, zt_sign_fn sign,
				  void *context, zt_websocket_client **ret)
{
	zt_websocket_client *w = calloc(1, sizeof *w);
	ENSURE(w, ZT_E_NOMEM);
	w->stream = stream;
	w->sign = sign;
	w->context = context;
	w->request = ZT_STR(REQUEST_MAX);
	w->answer = ZT_STR(ANSWER_MAX);
	w->held = ZT_STR(HELD_MAX + FRAME_MAX);
	if (port == 443)
		(void)snprintf(w->host, sizeof w->host, "%s", host);
	else
		(void)snprintf(w->host, sizeof w->host, "%s:%u", host, port);
	*ret = w;
	return ZT_OK;
}

void zt_websocket_client_reset(zt_websocket_client *w)
{
	wslay_event_context_free(w->wslay);
	w->wslay = NULL;
	zt_str_clear(&w->request);
	zt_str_clear(&w->answer);
	zt_str_clear(&w->held);
	w->state = ASKING;
	w->sent = w->taken = 0;
	w->end = 0;
}

void zt_websocket_client_free(zt_websocket_client *w)
{
	if (!w)
		return;
	zt_websocket_client_reset(w);
	zt_str_free_wiped(&w->request);
	zt_str_free(&w->answer);
	zt_str_free(&w->held);
	free(w);
}

/* ---- the handshake ---- */

static zt_status write_request(zt_websocket_client *w)
{
	uint8_t random[KEY_BYTES];
	ZT_CLEANUP(zt_str_free) zt_str key = ZT_STR(sizeof w->key);
	zt_random_bytes(random, sizeof random);
	TRY(zt_base64_encode(zt_view_make(random, sizeof random), &key));
	TRY(zt_text_copy(w->key, sizeof w->key, zt_str_view(&key)));
	TRY(zt_str_put_text(&w->request, "GET "));
	TRY(w->sign(w->context, &w->request, &w->stream->error));
	return zt_str_printf(
	    &w->request,
	    " HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
	    w->host, w->key);
}

static zt_status broken(zt_websocket_client *w, zt_status status, const char *what)
{
	w->state = BROKEN;
	return zt_error_set(&w->stream->error, status, "%s", what);
}

static zt_status ask(zt_websocket_client *w)
{
	if (w->request.n == 0 && write_request(w) != ZT_OK)
		return broken(w, ZT_E_CREDENTIALS, w->stream->error.text[0] ? w->stream->error.text : "cannot sign");
	while (w->sent < w->request.n) {
		int32_t n =
		    zt_tls_stream_send(w->stream, (const uint8_t *)w->request.p + w->sent, w->request.n - w->sent);
		if (n == 0)
			return ZT_E_AGAIN;
		if (n < 0)
			return broken(w, ZT_E_CLOSED, "the connection ended in the WebSocket's handshake");
		w->sent += (size_t)n;
	}
	zt_wipe(w->request.p, w->request.n);
	w->state = WAITING;
	return ZT_OK;
}

/* RFC 6455 §4.2.2: base64 of SHA-1 of our key and a fixed text. */
static bool accepts(zt_view head, const char *key)
{
	static const char fixed[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char both[sizeof fixed + 24];
	uint8_t digest[SHA1_BYTES];
	zt_view line;
	ZT_CLEANUP(zt_str_free) zt_str want = ZT_STR(64);
	(void)snprintf(both, sizeof both, "%s%s", key, fixed);
	if (EVP_Digest(both, strlen(both), digest, NULL, EVP_sha1(), NULL) != 1 ||
	    zt_base64_encode(zt_view_make(digest, sizeof digest), &want) != ZT_OK)
		return false;
	while (zt_view_split(&head, '\n', &line)) {
		zt_view name;
		if (zt_view_split(&line, ':', &name) && zt_view_equal_nocase(name, ZT_LIT("sec-websocket-accept")))
			return zt_view_equal(zt_view_trim(line), zt_str_view(&want));
	}
	return false;
}

/* Byte by byte, so that none of what follows is taken along. */
static zt_status wait_for_head(zt_websocket_client *w)
{
	while (!zt_view_ends(zt_str_view(&w->answer), ZT_LIT("\r\n\r\n"))) {
		uint8_t byte;
		int32_t n = zt_tls_stream_recv(w->stream, &byte, 1);
		if (n == 0)
			return ZT_E_AGAIN;
		if (n < 0 || zt_str_put_u8(&w->answer, byte) != ZT_OK)
			return broken(w, ZT_E_CLOSED, "the connection ended in the WebSocket's handshake");
	}
	return ZT_OK;
}

static ssize_t on_recv(wslay_event_context_ptr wslay, uint8_t *bytes, size_t n, int flags, void *context)
{
	zt_websocket_client *w = context;
	(void)flags;
	bool full = w->held.n - w->taken >= HELD_MAX || wslay_event_get_queued_msg_count(wslay) >= PONGS_MAX;
	int32_t got = full ? 0 : zt_tls_stream_recv(w->stream, bytes, n);
	if (got > 0)
		return got;
	if (got < 0)
		w->end = got;
	wslay_event_set_error(wslay, got == 0 ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *bytes, size_t n, int flags, void *context)
{
	zt_websocket_client *w = context;
	(void)flags;
	int32_t sent = zt_tls_stream_send(w->stream, bytes, n);
	if (sent > 0)
		return sent;
	if (sent < 0)
		w->end = sent;
	wslay_event_set_error(wslay, sent == 0 ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static int on_mask(wslay_event_context_ptr wslay, uint8_t *bytes, size_t n, void *context)
{
	(void)wslay;
	(void)context;
	zt_random_bytes(bytes, n);
	return 0;
}

static void on_frame(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_start_arg *frame,
		     void *context)
{
	zt_websocket_client *w = context;
	(void)wslay;
	w->data = frame->opcode == WSLAY_BINARY_FRAME || frame->opcode == WSLAY_CONTINUATION_FRAME;
}

static void on_chunk(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_chunk_arg *chunk,
		     void *context)
{
	zt_websocket_client *w = context;
	if (w->data && zt_str_put(&w->held, zt_view_make(chunk->data, chunk->data_length)) != ZT_OK)
		wslay_event_set_error(wslay, WSLAY_ERR_NOMEM);
}

static zt_status begin_frames(zt_websocket_client *w)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.genmask_callback = on_mask,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_chunk,
	};
	if (wslay_event_context_client_init(&w->wslay, &callbacks, w) != 0)
		return broken(w, ZT_E_NOMEM, "out of memory");
	wslay_event_config_set_no_buffering(w->wslay, 1);
	wslay_event_config_set_max_recv_msg_length(w->wslay, FRAME_MAX);
	w->state = OPEN;
	return ZT_OK;
}

static zt_status judge(zt_websocket_client *w)
{
	zt_view head = zt_str_view(&w->answer);
	if (zt_view_starts(head, ZT_LIT("HTTP/1.1 403")))
		return broken(w, ZT_E_CREDENTIALS, "the endpoint refused the signature, or its caller (403)");
	if (!zt_view_starts(head, ZT_LIT("HTTP/1.1 101")) || !accepts(head, w->key))
		return broken(w, ZT_E_CLOSED, "the endpoint opened no WebSocket");
	return begin_frames(w);
}

zt_status zt_websocket_client_open(zt_websocket_client *w)
{
	if (w->state == ASKING)
		TRY(ask(w));
	if (w->state == WAITING) {
		TRY(wait_for_head(w));
		TRY(judge(w));
	}
	return w->state == OPEN ? ZT_OK : ZT_E_CLOSED;
}

/* ---- bytes ---- */

/* Whether anything can still go out. */
static bool flush(zt_websocket_client *w)
{
	return wslay_event_send(w->wslay) == 0;
}

int32_t zt_websocket_client_recv(zt_websocket_client *w, uint8_t *bytes, size_t n)
{
	if (w->state < OPEN)
		return ZT_IO_BROKEN;
	if (w->state == OPEN && w->taken == w->held.n) {
		zt_str_clear(&w->held);
		w->taken = 0;
		int failed = wslay_event_recv(w->wslay);
		bool over = failed || !flush(w) || wslay_event_get_close_received(w->wslay) ||
			    !wslay_event_get_read_enabled(w->wslay);
		/* What came before the end is read first. */
		if (over)
			w->state = w->end == ZT_IO_BROKEN ? BROKEN : CLOSED;
	}
	size_t left = w->held.n - w->taken, moved = left < n ? left : n;
	if (moved == 0)
		return w->state == OPEN ? 0 : w->state == CLOSED ? ZT_IO_CLOSED : ZT_IO_BROKEN;
	memcpy(bytes, w->held.p + w->taken, moved);
	w->taken += moved;
	return (int32_t)moved;
}

int32_t zt_websocket_client_send(zt_websocket_client *w, const uint8_t *bytes, size_t n)
{
	const struct wslay_event_msg message = { WSLAY_BINARY_FRAME, bytes, n };
	if (w->state != OPEN)
		return ZT_IO_BROKEN;
	/* One message is kept back at most: no more is taken before it is gone. */
	if (!flush(w))
		return ZT_IO_BROKEN;
	if (wslay_event_want_write(w->wslay))
		return 0;
	if (wslay_event_queue_msg(w->wslay, &message) != 0 || !flush(w))
		return ZT_IO_BROKEN;
	return (int32_t)n;
}
