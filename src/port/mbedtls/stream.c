#include "port/mbedtls/stream.h"

#include <string.h>

#include "port/mbedtls/dates.h"

/* No name ends with a numeric label (RFC 3696 §2), and an IPv6 address has colons. */
static bool is_name(const char *host)
{
	const char *dot = strrchr(host, '.'), *label = dot ? dot + 1 : host;
	return !strchr(host, ':') && label[strspn(label, "0123456789")] != '\0';
}

zt_status zt_mbedtls_stream_init(zt_mbedtls_stream *s, const char *roots)
{
	mbedtls_x509_crt_init(&s->roots);
	ENSURE(is_name(s->host), ZT_E_CONFIG);
	/* A positive result counts those that could not be parsed: a strict build takes no root with serial number 0,
	 * such as Starfield's, and the others do. */
	int unread = mbedtls_x509_crt_parse(&s->roots, (const uint8_t *)roots, strlen(roots) + 1);
	return unread >= 0 && s->roots.version ? ZT_OK : ZT_E_CONFIG;
}

static void close_stream(void *context)
{
	zt_mbedtls_stream *s = context;
	if (s->state == ZT_MBEDTLS_OPEN)
		(void)mbedtls_ssl_close_notify(&s->tls);
	if (s->state != ZT_MBEDTLS_CLOSED) {
		mbedtls_ssl_free(&s->tls);
		mbedtls_ssl_config_free(&s->config);
		mbedtls_pk_free(&s->key);
		mbedtls_x509_crt_free(&s->chain);
		s->wire.close(s->wire.context);
	}
	s->state = ZT_MBEDTLS_CLOSED;
	s->wants_write = false;
	s->stuck = 0;
}

void zt_mbedtls_stream_deinit(zt_mbedtls_stream *s)
{
	close_stream(s);
	mbedtls_x509_crt_free(&s->roots);
}

static int wire_send(void *context, const unsigned char *bytes, size_t n)
{
	zt_mbedtls_stream *s = context;
	int32_t sent = s->wire.send(s->wire.context, bytes, n);
	s->wants_write = sent == 0;
	if (sent == 0)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	return sent > 0 ? sent : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int wire_recv(void *context, unsigned char *bytes, size_t n)
{
	zt_mbedtls_stream *s = context;
	int32_t got = s->wire.recv(s->wire.context, bytes, n);
	if (got == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	return got > 0 ? got : MBEDTLS_ERR_SSL_CONN_EOF;
}

/* Called for each certificate of the path. A build without MBEDTLS_HAVE_TIME_DATE looks at no dates at all. */
static int check_dates(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
	const zt_mbedtls_stream *s = context;
	int64_t now_ms = zt_clock_wall_ms(&s->clock);
	(void)depth;
	*flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
	if (now_ms < zt_mbedtls_wall_ms(&certificate->valid_from))
		*flags |= MBEDTLS_X509_BADCERT_FUTURE;
	if (now_ms > zt_mbedtls_wall_ms(&certificate->valid_to))
		*flags |= MBEDTLS_X509_BADCERT_EXPIRED;
	return 0;
}

static zt_status load_identity(zt_mbedtls_stream *s)
{
	const zt_mbedtls_identity *id = s->identity;
	ENSURE(id->certificate, ZT_E_CREDENTIALS);
	s->error = mbedtls_x509_crt_parse(&s->chain, (const uint8_t *)id->certificate, strlen(id->certificate) + 1);
	ENSURE(s->error == 0, ZT_E_CREDENTIALS);
	s->error = mbedtls_pk_parse_key(&s->key, (const uint8_t *)id->key, strlen(id->key) + 1, NULL, 0);
	ENSURE(s->error == 0, ZT_E_CREDENTIALS);
	return mbedtls_ssl_conf_own_cert(&s->config, &s->chain, &s->key) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status configure(zt_mbedtls_stream *s)
{
	mbedtls_ssl_config *config = &s->config;
	s->error = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
					       MBEDTLS_SSL_PRESET_DEFAULT);
	ENSURE(s->error == 0, ZT_E_NOMEM);
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(config, &s->roots, NULL);
	mbedtls_ssl_conf_verify(config, check_dates, s);
	mbedtls_ssl_conf_rng(config, s->random, s->random_context);
	return load_identity(s);
}

static zt_status set_up(zt_mbedtls_stream *s, zt_route route)
{
	static const char *mqtt[] = { "x-amzn-mqtt-ca", NULL }, *https[] = { "x-amzn-http-ca", NULL };
	TRY(configure(s));
	if (s->alpn)
		ENSURE(mbedtls_ssl_conf_alpn_protocols(&s->config, route == ZT_ROUTE_MQTT ? mqtt : https) == 0,
		       ZT_E_NOMEM);
	s->error = mbedtls_ssl_setup(&s->tls, &s->config);
	ENSURE(s->error == 0, ZT_E_NOMEM);
	/* The name for SNI and for verification. */
	s->error = mbedtls_ssl_set_hostname(&s->tls, s->host);
	ENSURE(s->error == 0, ZT_E_NOMEM);
	mbedtls_ssl_set_bio(&s->tls, s, wire_send, wire_recv, NULL);
	return ZT_OK;
}

static zt_status start(zt_mbedtls_stream *s, zt_route route)
{
	mbedtls_ssl_init(&s->tls);
	mbedtls_ssl_config_init(&s->config);
	mbedtls_pk_init(&s->key);
	mbedtls_x509_crt_init(&s->chain);
	s->state = ZT_MBEDTLS_CONNECTING;
	s->error = 0;
	s->deadline_ms = zt_clock_mono_ms(&s->clock) + ZT_MBEDTLS_OPEN_MS;
	return set_up(s, route);
}

/* Alerts by which a server refuses the client's certificate (RFC 5246 §7.2.2). The record that has just been read is
 * one: level, description. */
static bool refuses_our_certificate(const zt_mbedtls_stream *s)
{
	switch (s->tls.in_msg[1]) {
	case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
	case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
	case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
	case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
	case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
	case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
	case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
		return true;
	default:
		return false;
	}
}

/* The peer hung up or refused our certificate: to us a silent refusal like any other. */
static bool hung_up(const zt_mbedtls_stream *s, int error)
{
	return error == MBEDTLS_ERR_SSL_CONN_EOF || error == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	       (error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && refuses_our_certificate(s));
}

static bool wants_more(int error)
{
	return error == MBEDTLS_ERR_SSL_WANT_READ || error == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static zt_status shake(zt_mbedtls_stream *s)
{
	int result = mbedtls_ssl_handshake(&s->tls);
	if (wants_more(result))
		return ZT_E_AGAIN;
	s->error = result;
	if (result != 0)
		return hung_up(s, result) ? ZT_E_CLOSED : ZT_E_TLS;
	s->state = ZT_MBEDTLS_OPEN;
	return ZT_OK;
}

static zt_status advance(zt_mbedtls_stream *s, zt_route route)
{
	if (s->state == ZT_MBEDTLS_CLOSED)
		TRY(start(s, route));
	if (s->state == ZT_MBEDTLS_CONNECTING) {
		TRY(s->wire.open(s->wire.context, route));
		s->state = ZT_MBEDTLS_SHAKING;
	}
	return shake(s);
}

static zt_status open_stream(void *context, zt_route route)
{
	zt_mbedtls_stream *s = context;
	if (s->state == ZT_MBEDTLS_OPEN)
		return ZT_OK;
	ENSURE(s->state != ZT_MBEDTLS_BROKEN, ZT_E_NETWORK);
	zt_status status = advance(s, route);
	if (status == ZT_E_AGAIN && zt_clock_mono_ms(&s->clock) >= s->deadline_ms)
		status = ZT_E_TIMEOUT;
	if (status != ZT_OK && status != ZT_E_AGAIN)
		s->state = ZT_MBEDTLS_BROKEN;
	return status;
}

static int32_t io_result(zt_mbedtls_stream *s, int result)
{
	if (wants_more(result))
		return 0;
	s->error = result;
	s->state = ZT_MBEDTLS_BROKEN;
	return ZT_IO_BROKEN;
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	zt_mbedtls_stream *s = context;
	if (s->state != ZT_MBEDTLS_OPEN)
		return ZT_IO_BROKEN;
	int got = mbedtls_ssl_read(&s->tls, bytes, n > INT32_MAX ? INT32_MAX : n);
	if (got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return ZT_IO_CLOSED;
	return got > 0 ? got : io_result(s, got == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : got);
}

/* What mbedTLS could not send it has encrypted already, and the next call reports the length that it is given: which
 * must not be more than it took. */
static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	zt_mbedtls_stream *s = context;
	if (s->state != ZT_MBEDTLS_OPEN)
		return ZT_IO_BROKEN;
	size_t take = s->stuck && s->stuck < n ? s->stuck : n;
	take = take > INT32_MAX ? INT32_MAX : take;
	int put = mbedtls_ssl_write(&s->tls, bytes, take);
	s->stuck = wants_more(put) ? take : 0;
	return put > 0 ? put : io_result(s, put);
}

zt_transport zt_mbedtls_stream_seam(zt_mbedtls_stream *stream)
{
	return (zt_transport){ open_stream, receive, send_bytes, close_stream, stream };
}
