/* The authority without its ports: tenants, their CAs, and certificates for devices that prove their root of trust.
 *
 * Errors that a client is told carry one of the codes of docs/contracts.md in zt_error.code; an error without a code is
 * ours and stays in the log. Names: a GUID is 36 lower-case characters, a device id 128 lower-case hex digits; whoever
 * calls has checked them. One thread. */
#ifndef ZT_ATTEST_AUTHORITY_H
#define ZT_ATTEST_AUTHORITY_H

#include <jansson.h>

#include "attest/nonces.h"
#include "attest/store.h"

typedef struct {
	zt_attest_store *store; /* borrowed */
	zt_nonces *nonces;      /* borrowed */
	zt_clock clock;
	int64_t nonce_life_ms;
	bool key_identifiers; /* certificates get SKI and AKI, which AS3's do not have */
} zt_authority;

/* A new tenant and its CA: *ret_ca is the CA's PEM. TenantExists. */
ZT_NODISCARD zt_status zt_tenant_create(const zt_authority *a, zt_view guid, zt_str *ret_ca, zt_error *ret_error);
/* UnknownTenant. */
ZT_NODISCARD zt_status zt_tenant_find(const zt_authority *a, zt_view guid, zt_error *ret_error);
/* The CA that comes after the active one, made when none is waiting; with `activate` it becomes the active one. AS3
 * makes it 90 days before the end and lets it sign 45 days later. UnknownTenant, TooManyCaCertificates. */
ZT_NODISCARD zt_status zt_tenant_rollover(const zt_authority *a, zt_view guid, bool activate, zt_str *ret_ca,
					  zt_error *ret_error);
/* {"tenant","claimed","caCertificates":[{"certificate","status","notAfter"}]}, a new reference. UnknownTenant. */
ZT_NODISCARD zt_status zt_tenant_describe(const zt_authority *a, zt_view guid, json_t **ret, zt_error *ret_error);

/* AS3's proof of possession, PEM. ca_id empty: the active CA. UnknownTenant, UnknownCaCertificate, InvalidRequest. */
ZT_NODISCARD zt_status zt_tenant_proof(const zt_authority *a, zt_view guid, zt_view code, zt_view ca_id,
				       zt_str *ret_proof, zt_error *ret_error);

/* UnknownTenant, UnclaimedDevice, TooManyRequests. */
ZT_NODISCARD zt_status zt_device_challenge(const zt_authority *a, zt_view guid, zt_view device_id,
					   uint8_t ret_nonce[ZT_NONCE_BYTES], int64_t *ret_expires_ms,
					   zt_error *ret_error);

typedef struct {
	char device_id[129], serial[48];
	zt_str certificate, ca; /* PEM, owned */
	int64_t not_after_ms;
} zt_device_certificate;

void zt_device_certificate_deinit(zt_device_certificate *certificate);
/* `request` is the JSON object that the device sent; its nonce is used up. UnknownTenant, InvalidRequest,
 * UnsupportedFormat, InvalidNonce, InvalidEvidence, UnclaimedDevice. */
ZT_NODISCARD zt_status zt_device_certify(const zt_authority *a, zt_view guid, const json_t *request,
					 zt_device_certificate *ret, zt_error *ret_error);

#endif
