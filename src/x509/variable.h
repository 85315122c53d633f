/* What a certificate gives to policy variables and condition keys (AWS IoT, "X.509 certificate policy variables"). */
#ifndef ZT_X509_VARIABLE_H
#define ZT_X509_VARIABLE_H

#include "x509/read.h"

/* Value `index` of what stands behind "iot:Certificate." in a variable's name, without case: "SerialNumber" (decimal),
 * "Subject.CommonName", "Issuer.Organization" (special characters behind a backslash),
 * "Subject.AlternativeName.DNSName", "AvailableKeys" (the full names of all that have a value; whether AWS writes them
 * in full is unconfirmed). False when the certificate has none. Borrowed. */
bool zt_cert_variable(const zt_cert_info *info, zt_view name, size_t index, zt_view *ret);

#endif
