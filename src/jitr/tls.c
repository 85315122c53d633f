#include "jitr/tls.h"

#include <errno.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include "jitr/wire.h"

struct zt_tls_roots {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_x509_crt chain;
	mbedtls_ssl_config config;
};

struct zt_tls {
	mbedtls_ssl_context ssl;
	int fd;
};

static const char *text_of(int result, char room[128])
{
	mbedtls_strerror(result, room, 128);
	return room;
}

static int configure(zt_tls_roots *roots)
{
	int result = mbedtls_ctr_drbg_seed(&roots->random, mbedtls_entropy_func, &roots->entropy, NULL, 0);
	if (result == 0)
		result = mbedtls_ssl_config_defaults(&roots->config, MBEDTLS_SSL_IS_CLIENT,
						     MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_min_version(&roots->config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_authmode(&roots->config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(&roots->config, &roots->chain, NULL);
	mbedtls_ssl_conf_rng(&roots->config, mbedtls_ctr_drbg_random, &roots->random);
	return result;
}

zt_status zt_tls_roots_load(const char *path, zt_tls_roots **ret, zt_error *ret_error)
{
	zt_tls_roots *roots = calloc(1, sizeof *roots);
	ENSURE(roots, ZT_E_NOMEM);
	mbedtls_entropy_init(&roots->entropy);
	mbedtls_ctr_drbg_init(&roots->random);
	mbedtls_x509_crt_init(&roots->chain);
	mbedtls_ssl_config_init(&roots->config);
	char reason[128];
	/* A positive result counts the certificates that could not be parsed: trust the others. */
	int result = mbedtls_x509_crt_parse_file(&roots->chain, path);
	bool none = roots->chain.version == 0;
	if (result >= 0 && !none)
		result = configure(roots);
	if (result < 0 || none) {
		zt_tls_roots_free(roots);
		return zt_error_set(ret_error, ZT_E_CONFIG, "trusted roots in %s: %s", path,
				    result < 0 ? text_of(result, reason) : "no certificate");
	}
	*ret = roots;
	return ZT_OK;
}

void zt_tls_roots_free(zt_tls_roots *roots)
{
	if (!roots)
		return;
	mbedtls_ssl_config_free(&roots->config);
	mbedtls_x509_crt_free(&roots->chain);
	mbedtls_ctr_drbg_free(&roots->random);
	mbedtls_entropy_free(&roots->entropy);
	free(roots);
}

static int on_send(void *context, const unsigned char *bytes, size_t n)
{
	ssize_t sent = send(((zt_tls *)context)->fd, bytes, n, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_CONN_EOF;
	return (int)sent;
}

static int on_receive(void *context, unsigned char *bytes, size_t n)
{
	ssize_t received = recv(((zt_tls *)context)->fd, bytes, n, 0);
	if (received < 0)
		return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
	return (int)received;
}

static bool is_later(int result)
{
	return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static zt_status wait_for(const zt_tls *tls, int result, int64_t deadline_ms)
{
	return zt_wire_wait(tls->fd, result == MBEDTLS_ERR_SSL_WANT_READ ? POLLIN : POLLOUT, deadline_ms);
}

static zt_status refused(const zt_tls *tls, const char *host, int result, zt_error *ret_error)
{
	char reason[256];
	uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
	if (result == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED && flags &&
	    mbedtls_x509_crt_verify_info(reason, sizeof reason, "", flags) > 0) {
		reason[strcspn(reason, "\n")] = 0;
		return zt_error_set(ret_error, ZT_E_TLS, "%s: %s", host, reason);
	}
	return zt_error_set(ret_error, ZT_E_TLS, "%s: %s", host, text_of(result, reason));
}

static zt_status shake_hands(zt_tls *tls, const char *host, int64_t deadline_ms, zt_error *ret_error)
{
	for (;;) {
		int result = mbedtls_ssl_handshake(&tls->ssl);
		if (result == 0)
			return ZT_OK;
		if (!is_later(result))
			return refused(tls, host, result, ret_error);
		if (wait_for(tls, result, deadline_ms) != ZT_OK)
			return zt_error_set(ret_error, ZT_E_TIMEOUT, "%s: no TLS handshake in time", host);
	}
}

zt_status zt_tls_open(zt_tls_roots *roots, const char *host, int fd, int64_t deadline_ms, zt_tls **ret,
		      zt_error *ret_error)
{
	zt_tls *tls = calloc(1, sizeof *tls);
	ENSURE(tls, ZT_E_NOMEM);
	tls->fd = fd;
	mbedtls_ssl_init(&tls->ssl);
	zt_status status = ZT_E_NOMEM;
	if (mbedtls_ssl_setup(&tls->ssl, &roots->config) == 0 && mbedtls_ssl_set_hostname(&tls->ssl, host) == 0) {
		mbedtls_ssl_set_bio(&tls->ssl, tls, on_send, on_receive, NULL);
		status = shake_hands(tls, host, deadline_ms, ret_error);
	}
	if (status != ZT_OK) {
		zt_tls_close(tls);
		return status;
	}
	*ret = tls;
	return ZT_OK;
}

zt_status zt_tls_write(zt_tls *tls, zt_view bytes, int64_t deadline_ms)
{
	while (bytes.n) {
		int n = mbedtls_ssl_write(&tls->ssl, bytes.p, bytes.n);
		if (is_later(n)) {
			TRY(wait_for(tls, n, deadline_ms));
			continue;
		}
		ENSURE(n > 0, ZT_E_CLOSED);
		bytes = zt_view_from(bytes, (size_t)n);
	}
	return ZT_OK;
}

zt_status zt_tls_read(zt_tls *tls, uint8_t *room, size_t cap, int64_t deadline_ms, size_t *ret_n)
{
	for (;;) {
		int n = mbedtls_ssl_read(&tls->ssl, room, cap);
		if (n >= 0 || n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
			*ret_n = n > 0 ? (size_t)n : 0;
			return ZT_OK;
		}
		ENSURE(is_later(n), ZT_E_CLOSED);
		TRY(wait_for(tls, n, deadline_ms));
	}
}

void zt_tls_close(zt_tls *tls)
{
	if (!tls)
		return;
	mbedtls_ssl_free(&tls->ssl);
	free(tls);
}
