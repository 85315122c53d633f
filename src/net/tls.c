#include "net/tls.h"

#include <arpa/inet.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

/* The ECDHE suites of AWS's default policy, IoTSecurityPolicy_TLS13_1_2_2022_10. Its plain RSA suites, which have no
 * forward secrecy, are left out. TLS 1.3 has OpenSSL's own three. */
static const char suites[] = "ECDHE+AESGCM:ECDHE+AES:!AESCCM:!aNULL";

static void free_bio(BIO **bio)
{
	(void)BIO_free(*bio);
}

static void free_certificate(X509 **certificate)
{
	X509_free(*certificate);
}

/* Never asks on the terminal for the password of an encrypted key. */
static int no_password(char *buffer, int n, int writing, void *context)
{
	(void)buffer;
	(void)n;
	(void)writing;
	(void)context;
	return -1;
}

static zt_status tls_error(zt_error *ret_error, zt_status status, const char *what)
{
	char cause[160];
	ERR_error_string_n(ERR_peek_last_error(), cause, sizeof cause);
	ERR_clear_error();
	return zt_error_set(ret_error, status, "%s: %s", what, cause);
}

static bool more_certificates(BIO *pem, X509 **ret)
{
	*ret = PEM_read_bio_X509(pem, NULL, no_password, NULL);
	return *ret != NULL;
}

static zt_status use_chain(SSL_CTX *tls, zt_view chain_pem, zt_error *ret_error)
{
	ENSURE(chain_pem.n > 0 && chain_pem.n <= INT_MAX,
	       zt_error_set(ret_error, ZT_E_CONFIG, "no server certificate"));
	ZT_CLEANUP(free_bio) BIO *pem = BIO_new_mem_buf(chain_pem.p, (int)chain_pem.n);
	ZT_CLEANUP(free_certificate) X509 *leaf = NULL;
	ENSURE(pem, zt_error_set(ret_error, ZT_E_NOMEM, "cannot read a certificate"));
	if (!more_certificates(pem, &leaf) || SSL_CTX_use_certificate(tls, leaf) != 1)
		return tls_error(ret_error, ZT_E_CONFIG, "unusable server certificate");
	for (X509 *next; more_certificates(pem, &next);)
		if (SSL_CTX_add0_chain_cert(tls, next) != 1) {
			X509_free(next);
			return tls_error(ret_error, ZT_E_CONFIG, "unusable chain of the server certificate");
		}
	/* Anything but "no more PEM here" is a broken certificate in the chain. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return tls_error(ret_error, ZT_E_CONFIG, "unusable chain of the server certificate");
	ERR_clear_error();
	return ZT_OK;
}

static zt_status use_key(SSL_CTX *tls, zt_view key_pem, zt_error *ret_error)
{
	ENSURE(key_pem.n > 0 && key_pem.n <= INT_MAX,
	       zt_error_set(ret_error, ZT_E_CONFIG, "no key of the server certificate"));
	ZT_CLEANUP(free_bio) BIO *pem = BIO_new_mem_buf(key_pem.p, (int)key_pem.n);
	ENSURE(pem, zt_error_set(ret_error, ZT_E_NOMEM, "cannot read a key"));
	EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, no_password, NULL);
	int used = key ? SSL_CTX_use_PrivateKey(tls, key) : 0;
	EVP_PKEY_free(key);
	if (used != 1 || SSL_CTX_check_private_key(tls) != 1)
		return tls_error(ret_error, ZT_E_CONFIG, "unusable key of the server certificate");
	return ZT_OK;
}

static zt_status configure(SSL_CTX *tls, zt_error *ret_error)
{
	(void)SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					   SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	if (SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1 || SSL_CTX_set_num_tickets(tls, 0) != 1 ||
	    SSL_CTX_set_cipher_list(tls, suites) != 1)
		return tls_error(ret_error, ZT_E_TLS, "cannot configure TLS");
	return ZT_OK;
}

zt_status zt_tls_server_new(zt_view chain_pem, zt_view key_pem, SSL_CTX **ret, zt_error *ret_error)
{
	ERR_clear_error();
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	if (!tls)
		return tls_error(ret_error, ZT_E_NOMEM, "cannot make a TLS context");
	zt_status status = configure(tls, ret_error);
	if (status == ZT_OK)
		status = use_chain(tls, chain_pem, ret_error);
	if (status == ZT_OK)
		status = use_key(tls, key_pem, ret_error);
	if (status != ZT_OK) {
		SSL_CTX_free(tls);
		return status;
	}
	*ret = tls;
	return ZT_OK;
}

/* libevent frees `ssl` when it fails, but leaves the socket. */
static zt_status wrap(struct event_base *loop, SSL *ssl, evutil_socket_t fd, enum bufferevent_ssl_state state,
		      struct bufferevent **ret)
{
	struct bufferevent *buffer =
	    ssl ? bufferevent_openssl_socket_new(loop, fd, ssl, state, BEV_OPT_CLOSE_ON_FREE) : NULL;
	if (!buffer) {
		(void)evutil_closesocket(fd);
		return ZT_E_NOMEM;
	}
	*ret = buffer;
	return ZT_OK;
}

zt_status zt_tls_accept(struct event_base *loop, SSL_CTX *tls, evutil_socket_t fd, struct bufferevent **ret)
{
	return wrap(loop, SSL_new(tls), fd, BUFFEREVENT_SSL_ACCEPTING, ret);
}

static zt_status trust(SSL_CTX *tls, const char *ca_file, zt_error *ret_error)
{
	if (!ca_file && SSL_CTX_set_default_verify_paths(tls) != 1)
		return tls_error(ret_error, ZT_E_CONFIG, "no trusted certificates of the system");
	if (ca_file && SSL_CTX_load_verify_file(tls, ca_file) != 1) {
		char what[256];
		(void)snprintf(what, sizeof what, "no trusted certificates in %s", ca_file);
		return tls_error(ret_error, ZT_E_CONFIG, what);
	}
	return ZT_OK;
}

zt_status zt_tls_client_new(const char *ca_file, SSL_CTX **ret, zt_error *ret_error)
{
	ERR_clear_error();
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	if (!tls)
		return tls_error(ret_error, ZT_E_NOMEM, "cannot make a TLS context");
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	zt_status status = ZT_OK;
	if (SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1)
		status = tls_error(ret_error, ZT_E_TLS, "cannot configure TLS");
	if (status == ZT_OK)
		status = trust(tls, ca_file, ret_error);
	if (status != ZT_OK) {
		SSL_CTX_free(tls);
		return status;
	}
	*ret = tls;
	return ZT_OK;
}

/* RFC 6066 §3: no addresses in SNI. */
static bool expect(SSL *ssl, const char *host)
{
	struct in6_addr address;
	if (inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

zt_status zt_tls_connect(struct event_base *loop, SSL_CTX *tls, evutil_socket_t fd, const char *host,
			 struct bufferevent **ret)
{
	SSL *ssl = SSL_new(tls);
	if (ssl && !expect(ssl, host)) {
		SSL_free(ssl);
		ssl = NULL;
	}
	return wrap(loop, ssl, fd, BUFFEREVENT_SSL_CONNECTING, ret);
}
