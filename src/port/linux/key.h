/* A private key that OpenSSL finds: in a file, behind a provider, or in a PKCS#11 token. */
#ifndef ZT_PORT_LINUX_KEY_H
#define ZT_PORT_LINUX_KEY_H

#include <openssl/evp.h>

#include "base/error.h"
#include "zerotouch/view.h"

/* Whether `key` is a URI ("pkcs11:token=…", "handle:0x81000000") and not a path. */
bool zt_key_is_uri(const char *key);
/* Asks OpenSSL's providers (OPENSSL_CONF names them), and for "pkcs11:" without one the PKCS#11 engine (its module:
 * PKCS11_MODULE_PATH). A PIN comes from the URI's pin-source (RFC 7512 §2.4); one in the URI itself is ZT_E_CONFIG,
 * since everybody can read it there. Nobody is prompted. Asks once: tokens lock themselves after a few wrong PINs.
 * ZT_E_CREDENTIALS, also when it does not sign. From one thread at a time. Free with EVP_PKEY_free. */
ZT_NODISCARD zt_status zt_key_load(const char *uri, EVP_PKEY **ret, zt_error *ret_error);

/* A key in PEM, of any kind that OpenSSL's providers know: PKCS#8, the traditional forms, "TSS2 PRIVATE KEY". Nobody is
 * asked for a pass phrase: an encrypted one is ZT_E_CREDENTIALS. Free with EVP_PKEY_free. */
ZT_NODISCARD zt_status zt_key_decode(zt_view pem, EVP_PKEY **ret, zt_error *ret_error);

#endif
