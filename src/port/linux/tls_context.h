/* What a TLS client brings along: the roots that it trusts and the identity that it shows. */
#ifndef ZT_PORT_LINUX_TLS_CONTEXT_H
#define ZT_PORT_LINUX_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "base/error.h"

/* TLS 1.2 and 1.3, the server always verified against `roots`. With a certificate (PEM, leaf first) and key file the
 * client can authenticate; both NULL: it cannot. ZT_E_CREDENTIALS when the files cannot be read or do not belong
 * together, also after a look or two more in case they were just being replaced. Free with SSL_CTX_free. */
ZT_NODISCARD zt_status zt_tls_context_new(X509_STORE *roots, const char *certificate_file, const char *key_file,
					  SSL_CTX **ret, zt_error *ret_error);
/* The same with a key that is not in a file (port/linux/key.h); borrowed. */
ZT_NODISCARD zt_status zt_tls_context_new_keyed(X509_STORE *roots, const char *certificate_file, EVP_PKEY *key,
						SSL_CTX **ret, zt_error *ret_error);
/* Appends the first reason of OpenSSL's error queue to the error's text, and empties the queue. */
zt_status zt_tls_error(zt_error *ret_error, zt_status status, const char *what);

#endif
