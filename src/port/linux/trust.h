/* Which roots verify a server. There is no way to do without. */
#ifndef ZT_PORT_LINUX_TRUST_H
#define ZT_PORT_LINUX_TRUST_H

#include <openssl/ssl.h>

#include "base/error.h"

/* Amazon Root CA 1 and 3, Starfield Services G2 and Starfield Class 2, PEM: together they verify both shapes of chain
 * that AWS's ATS endpoints send (AWS IoT, "Server authentication"). */
extern const char zt_aws_roots_pem[];

enum { ZT_TRUST_FILE_MAX = 1024 * 1024 };

/* The roots in a PEM file, or AWS's when it is NULL. ZT_E_CONFIG when there is no file, no certificate in it, or one
 * that is damaged. Free with X509_STORE_free. */
ZT_NODISCARD zt_status zt_trust_load(const char *ca_file, X509_STORE **ret, zt_error *ret_error);

#endif
