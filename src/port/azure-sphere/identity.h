/* zt_identity of an Azure Sphere device: the certificate that the system keeps up to date behind
 * DeviceAuth_GetCertificatePath, read with wolfSSL. Its key never leaves the chip.
 *
 * The chip has one key at a time, which goes with the file, so a certificate of before is never shown again: while the
 * file cannot be read (ZT_E_INVALID) or is not there, connections go on and new ones wait. */
#ifndef ZT_PORT_AZURE_SPHERE_IDENTITY_H
#define ZT_PORT_AZURE_SPHERE_IDENTITY_H

#include <sys/stat.h>

#include "zerotouch/identity.h"

typedef struct {
	bool known;       /* the next two are about the file that `info` was read from */
	struct stat seen; /* when it was looked into last */
	uint64_t sum;     /* of its bytes */
	zt_identity_info info;
} zt_daa_identity;

/* The context of the seam is `identity`. wolfSSL_Init must have been called. */
zt_identity zt_daa_identity_seam(zt_daa_identity *identity);

#endif
