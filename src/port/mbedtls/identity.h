/* zt_identity from a certificate and its key in memory, PEM, as a microcontroller keeps them in flash. */
#ifndef ZT_PORT_MBEDTLS_IDENTITY_H
#define ZT_PORT_MBEDTLS_IDENTITY_H

#include "zerotouch/identity.h"

/* Zeroed: there is none yet. */
typedef struct {
	const char *certificate, *key; /* borrowed */
	zt_identity_info info;
} zt_mbedtls_identity;

/* Takes a certificate (leaf first, then what the server may need to know of its issuers) and its key into use; texts
 * that end with a NUL and stay as they are until others are set. The next connection shows them. ZT_E_INVALID when one
 * cannot be read or they do not belong together: what was set before stays. */
ZT_NODISCARD zt_status zt_mbedtls_identity_set(zt_mbedtls_identity *identity, const char *certificate, const char *key);
/* The context of the seam is `identity`. */
zt_identity zt_mbedtls_identity_seam(zt_mbedtls_identity *identity);

#endif
