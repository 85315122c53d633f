/* Between read.c and its two bodies; nobody else includes it. */
#ifndef ZT_X509_READ_BODY_H
#define ZT_X509_READ_BODY_H

#include <time.h>

#include "x509/read.h"

/* The body: fills everything but the id. Half-filled info is the caller's to free. */
ZT_NODISCARD zt_status zt_cert_parse(zt_view der, zt_cert_info *info, zt_error *ret_error);

/* The hash of the Name's DER. */
void zt_dn_set_hash(zt_dn *name, zt_view name_der);
/* One attribute: contents of its OID, universal tag and contents of its value. Attributes that no policy variable
 * names are passed over; text that cannot be UTF-8 or holds a NUL is ZT_E_INVALID. */
ZT_NODISCARD zt_status zt_dn_add(zt_dn *name, zt_view oid, int tag, zt_view value, zt_error *ret_error);
/* Contents of the INTEGER. */
ZT_NODISCARD zt_status zt_cert_set_serial(zt_cert_info *info, zt_view content, zt_error *ret_error);

#endif
