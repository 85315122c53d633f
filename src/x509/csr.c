#include <openssl/err.h>

#include "x509/issue.h"
#include "x509/name.h"
#include "x509/openssl.h"
#include "x509/pem.h"

enum { CSR_DER_MAX = 16 * 1024 };

static bool fill(X509_REQ *csr, EVP_PKEY *key, zt_view common_name)
{
	zt_rdn rdn = { "CN", common_name, true };
	return X509_REQ_set_version(csr, X509_REQ_VERSION_1) &&
	       zt_name_put(X509_REQ_get_subject_name(csr), &rdn, common_name.n ? 1 : 0) == ZT_OK &&
	       X509_REQ_set_pubkey(csr, key) && X509_REQ_sign(csr, key, zt_openssl_digest_for(key)) > 0;
}

zt_status zt_csr_write(const zt_key *key, zt_view common_name, zt_str *ret_pem, zt_error *ret_error)
{
	ZT_CLEANUP(X509_REQ_freep) X509_REQ *csr = X509_REQ_new();
	if (!csr || !fill(csr, key->pkey, common_name))
		return zt_openssl_error(ret_error, ZT_E_FAILED, "cannot make a certificate signing request");
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(CSR_DER_MAX);
	unsigned char *bytes = NULL;
	int n = i2d_X509_REQ(csr, &bytes);
	TRY(zt_openssl_put_der(bytes, n, &der));
	return zt_pem_put(zt_str_view(&der), "CERTIFICATE REQUEST", ret_pem);
}

static zt_status check(X509_REQ *csr, zt_error *ret_error)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(csr);
	if (!key || !zt_openssl_key_accepted(key)) {
		ERR_clear_error();
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "the CSR's key is neither RSA with at least 2048 bits nor P-256, P-384 or P-521");
	}
	if (X509_REQ_verify(csr, key) != 1)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "the CSR's own signature is wrong");
	return ZT_OK;
}

zt_status zt_csr_read(zt_view pem, zt_str *ret_spki, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(CSR_DER_MAX);
	if (zt_pem_next(&pem, "CERTIFICATE REQUEST", &der) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "there is no readable PEM certificate request in the text");
	const unsigned char *at = (const unsigned char *)der.p;
	ZT_CLEANUP(X509_REQ_freep) X509_REQ *csr = d2i_X509_REQ(NULL, &at, (long)der.n);
	if (!csr || at != (const unsigned char *)der.p + der.n)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "not a certificate signing request");
	TRY(check(csr, ret_error));
	unsigned char *bytes = NULL;
	int n = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(csr), &bytes);
	return zt_openssl_put_der(bytes, n, ret_spki);
}
