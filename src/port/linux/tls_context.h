/* What a TLS client brings along: the roots that it trusts and the identity that it shows. */
#ifndef ZT_PORT_LINUX_TLS_CONTEXT_H
#define ZT_PORT_LINUX_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "base/error.h"
#include "zerotouch/view.h"

/* TLS 1.2 and 1.3, the server always verified against `roots` (NULL: nobody is trusted). Shows no certificate. Free
 * with SSL_CTX_free. */
ZT_NODISCARD zt_status zt_tls_context_new(X509_STORE *roots, SSL_CTX **ret, zt_error *ret_error);
/* Makes it show a certificate (PEM, leaf first) and prove it with its key. ZT_E_CREDENTIALS when one of the
 * certificates cannot be read, or the key is another's; the context is of no use then. */
ZT_NODISCARD zt_status zt_tls_context_show(SSL_CTX *context, zt_view certificates_pem, EVP_PKEY *key,
					   zt_error *ret_error);
/* Appends the first reason of OpenSSL's error queue to the error's text, and empties the queue. */
zt_status zt_tls_error(zt_error *ret_error, zt_status status, const char *what);

#endif
