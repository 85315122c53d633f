#include "tlsutils/curl_context.h"

#include <dlfcn.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>

#include <tlsutils/deviceauth_curl.h>

enum { CONTEXTS_MAX = 256, WOLFSSL_TLS_1_2 = 3, WOLFSSL_TLS_1_3 = 4 };

/* ---- which they are ---- */

static const void *contexts[CONTEXTS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Swaps the first `old` for `new`. */
static bool replace(const void *old, const void *new)
{
	bool found = false;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < CONTEXTS_MAX && !found; i++) {
		found = contexts[i] == old;
		if (found)
			contexts[i] = new;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

bool zt_is_curls(const void *context)
{
	return context && replace(context, context);
}

static SSL_CTX *track(SSL_CTX *context)
{
	if (context && !zt_is_curls(context))
		(void)replace(NULL, context);
	return context;
}

/* These three stand before OpenSSL's own (link order, or the runner's LD_PRELOAD) and end in them. */
SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)
{
	typedef SSL_CTX *make_fn(const SSL_METHOD *);
	make_fn *make = (make_fn *)dlsym(RTLD_NEXT, "SSL_CTX_new");
	return make ? track(make(method)) : NULL;
}

SSL_CTX *SSL_CTX_new_ex(OSSL_LIB_CTX *library, const char *properties, const SSL_METHOD *method)
{
	typedef SSL_CTX *make_fn(OSSL_LIB_CTX *, const char *, const SSL_METHOD *);
	make_fn *make = (make_fn *)dlsym(RTLD_NEXT, "SSL_CTX_new_ex");
	return make ? track(make(library, properties, method)) : NULL;
}

void SSL_CTX_free(SSL_CTX *context)
{
	typedef void free_fn(SSL_CTX *);
	free_fn *release = (free_fn *)dlsym(RTLD_NEXT, "SSL_CTX_free");
	if (context)
		(void)replace(context, NULL);
	if (release)
		release(context);
}

/* ---- wolfSSL's functions on them ---- */

static int told(int openssl)
{
	ERR_clear_error();
	return openssl == 1;
}

int zt_curl_use_certificate(void *context, const char *file, bool device)
{
	if (!context || !file)
		return 0;
	if (device)
		return DeviceAuth_SslCtxFunc(context) == DeviceAuthSslResult_Success;
	return told(SSL_CTX_use_certificate_chain_file(context, file));
}

int zt_curl_use_key(void *context, const char *file)
{
	return context && file && told(SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM));
}

int zt_curl_trust(void *context, const char *file, const char *folder)
{
	return context && told(SSL_CTX_load_verify_locations(context, file, folder));
}

/* The modes have OpenSSL's values; a callback would get a certificate of the other library, so there is none. */
void zt_curl_set_verify(void *context, int mode)
{
	if (context)
		SSL_CTX_set_verify(context, mode, NULL);
}

int zt_curl_set_least_version(void *context, int version)
{
	if (!context || version < WOLFSSL_TLS_1_2 || version > WOLFSSL_TLS_1_3)
		return 0;
	return told(
	    (int)SSL_CTX_set_min_proto_version(context, version == WOLFSSL_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION));
}

int zt_curl_set_ciphers(void *context, const char *list)
{
	return context && list && told(SSL_CTX_set_cipher_list(context, list));
}

/* ---- from memory ---- */

static BIO *open_memory(const unsigned char *bytes, long n)
{
	return bytes && n > 0 && n <= INT_MAX ? BIO_new_mem_buf(bytes, (int)n) : NULL;
}

static X509 *read_one(BIO *file, bool pem)
{
	return pem ? PEM_read_bio_X509_AUX(file, NULL, NULL, NULL) : d2i_X509_bio(file, NULL);
}

int zt_curl_trust_memory(void *context, const unsigned char *bytes, long n, bool pem)
{
	BIO *file = open_memory(bytes, n);
	int count = 0;
	for (X509 *root; context && file && (root = read_one(file, pem)); X509_free(root))
		count += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root) == 1;
	BIO_free(file);
	return told(count > 0);
}

int zt_curl_use_certificate_memory(void *context, const unsigned char *bytes, long n, bool pem)
{
	BIO *file = open_memory(bytes, n);
	X509 *certificate = file ? read_one(file, pem) : NULL;
	bool used = context && certificate && SSL_CTX_use_certificate(context, certificate) == 1;
	X509_free(certificate);
	while (used && pem && (certificate = read_one(file, true)))
		used = SSL_CTX_add0_chain_cert(context, certificate) == 1;
	BIO_free(file);
	return told(used);
}

int zt_curl_use_key_memory(void *context, const unsigned char *bytes, long n, bool pem)
{
	BIO *file = open_memory(bytes, n);
	EVP_PKEY *key = NULL;
	if (file)
		key = pem ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : d2i_PrivateKey_bio(file, NULL);
	bool used = context && key && SSL_CTX_use_PrivateKey(context, key) == 1;
	EVP_PKEY_free(key);
	BIO_free(file);
	return told(used);
}

/* ---- sessions ---- */

int zt_curl_set_timeout(void *context, unsigned seconds)
{
	if (!context)
		return 0;
	(void)SSL_CTX_set_timeout(context, (long)seconds);
	return 1;
}

/* The modes have OpenSSL's values. */
long zt_curl_set_session_cache(void *context, long mode)
{
	if (!context)
		return 0;
	(void)SSL_CTX_set_session_cache_mode(context, mode);
	return 1;
}
