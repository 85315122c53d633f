/* What a certificate gives to policy variables and condition keys (AWS IoT, "X.509 certificate policy variables"). */
#ifndef ZT_X509_VARIABLE_H
#define ZT_X509_VARIABLE_H

#include "x509/read.h"

/* Value `index` of what stands behind "iot:Certificate." in a variable's name: "SerialNumber", "Subject.CommonName",
 * "Issuer.Organization", without case. False when the certificate has none. Borrowed. */
bool zt_cert_variable(const zt_cert_info *info, zt_view name, size_t index, zt_view *ret);

#endif
