/* Inside x509: the extensions of each profile. */
#ifndef ZT_X509_EXTENSIONS_H
#define ZT_X509_EXTENSIONS_H

#include <openssl/x509.h>

#include "x509/issue.h"

/* Adds what spec's profile has. `issuer` is the CA's certificate or NULL. */
ZT_NODISCARD zt_status zt_extensions_put(X509 *cert, const X509 *issuer, const zt_issue_spec *spec,
					 zt_error *ret_error);

#endif
