/* Inside x509: the few words that every OpenSSL body needs. */
#ifndef ZT_X509_OPENSSL_H
#define ZT_X509_OPENSSL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/error.h"
#include "base/str.h"

ZT_DEFINE_CLEANUP(X509, X509_free)
ZT_DEFINE_CLEANUP(X509_REQ, X509_REQ_free)
ZT_DEFINE_CLEANUP(X509_NAME, X509_NAME_free)
ZT_DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free)
ZT_DEFINE_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

struct zt_key {
	EVP_PKEY *pkey;
};

/* Fills the error with `what` and OpenSSL's newest reason, and empties OpenSSL's queue. */
zt_status zt_openssl_error(zt_error *ret_error, zt_status status, const char *what);
/* One certificate and nothing behind it, or NULL. Free with X509_free. */
X509 *zt_openssl_certificate(zt_view der);
/* Whether it is an EC key on the curve of this name ("prime256v1", "secp384r1", "secp521r1"). */
bool zt_openssl_on_curve(const EVP_PKEY *key, zt_view curve);
/* A public key that AWS takes: RSA from 2048 bits on, P-256, P-384, P-521 (AWS IoT, "X.509 client certificates"). */
bool zt_openssl_key_accepted(const EVP_PKEY *key);
/* Appends the `n` bytes that one of OpenSSL's i2d functions has allocated, wipes and frees them; n < 0: it has failed.
 */
ZT_NODISCARD zt_status zt_openssl_put_der(unsigned char *der, int n, zt_str *out);
/* The digest that goes with a signing key: SHA-384 for P-384, SHA-256 otherwise. */
const EVP_MD *zt_openssl_digest_for(const EVP_PKEY *key);

#endif
