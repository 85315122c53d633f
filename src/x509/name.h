/* Inside x509: writing names. */
#ifndef ZT_X509_NAME_H
#define ZT_X509_NAME_H

#include <openssl/x509.h>

#include "x509/issue.h"

/* Appends the RDNs. ZT_E_INVALID for a type that OpenSSL does not know, an empty value, or one that its string type
 * cannot hold. */
ZT_NODISCARD zt_status zt_name_put(X509_NAME *name, const zt_rdn *rdns, size_t count);

#endif
