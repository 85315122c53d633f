/* The three certificates that the authority makes, in AS3's profiles. Inside the authority. */
#ifndef ZT_ATTEST_CERTIFICATES_H
#define ZT_ATTEST_CERTIFICATES_H

#include "attest/authority.h"

/* A CA for this tenant with a fresh P-384 key, good for 730 days from now; deinit it. Its `active` is false. */
ZT_NODISCARD zt_status zt_make_ca(const zt_authority *a, zt_view guid, zt_ca_record *ret, zt_error *ret_error);
/* DER over a fresh key that nobody keeps, from five minutes ago for an hour and five minutes. */
ZT_NODISCARD zt_status zt_make_proof(const zt_authority *a, const zt_ca_record *ca, zt_view code, zt_str *ret_der,
				     zt_error *ret_error);
/* DER over the device's key, for 24 hours from five minutes ago. */
ZT_NODISCARD zt_status zt_make_device_certificate(const zt_authority *a, const zt_ca_record *ca, zt_view device_id,
						  zt_view spki, zt_str *ret_der, zt_error *ret_error);

#endif
