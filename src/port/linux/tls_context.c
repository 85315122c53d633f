#include "port/linux/tls_context.h"

#include <openssl/err.h>

enum { IDENTITY_LOOKS = 3 };

zt_status zt_tls_error(zt_error *ret_error, zt_status status, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	zt_error_set(ret_error, status, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	return status;
}

static void free_context(SSL_CTX **context)
{
	SSL_CTX_free(*context);
}

typedef struct {
	const char *certificate_file, *key_file;
	EVP_PKEY *key; /* in place of the file */
} identity;

static bool load_identity(SSL_CTX *context, const identity *id)
{
	ERR_clear_error();
	return SSL_CTX_use_certificate_chain_file(context, id->certificate_file) == 1 &&
	       (id->key ? SSL_CTX_use_PrivateKey(context, id->key)
			: SSL_CTX_use_PrivateKey_file(context, id->key_file, SSL_FILETYPE_PEM)) == 1 &&
	       SSL_CTX_check_private_key(context) == 1;
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
	SSL_CTX_set1_cert_store(context, roots);
	return context;
}

static zt_status new_with(X509_STORE *roots, const identity *id, SSL_CTX **ret, zt_error *ret_error)
{
	for (int look = 1;; look++) {
		ZT_CLEANUP(free_context) SSL_CTX *context = new_context(roots);
		ENSURE(context, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
		if (!id->certificate_file || load_identity(context, id)) {
			*ret = ZT_STEAL(context);
			return ZT_OK;
		}
		if (look == IDENTITY_LOOKS)
			return zt_tls_error(ret_error, ZT_E_CREDENTIALS,
					    "the device certificate or its key cannot be used");
	}
}

zt_status zt_tls_context_new(X509_STORE *roots, const char *certificate_file, const char *key_file, SSL_CTX **ret,
			     zt_error *ret_error)
{
	return new_with(roots, &(identity){ certificate_file, key_file, NULL }, ret, ret_error);
}

zt_status zt_tls_context_new_keyed(X509_STORE *roots, const char *certificate_file, EVP_PKEY *key, SSL_CTX **ret,
				   zt_error *ret_error)
{
	return new_with(roots, &(identity){ certificate_file, NULL, key }, ret, ret_error);
}
