/* The client's side of a WebSocket over a stream that says what the input says, in pieces as long as the first byte
 * says. The second byte says whether the right answer to the handshake stands before it: no input could guess that. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/codec.h"
#include "port/linux/websocket.h"
#include "zerotouch/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { KEY_TEXT = 24, ACCEPT_MAX = 64, HEAD_MAX = 256 };

static zt_view head, rest;
static size_t piece;
static bool shakes;
static char head_text[HEAD_MAX];

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* RFC 6455 §4.2.2. */
static void answer_to(zt_view key)
{
	char both[HEAD_MAX];
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_n;
	ZT_CLEANUP(zt_str_free) zt_str accept = ZT_STR(ACCEPT_MAX);
	(void)snprintf(both, sizeof both, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", ZT_PRI(key));
	must(EVP_Digest(both, strlen(both), digest, &digest_n, EVP_sha1(), NULL) == 1);
	must(zt_base64_encode(zt_view_make(digest, digest_n), &accept) == ZT_OK);
	(void)snprintf(head_text, sizeof head_text, "HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		       zt_str_text(&accept));
	head = zt_view_of(head_text);
}

/* In place of those of tls_stream.c. */
int32_t zt_tls_stream_recv(zt_tls_stream *stream, uint8_t *bytes, size_t n)
{
	zt_view *from = head.n ? &head : &rest, part;
	(void)stream;
	if (!from->n)
		return ZT_IO_CLOSED;
	size_t most = n < piece ? n : piece;
	(void)zt_view_take(from, most < from->n ? most : from->n, &part);
	memcpy(bytes, part.p, part.n);
	return (int32_t)part.n;
}

int32_t zt_tls_stream_send(zt_tls_stream *stream, const uint8_t *bytes, size_t n)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	const uint8_t *key = memmem(bytes, n, name, sizeof name - 1);
	(void)stream;
	if (key && shakes)
		answer_to(zt_view_make(key + sizeof name - 1, KEY_TEXT));
	return (int32_t)n;
}

static zt_status sign(void *context, zt_str *out, zt_error *ret_error)
{
	(void)context, (void)ret_error;
	return zt_str_put_text(out, "/mqtt?X-Amz-Signature=0");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_tls_stream stream = { 0 };
	zt_websocket_client *client;
	uint8_t room[256], length, right;
	head = ZT_VIEW_EMPTY;
	rest = zt_view_make(bytes, n);
	if (!zt_view_take_u8(&rest, &length) || !zt_view_take_u8(&rest, &right))
		return 0;
	piece = (size_t)length + 1;
	shakes = right & 1;
	must(zt_websocket_client_new(&stream, "localhost", 443, sign, NULL, &client) == ZT_OK);
	zt_status status = zt_websocket_client_open(client);
	must(status != ZT_E_AGAIN && (status == ZT_OK || !shakes));
	for (int32_t got = status == ZT_OK ? 1 : -1; got > 0 || (got == 0 && rest.n);) {
		got = zt_websocket_client_recv(client, room, sizeof room);
		must(got <= (int32_t)sizeof room);
	}
	must(zt_websocket_client_send(client, room, sizeof room) <= (int32_t)sizeof room);
	zt_websocket_client_free(client);
	return 0;
}
