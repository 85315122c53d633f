#include "cloud/gateway/tls.h"

#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include "base/digest.h"
#include "net/tls.h"

static int accept_any_certificate(X509_STORE_CTX *store, void *context)
{
	(void)store;
	(void)context;
	return 1;
}

static void note_progress(const SSL *ssl, int where, int ret)
{
	zt_tls_watch *watch = SSL_get_app_data(ssl);
	(void)ret;
	if (!watch)
		return;
	watch->begun |= SSL_get_state(ssl) != TLS_ST_BEFORE;
	watch->done |= (where & SSL_CB_HANDSHAKE_DONE) != 0;
}

static int check_server_name(SSL *ssl, int *alert, void *endpoint)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	if (zt_view_equal_nocase(zt_view_of(name), zt_view_of(endpoint)))
		return SSL_TLSEXT_ERR_OK;
	zt_tls_watch *watch = SSL_get_app_data(ssl);
	if (watch)
		watch->wrong_name = true;
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

#define ALPN_MQTT "x-amzn-mqtt-ca"
#define ALPN_HTTP "x-amzn-http-ca"

/* A client that offers neither of AWS's names is one of the web: it signs instead. */
static int choose_protocol(SSL *ssl, const uint8_t **ret, uint8_t *ret_n, const uint8_t *offered, unsigned n,
			   void *context)
{
	static const uint8_t served[] = "\x0e" ALPN_MQTT "\x0e" ALPN_HTTP "\x08http/1.1";
	uint8_t *chosen;
	(void)context;
	if (SSL_select_next_proto(&chosen, ret_n, served, sizeof served - 1, offered, n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*ret = chosen;
	if (!zt_view_equal(zt_view_make(chosen, *ret_n), ZT_LIT("http/1.1")))
		SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return SSL_TLSEXT_ERR_OK;
}

zt_status zt_gateway_tls_new(zt_port_kind kind, zt_view chain_pem, zt_view key_pem, const char *endpoint, SSL_CTX **ret,
			     zt_error *ret_error)
{
	SSL_CTX *tls;
	TRY(zt_tls_server_new(chain_pem, key_pem, &tls, ret_error));
	/* No list of CAs: any device may come (AWS IoT, "Transport security"). */
	if (kind == ZT_PORT_OF_CERTIFICATES)
		SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	else
		SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
	SSL_CTX_set_cert_verify_callback(tls, accept_any_certificate, NULL);
	SSL_CTX_set_info_callback(tls, note_progress);
	(void)SSL_CTX_set_tlsext_servername_callback(tls, check_server_name);
	(void)SSL_CTX_set_tlsext_servername_arg(tls, (void *)(uintptr_t)endpoint);
	*ret = tls;
	return ZT_OK;
}

static SSL *ssl_of(const struct bufferevent *stream)
{
	return bufferevent_openssl_get_ssl((struct bufferevent *)(uintptr_t)stream);
}

zt_alpn zt_gateway_tls_alpn(const struct bufferevent *stream)
{
	const uint8_t *name = NULL;
	unsigned n = 0;
	SSL_get0_alpn_selected(ssl_of(stream), &name, &n);
	zt_view chosen = zt_view_make(name, n);
	if (zt_view_equal(chosen, ZT_LIT(ALPN_MQTT)))
		return ZT_ALPN_MQTT;
	return zt_view_equal(chosen, ZT_LIT(ALPN_HTTP)) ? ZT_ALPN_HTTP : ZT_ALPN_NONE;
}

void zt_gateway_tls_watch(struct bufferevent *stream, zt_tls_watch *watch)
{
	(void)SSL_set_app_data(ssl_of(stream), watch);
}

static zt_status put_der(X509 *certificate, zt_str *out)
{
	uint8_t *der = NULL;
	int n = i2d_X509(certificate, &der);
	if (n <= 0)
		return ZT_E_NOMEM;
	zt_status status = zt_str_put(out, zt_view_make(der, (size_t)n));
	OPENSSL_free(der);
	return status;
}

static void read_device_id(const X509 *certificate, zt_leaf *leaf)
{
	uint8_t *text = NULL;
	X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	int n = at < 0 ? -1 : ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (n >= 0)
		(void)snprintf(leaf->device_id, sizeof leaf->device_id, "%.*s", n, (const char *)text);
	OPENSSL_free(text);
	ERR_clear_error();
}

zt_status zt_leaf_of(const struct bufferevent *stream, zt_leaf *ret)
{
	zt_leaf leaf = { .der = ZT_STR(ZT_CERT_DER_MAX) };
	X509 *certificate = SSL_get0_peer_certificate(ssl_of(stream));
	ENSURE(certificate, ZT_E_NOT_FOUND);
	zt_status status = put_der(certificate, &leaf.der);
	if (status != ZT_OK) {
		zt_leaf_free(&leaf);
		return status;
	}
	zt_sha256_hex_of(zt_str_view(&leaf.der), leaf.id);
	read_device_id(certificate, &leaf);
	*ret = leaf;
	return ZT_OK;
}

void zt_leaf_free(zt_leaf *leaf)
{
	zt_str_free(&leaf->der);
}

void zt_gateway_tls_goodbye(struct bufferevent *stream)
{
	SSL *ssl = ssl_of(stream);
	evutil_socket_t fd = bufferevent_getfd(stream);
	if (ssl && SSL_is_init_finished(ssl)) {
		/* Our half alone; a peer that does not read the alert does not miss it. */
		(void)SSL_shutdown(ssl);
		ERR_clear_error();
	}
	if (fd >= 0)
		(void)shutdown(fd, SHUT_WR);
}
