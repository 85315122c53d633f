#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "base/digest.h"

/* A SHA-256 that fails means a broken OpenSSL set-up: nothing sound can go on. */
static void require(int ok)
{
	if (!ok)
		abort();
}

/* Fetched once: in OpenSSL 3 EVP_sha256() fetches anew at each init. */
static EVP_MD *sha256_md;
static CRYPTO_ONCE sha256_once = CRYPTO_ONCE_STATIC_INIT;

static void fetch_sha256(void)
{
	sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *sha256(void)
{
	require(CRYPTO_THREAD_run_once(&sha256_once, fetch_sha256) && sha256_md);
	return sha256_md;
}

void zt_sha256_of(const zt_view *pieces, size_t count, zt_sha256 *ret)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	require(context && EVP_DigestInit_ex(context, sha256(), NULL));
	for (size_t i = 0; i < count; i++)
		require(EVP_DigestUpdate(context, pieces[i].p, pieces[i].n));
	unsigned n = sizeof ret->bytes;
	require(EVP_DigestFinal_ex(context, ret->bytes, &n));
	EVP_MD_CTX_free(context);
}

void zt_hmac_sha256(zt_view key, zt_view message, zt_sha256 *ret)
{
	unsigned n = sizeof ret->bytes;
	require(key.n <= 65536);
	require(HMAC(sha256(), zt_view_pri_ptr(key), (int)key.n, message.p, message.n, ret->bytes, &n) != NULL);
}
