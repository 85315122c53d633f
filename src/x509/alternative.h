/* Inside x509: alternative names of subject and issuer. */
#ifndef ZT_X509_ALTERNATIVE_H
#define ZT_X509_ALTERNATIVE_H

#include <openssl/x509.h>

#include "x509/read.h"

/* Fills info->alternatives. Names that no policy variable can name, and text that holds a NUL or is no UTF-8, are
 * passed over; so is an extension that cannot be read. */
ZT_NODISCARD zt_status zt_alternatives_read(const X509 *cert, zt_cert_info *info);

#endif
