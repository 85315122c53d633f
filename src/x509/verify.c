#include "x509/verify.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "x509/openssl.h"

struct zt_issuer {
	EVP_PKEY *key;
};

static zt_status refuse_key(zt_error *ret_error)
{
	ERR_clear_error();
	return zt_error_set(ret_error, ZT_E_INVALID,
			    "the certificate's key is neither RSA with at least 2048 bits nor P-256, P-384 or P-521");
}

/* The digest, whichever of RSA, RSASSA-PSS or ECDSA it serves. */
static bool digest_accepted(X509 *cert)
{
	int digest = NID_undef;
	if (!X509_get_signature_info(cert, &digest, NULL, NULL, NULL))
		return false;
	return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

zt_status zt_cert_check_algorithms(zt_view der, zt_error *ret_error)
{
	ZT_CLEANUP(X509_freep) X509 *cert = zt_openssl_certificate(der);
	const EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	if (!key || !zt_openssl_key_accepted(key))
		return refuse_key(ret_error);
	if (!digest_accepted(cert))
		return zt_openssl_error(ret_error, ZT_E_INVALID,
					"the certificate is not signed with SHA-256, SHA-384 or SHA-512");
	return ZT_OK;
}

zt_status zt_issuer_new(zt_view ca_der, zt_issuer **ret, zt_error *ret_error)
{
	ZT_CLEANUP(X509_freep) X509 *cert = zt_openssl_certificate(ca_der);
	if (!cert)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "not an X.509 certificate");
	ZT_CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = X509_get_pubkey(cert);
	if (!key)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "the certificate's public key cannot be read");
	if (!zt_openssl_key_accepted(key))
		return refuse_key(ret_error);
	zt_issuer *issuer = calloc(1, sizeof *issuer);
	ENSURE(issuer, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	issuer->key = ZT_STEAL(key);
	*ret = issuer;
	return ZT_OK;
}

void zt_issuer_free(zt_issuer *issuer)
{
	if (!issuer)
		return;
	EVP_PKEY_free(issuer->key);
	free(issuer);
}

bool zt_issuer_signed(const zt_issuer *issuer, zt_view cert_der)
{
	ZT_CLEANUP(X509_freep) X509 *cert = zt_openssl_certificate(cert_der);
	bool signed_by = cert && digest_accepted(cert) && X509_verify(cert, issuer->key) == 1;
	/* A signature that does not fit is an answer here, no error for whoever reads OpenSSL's queue next. */
	ERR_clear_error();
	return signed_by;
}
