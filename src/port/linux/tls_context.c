#include "port/linux/tls_context.h"

#include <openssl/err.h>

#include "port/linux/certificates.h"

zt_status zt_tls_error(zt_error *ret_error, zt_status status, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	zt_error_set(ret_error, status, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	return status;
}

static void free_certificate(X509 **certificate)
{
	X509_free(*certificate);
}

static SSL_CTX *new_context(X509_STORE *roots)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (!context)
		return NULL;
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* AWS resumes no sessions; a resumed one would also hide a replaced certificate. */
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	if (roots)
		SSL_CTX_set1_cert_store(context, roots);
	return context;
}

zt_status zt_tls_context_new(X509_STORE *roots, SSL_CTX **ret, zt_error *ret_error)
{
	SSL_CTX *context = new_context(roots);
	ENSURE(context, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	*ret = context;
	return ZT_OK;
}

/* The leaf, then what the server may need to know of its issuers. */
static zt_status add_certificates(SSL_CTX *context, zt_view pem)
{
	for (size_t count = 0;; count++) {
		ZT_CLEANUP(free_certificate) X509 *certificate = NULL;
		zt_status status = zt_certificates_next(&pem, &certificate);
		if (status == ZT_E_NOT_FOUND)
			return count ? ZT_OK : ZT_E_INVALID;
		TRY(status);
		bool added = count ? SSL_CTX_add1_chain_cert(context, certificate) == 1
				   : SSL_CTX_use_certificate(context, certificate) == 1;
		ENSURE(added, ZT_E_INVALID);
	}
}

zt_status zt_tls_context_show(SSL_CTX *context, zt_view certificates_pem, EVP_PKEY *key, zt_error *ret_error)
{
	ERR_clear_error();
	if (add_certificates(context, certificates_pem) != ZT_OK)
		return zt_tls_error(ret_error, ZT_E_CREDENTIALS, "a certificate is missing, damaged or cut off");
	if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
		return zt_tls_error(ret_error, ZT_E_CREDENTIALS, "certificate and key do not belong together");
	return ZT_OK;
}
