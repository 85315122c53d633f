#include "x509/issue.h"

#include <openssl/err.h>

#include "base/random.h"
#include "x509/extensions.h"
#include "x509/name.h"
#include "x509/openssl.h"

enum { SERIAL_BYTES = 16 };

static bool put_serial(X509 *cert)
{
	uint8_t bytes[SERIAL_BYTES];
	zt_random_bytes(bytes, sizeof bytes);
	BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
	bool ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	return ok;
}

static bool put_dates(X509 *cert, const zt_issue_spec *spec)
{
	return ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(spec->not_before_ms / 1000)) &&
	       ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(spec->not_after_ms / 1000));
}

static bool put_public_key(X509 *cert, zt_view spki)
{
	const unsigned char *at = spki.p;
	ZT_CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki.n);
	return key && at == spki.p + spki.n && X509_set_pubkey(cert, key);
}

static zt_status put_names(X509 *cert, const X509 *issuer, const zt_issue_spec *spec, zt_error *ret_error)
{
	X509_NAME *to = X509_get_issuer_name(cert);
	zt_status status = zt_name_put(X509_get_subject_name(cert), spec->subject, spec->subject_count);
	if (status == ZT_OK && issuer)
		status = X509_set_issuer_name(cert, X509_get_subject_name(issuer)) ? ZT_OK : ZT_E_NOMEM;
	else if (status == ZT_OK && spec->issuer_count)
		status = zt_name_put(to, spec->issuer, spec->issuer_count);
	else if (status == ZT_OK)
		status = zt_name_put(to, spec->subject, spec->subject_count);
	return status == ZT_OK ? ZT_OK : zt_openssl_error(ret_error, status, "a name of the certificate is not valid");
}

static zt_status sign(X509 *cert, EVP_PKEY *key, zt_str *ret_der, zt_error *ret_error)
{
	if (X509_sign(cert, key, zt_openssl_digest_for(key)) <= 0)
		return zt_openssl_error(ret_error, ZT_E_FAILED, "the certificate cannot be signed");
	unsigned char *bytes = NULL;
	int n = i2d_X509(cert, &bytes);
	return zt_openssl_put_der(bytes, n, ret_der);
}

zt_status zt_certificate_issue(const zt_issue_spec *spec, zt_str *ret_der, zt_error *ret_error)
{
	ZT_CLEANUP(X509_freep) X509 *issuer = spec->issuer_der.n ? zt_openssl_certificate(spec->issuer_der) : NULL;
	if (spec->issuer_der.n && !issuer)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "the issuer is no X.509 certificate");
	ZT_CLEANUP(X509_freep) X509 *cert = X509_new();
	if (!cert || !X509_set_version(cert, X509_VERSION_3) || !put_serial(cert) || !put_dates(cert, spec))
		return zt_openssl_error(ret_error, ZT_E_FAILED, "cannot make a certificate");
	if (!put_public_key(cert, spec->spki))
		return zt_openssl_error(ret_error, ZT_E_INVALID, "the public key cannot be read");
	TRY(put_names(cert, issuer, spec, ret_error));
	TRY(zt_extensions_put(cert, issuer, spec, ret_error));
	return sign(cert, spec->issuer_key->pkey, ret_der, ret_error);
}
