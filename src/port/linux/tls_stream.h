/* A TLS connection of a client, never blocking: TCP, handshake, bytes. */
#ifndef ZT_PORT_LINUX_TLS_STREAM_H
#define ZT_PORT_LINUX_TLS_STREAM_H

#include <openssl/ssl.h>

#include "port/linux/tcp.h"
#include "zerotouch/clock.h"

enum { ZT_OPEN_MS = 15 * 1000 }; /* for TCP and the handshake together */

typedef struct {
	zt_tcp tcp;
	SSL *tls;
	enum { ZT_TLS_CLOSED, ZT_TLS_CONNECTING, ZT_TLS_SHAKING, ZT_TLS_OPEN, ZT_TLS_BROKEN } state;
	bool wants_write;    /* bytes are stuck until the socket takes more */
	bool fresh;          /* open, and nothing received yet */
	int64_t deadline_ms; /* monotonic: for opening */
	zt_clock clock;      /* wall time decides whether certificates are valid */
	zt_error error;      /* why it broke, in words */
} zt_tls_stream;

/* Also has the process ignore SIGPIPE, unless it has a handler: OpenSSL writes to sockets without MSG_NOSIGNAL. */
void zt_tls_stream_init(zt_tls_stream *stream, zt_clock clock);
/* Begins to connect; the server must prove to be `host`. SNI is sent unless that is an address (RFC 6066 §3).
 * `alpn` may be NULL. Takes its own reference on the context. The same results as zt_tls_stream_continue. */
ZT_NODISCARD zt_status zt_tls_stream_start(zt_tls_stream *stream, SSL_CTX *context, const char *host, uint16_t port,
					   const char *alpn);
/* The results of zt_transport.open. */
ZT_NODISCARD zt_status zt_tls_stream_continue(zt_tls_stream *stream);
/* As in zt_transport. */
int32_t zt_tls_stream_recv(zt_tls_stream *stream, uint8_t *bytes, size_t n);
int32_t zt_tls_stream_send(zt_tls_stream *stream, const uint8_t *bytes, size_t n);
void zt_tls_stream_close(zt_tls_stream *stream);
/* -1 while there is none. */
int zt_tls_stream_fd(const zt_tls_stream *stream);
short zt_tls_stream_poll_events(const zt_tls_stream *stream);

#endif
