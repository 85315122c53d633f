/* PEM armour (RFC 7468) around DER, without an X.509 library. */
#ifndef ZT_X509_PEM_H
#define ZT_X509_PEM_H

#include "base/str.h"

/* Takes the next block with this label ("CERTIFICATE") from *pem and appends its DER to *der. Text between blocks is
 * skipped, CRLF is fine. ZT_E_NOT_FOUND when there is none left, ZT_E_INVALID when one is cut off or no base64. */
ZT_NODISCARD zt_status zt_pem_next(zt_view *pem, const char *label, zt_str *der);
/* Appends one block, lines of 64 characters. */
ZT_NODISCARD zt_status zt_pem_put(zt_view der, const char *label, zt_str *out);

#endif
