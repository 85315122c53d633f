#include <mbedtls/md.h>
#include <mbedtls/sha256.h>
#include <stdlib.h>

#include "base/digest.h"

/* These calls fail only where an accelerator does; Debian's build has none. */
static void require(int result)
{
	if (result != 0)
		abort();
}

void zt_sha256_of(const zt_view *pieces, size_t count, zt_sha256 *ret)
{
	mbedtls_sha256_context context;
	mbedtls_sha256_init(&context);
	require(mbedtls_sha256_starts_ret(&context, 0));
	for (size_t i = 0; i < count; i++)
		require(mbedtls_sha256_update_ret(&context, pieces[i].p, pieces[i].n));
	require(mbedtls_sha256_finish_ret(&context, ret->bytes));
	mbedtls_sha256_free(&context);
}

void zt_hmac_sha256(zt_view key, zt_view message, zt_sha256 *ret)
{
	const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
	require(mbedtls_md_hmac(sha256, key.p, key.n, message.p, message.n, ret->bytes));
}
