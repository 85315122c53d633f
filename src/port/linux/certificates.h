/* The certificates in a PEM text, one after the other. */
#ifndef ZT_PORT_LINUX_CERTIFICATES_H
#define ZT_PORT_LINUX_CERTIFICATES_H

#include <openssl/ssl.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

/* Takes the next certificate from *pem. ZT_E_NOT_FOUND when there is none left, ZT_E_INVALID when it is damaged or cut
 * off. Free with X509_free. */
ZT_NODISCARD zt_status zt_certificates_next(zt_view *pem, X509 **ret);

#endif
