/* What a root of trust can show for itself: one row a format, p256 now, tpm2 when there is one. */
#ifndef ZT_ATTEST_EVIDENCE_H
#define ZT_ATTEST_EVIDENCE_H

#include <jansson.h>

#include "base/error.h"
#include "zerotouch/view.h"

typedef struct {
	zt_view guid, device_id, nonce;
	zt_view spki;          /* the key that the certificate is for, DER */
	const json_t *request; /* where the format's own members are */
} zt_evidence;

/* UnsupportedFormat. */
ZT_NODISCARD zt_status zt_evidence_known(zt_view format, zt_error *ret_error);
/* Whether the device's root of trust vouches for spki. InvalidRequest, InvalidEvidence, UnsupportedFormat. */
ZT_NODISCARD zt_status zt_evidence_check(zt_view format, const zt_evidence *evidence, zt_error *ret_error);

#endif
