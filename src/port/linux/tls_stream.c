#include "port/linux/tls_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "port/linux/tls_context.h"
#include "zerotouch/transport.h"

/* A peer that is gone must be an error of a call, not the end of the program. An own handler stays. */
static void ignore_sigpipe(void)
{
	struct sigaction current;
	if (sigaction(SIGPIPE, NULL, &current) == 0 && current.sa_handler == SIG_DFL)
		(void)signal(SIGPIPE, SIG_IGN);
}

void zt_tls_stream_init(zt_tls_stream *stream, zt_clock clock)
{
	ignore_sigpipe();
	*stream = (zt_tls_stream){ .tcp = ZT_TCP_NONE, .clock = clock };
}

static zt_status break_with(zt_tls_stream *stream, zt_status status)
{
	stream->state = ZT_TLS_BROKEN;
	return status;
}

static bool is_address(const char *host)
{
	uint8_t parsed[16];
	return inet_pton(AF_INET, host, parsed) == 1 || inet_pton(AF_INET6, host, parsed) == 1;
}

static bool set_alpn(SSL *tls, const char *alpn)
{
	unsigned char list[64];
	size_t n = strlen(alpn);
	if (n > sizeof list - 1)
		return false;
	list[0] = (unsigned char)n;
	memcpy(list + 1, alpn, n);
	/* This one call of OpenSSL returns 0 for success. */
	return SSL_set_alpn_protos(tls, list, (unsigned)n + 1) == 0;
}

static bool set_up(zt_tls_stream *stream, SSL_CTX *context, const char *host, const char *alpn)
{
	stream->tls = SSL_new(context);
	if (!stream->tls)
		return false;
	X509_VERIFY_PARAM_set_time(SSL_get0_param(stream->tls), (time_t)(zt_clock_wall_ms(&stream->clock) / 1000));
	return SSL_set1_host(stream->tls, host) == 1 &&
	       (is_address(host) || SSL_set_tlsext_host_name(stream->tls, host) == 1) &&
	       (!alpn || set_alpn(stream->tls, alpn));
}

zt_status zt_tls_stream_start(zt_tls_stream *stream, SSL_CTX *context, const char *host, uint16_t port,
			      const char *alpn)
{
	zt_tls_stream_close(stream);
	stream->error = (zt_error){ 0 };
	if (!set_up(stream, context, host, alpn))
		return break_with(stream, zt_error_set(&stream->error, ZT_E_NETWORK, "cannot set up TLS for %s", host));
	zt_status status = zt_tcp_start(&stream->tcp, host, port, &stream->error);
	if (status != ZT_OK)
		return break_with(stream, status);
	stream->state = ZT_TLS_CONNECTING;
	stream->deadline_ms = zt_clock_mono_ms(&stream->clock) + ZT_OPEN_MS;
	return zt_tls_stream_continue(stream);
}

/* Alerts by which a server refuses the client's certificate (RFC 8446 §6.2): to us a silent refusal like any other. */
static bool refuses_our_certificate(unsigned long code)
{
	switch (ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET) {
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
		return true;
	default:
		return false;
	}
}

static zt_status judge_failure(zt_tls_stream *stream, int kind)
{
	if (SSL_get_state(stream->tls) == TLS_ST_CW_CERT_VRFY)
		return zt_tls_error(&stream->error, ZT_E_CREDENTIALS, "the device's key does not sign");
	long verdict = SSL_get_verify_result(stream->tls);
	if (verdict != X509_V_OK) {
		ERR_clear_error();
		return zt_error_set(&stream->error, ZT_E_TLS, "the server's certificate is refused: %s",
				    X509_verify_cert_error_string(verdict));
	}
	unsigned long code = ERR_peek_error();
	bool hung_up = kind == SSL_ERROR_ZERO_RETURN || (kind == SSL_ERROR_SYSCALL && code == 0) ||
		       ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING || refuses_our_certificate(code);
	return zt_tls_error(&stream->error, hung_up ? ZT_E_CLOSED : ZT_E_TLS,
			    hung_up ? "the server hung up in the TLS handshake" : "the TLS handshake failed");
}

static zt_status shake(zt_tls_stream *stream)
{
	ERR_clear_error();
	errno = 0;
	int done = SSL_connect(stream->tls);
	if (done == 1) {
		stream->fresh = true;
		stream->state = ZT_TLS_OPEN;
		stream->wants_write = false;
		return ZT_OK;
	}
	int kind = SSL_get_error(stream->tls, done);
	stream->wants_write = kind == SSL_ERROR_WANT_WRITE;
	if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
		return ZT_E_AGAIN;
	return judge_failure(stream, kind);
}

static zt_status connect_further(zt_tls_stream *stream)
{
	if (stream->state == ZT_TLS_CONNECTING) {
		TRY(zt_tcp_continue(&stream->tcp, &stream->error));
		if (SSL_set_fd(stream->tls, stream->tcp.fd) != 1)
			return zt_error_set(&stream->error, ZT_E_NETWORK, "cannot hand the socket to TLS");
		stream->state = ZT_TLS_SHAKING;
	}
	return shake(stream);
}

zt_status zt_tls_stream_continue(zt_tls_stream *stream)
{
	if (stream->state == ZT_TLS_OPEN)
		return ZT_OK;
	ENSURE(stream->state != ZT_TLS_BROKEN && stream->state != ZT_TLS_CLOSED, ZT_E_NETWORK);
	zt_status status = connect_further(stream);
	if (status == ZT_E_AGAIN && zt_clock_mono_ms(&stream->clock) >= stream->deadline_ms)
		status = zt_error_set(&stream->error, ZT_E_TIMEOUT, "no connection within %d s", ZT_OPEN_MS / 1000);
	return status == ZT_OK || status == ZT_E_AGAIN ? status : break_with(stream, status);
}

/* What a failed SSL_read or SSL_write means. */
static int32_t io_result(zt_tls_stream *stream, int result, bool sending)
{
	int kind = SSL_get_error(stream->tls, result);
	if (kind == SSL_ERROR_WANT_WRITE)
		stream->wants_write = true;
	if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
		return 0;
	if (kind == SSL_ERROR_ZERO_RETURN)
		return sending ? ZT_IO_BROKEN : ZT_IO_CLOSED;
	(void)zt_tls_error(&stream->error, ZT_E_CLOSED, "the connection broke");
	stream->state = ZT_TLS_BROKEN;
	return ZT_IO_BROKEN;
}

int32_t zt_tls_stream_recv(zt_tls_stream *stream, uint8_t *bytes, size_t n)
{
	if (stream->state != ZT_TLS_OPEN)
		return ZT_IO_BROKEN;
	ERR_clear_error();
	int got = SSL_read(stream->tls, bytes, n > INT32_MAX ? INT32_MAX : (int)n);
	if (got <= 0 && stream->fresh)
		zt_tcp_acknowledge_now(&stream->tcp);
	stream->fresh = stream->fresh && got <= 0;
	return got > 0 ? got : io_result(stream, got, false);
}

int32_t zt_tls_stream_send(zt_tls_stream *stream, const uint8_t *bytes, size_t n)
{
	if (stream->state != ZT_TLS_OPEN)
		return ZT_IO_BROKEN;
	ERR_clear_error();
	stream->wants_write = false;
	int put = SSL_write(stream->tls, bytes, n > INT32_MAX ? INT32_MAX : (int)n);
	return put > 0 ? put : io_result(stream, put, true);
}

void zt_tls_stream_close(zt_tls_stream *stream)
{
	if (stream->tls && stream->state == ZT_TLS_OPEN)
		(void)SSL_shutdown(stream->tls);
	SSL_free(stream->tls);
	stream->tls = NULL;
	zt_tcp_close(&stream->tcp);
	stream->state = ZT_TLS_CLOSED;
	stream->wants_write = false;
	ERR_clear_error();
}

int zt_tls_stream_fd(const zt_tls_stream *stream)
{
	return stream->tcp.fd;
}

short zt_tls_stream_poll_events(const zt_tls_stream *stream)
{
	if (stream->state == ZT_TLS_CONNECTING)
		return POLLOUT;
	return stream->wants_write ? POLLIN | POLLOUT : POLLIN;
}
