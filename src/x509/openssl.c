#include "x509/openssl.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "zerotouch/view.h"

zt_status zt_openssl_error(zt_error *ret_error, zt_status status, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return reason ? zt_error_set(ret_error, status, "%s: %s", what, reason)
		      : zt_error_set(ret_error, status, "%s", what);
}

X509 *zt_openssl_certificate(zt_view der)
{
	const unsigned char *at = der.p;
	X509 *cert = der.n && der.n <= LONG_MAX ? d2i_X509(NULL, &at, (long)der.n) : NULL;
	if (cert && at == der.p + der.n)
		return cert;
	X509_free(cert);
	return NULL;
}

bool zt_openssl_on_curve(const EVP_PKEY *key, zt_view curve)
{
	char name[32];
	size_t n;
	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, name, sizeof name, &n) &&
	       zt_view_equal(zt_view_make(name, n), curve);
}

bool zt_openssl_key_accepted(const EVP_PKEY *key)
{
	int kind = EVP_PKEY_get_base_id(key);
	if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS)
		return EVP_PKEY_get_bits(key) >= 2048;
	return zt_openssl_on_curve(key, ZT_LIT("prime256v1")) || zt_openssl_on_curve(key, ZT_LIT("secp384r1")) ||
	       zt_openssl_on_curve(key, ZT_LIT("secp521r1"));
}

zt_status zt_openssl_put_der(unsigned char *der, int n, zt_str *out)
{
	ENSURE(n > 0, ZT_E_NOMEM);
	zt_status status = zt_str_put(out, (zt_view){ der, (size_t)n });
	OPENSSL_clear_free(der, (size_t)n);
	return status;
}

const EVP_MD *zt_openssl_digest_for(const EVP_PKEY *key)
{
	return zt_openssl_on_curve(key, ZT_LIT("secp384r1")) ? EVP_sha384() : EVP_sha256();
}
