#include "net/stream.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <limits.h>
#include <stdbool.h>

/* A write that OpenSSL holds back is asked for again with the same first bytes, here or by libevent: the output only
 * grows at its end, and its buffers do not move (SSL_write(3), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER is libevent's). */
static void write_tls(SSL *ssl, struct evbuffer *out)
{
	struct evbuffer_iovec first;
	while (SSL_is_init_finished(ssl) && evbuffer_peek(out, -1, NULL, &first, 1) > 0 && first.iov_len > 0) {
		ERR_clear_error();
		int n = SSL_write(ssl, first.iov_base, (int)(first.iov_len < INT_MAX ? first.iov_len : INT_MAX));
		if (n <= 0 || evbuffer_drain(out, (size_t)n) != 0)
			return;
	}
}

/* The front of a socket's output is libevent's own, and frozen for others. */
static void write_plain(struct bufferevent *stream, struct evbuffer *out)
{
	(void)evbuffer_unfreeze(out, 1);
	(void)evbuffer_write(out, bufferevent_getfd(stream));
	(void)evbuffer_freeze(out, 1);
}

void zt_stream_flush(struct bufferevent *stream)
{
	struct evbuffer *out = bufferevent_get_output(stream);
	SSL *ssl = bufferevent_openssl_get_ssl(stream);
	if (evbuffer_get_length(out) == 0)
		return;
	if (ssl)
		write_tls(ssl, out);
	else
		write_plain(stream, out);
	bool on = (bufferevent_get_enabled(stream) & EV_WRITE) != 0;
	if (evbuffer_get_length(out) == 0)
		(void)bufferevent_disable(stream, EV_WRITE);
	else if (!on)
		(void)bufferevent_enable(stream, EV_WRITE);
}
