/* Who the device is at the moment: the short-lived certificate that it presents.
 *
 * The device library never sees keys or certificates; it knows what the certificate says and when another one has
 * taken its place. The transport presents the certificate itself. */
#ifndef ZEROTOUCH_IDENTITY_H
#define ZEROTOUCH_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "zerotouch/status.h"

enum { ZT_DEVICE_NAME_MAX = 128 }; /* a device id has 128 hex digits; an AWS client id at most 128 bytes */

typedef struct {
	char name[ZT_DEVICE_NAME_MAX + 1];   /* the certificate's common name: the device id */
	int64_t not_before_ms, not_after_ms; /* wall clock */
	uint32_t generation;                 /* another value means another certificate */
} zt_identity_info;

typedef struct {
	/* Describes the certificate that the next zt_transport.open will present. MUST be cheap (it is asked about once
	 * a second) and MUST answer from one consistent certificate and key, never from a half-replaced pair.
	 * ZT_E_NOT_FOUND: there is none yet. ZT_E_INVALID: there is one that cannot be read. */
	zt_status (*current)(void *context, zt_identity_info *ret);
	void *context;
} zt_identity;

/* When two thirds of the certificate's life have passed (wall clock): time to ask for the next one. */
int64_t zt_identity_renewal_ms(const zt_identity_info *info);

#endif
