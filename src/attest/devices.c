#include "attest/authority.h"
#include "attest/certificates.h"
#include "attest/evidence.h"
#include "base/codec.h"
#include "base/json.h"
#include "x509/issue.h"
#include "x509/pem.h"
#include "x509/read.h"

enum { PEM_MAX = 64 * 1024, SPKI_MAX = 4096 };

/* What has expired is remembered for a week, for whoever looks into yesterday's trouble. */
#define REMEMBER_MS (7 * 24 * 3600 * 1000LL)

void zt_device_certificate_deinit(zt_device_certificate *certificate)
{
	zt_str_free(&certificate->certificate);
	zt_str_free(&certificate->ca);
}

static zt_status require_claim(const zt_authority *a, zt_view guid, zt_view device_id, zt_error *ret_error)
{
	bool claimed = false;
	TRY(zt_attest_store_is_claimed(a->store, guid, device_id, &claimed, ret_error));
	if (!claimed)
		return zt_error_coded(
		    ret_error, ZT_E_DENIED, "UnclaimedDevice",
		    "the device is not claimed into this tenant; claim it with 'zerotouch tenant claim'");
	return ZT_OK;
}

zt_status zt_device_challenge(const zt_authority *a, zt_view guid, zt_view device_id, uint8_t ret_nonce[ZT_NONCE_BYTES],
			      int64_t *ret_expires_ms, zt_error *ret_error)
{
	TRY(zt_tenant_find(a, guid, ret_error));
	TRY(require_claim(a, guid, device_id, ret_error));
	zt_status status = zt_nonces_make(a->nonces, guid, device_id, ret_nonce);
	if (status == ZT_E_THROTTLED)
		return zt_error_coded(ret_error, status, "TooManyRequests",
				      "too many challenges are open; try again in a minute");
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "no challenge can be made: %s", zt_status_text(status));
	*ret_expires_ms = zt_clock_wall_ms(&a->clock) + a->nonce_life_ms;
	return ZT_OK;
}

/* From here on the nonce is gone, whatever else is wrong with the request. */
static zt_status take_nonce(const zt_authority *a, zt_view guid, const json_t *request, zt_str *ret_nonce,
			    char ret_device_id[129], zt_error *ret_error)
{
	if (zt_base64_decode(zt_json_view(request, "nonce"), ret_nonce) != ZT_OK || ret_nonce->n != ZT_NONCE_BYTES)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest", "nonce is no base64 of 32 bytes");
	if (!zt_nonces_take(a->nonces, guid, zt_str_view(ret_nonce), ret_device_id))
		return zt_error_coded(
		    ret_error, ZT_E_DENIED, "InvalidNonce",
		    "the nonce is unknown, used, expired or of another tenant; ask for a new challenge");
	return ZT_OK;
}

static zt_status read_csr(const json_t *request, zt_str *ret_spki, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_status status = zt_csr_read(zt_json_view(request, "csr"), ret_spki, &cause);
	if (status == ZT_E_INVALID || status == ZT_E_LIMIT)
		return zt_error_coded(ret_error, status, "InvalidRequest", "csr: %s", cause.text);
	if (status != ZT_OK && ret_error)
		*ret_error = cause;
	return status;
}

/* The certificate is on record before anybody sees it. */
static zt_status record(const zt_authority *a, zt_view guid, const zt_ca_record *ca, zt_view der,
			zt_device_certificate *made, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(zt_cert_read(der, &info, ret_error));
	const int64_t now = zt_clock_wall_ms(&a->clock);
	made->not_after_ms = info->not_after_ms;
	TRY(zt_text_copy(made->serial, sizeof made->serial, zt_view_of(info->serial_hex)));
	const zt_issued_record row = { .serial = zt_view_of(info->serial_hex),
				       .guid = guid,
				       .device_id = zt_view_of(made->device_id),
				       .ca_id = zt_view_of(ca->id),
				       .issued_ms = now,
				       .not_after_ms = info->not_after_ms };
	return zt_attest_store_issued_add(a->store, &row, now - REMEMBER_MS, ret_error);
}

static zt_status issue(const zt_authority *a, zt_view guid, zt_view spki, zt_device_certificate *made,
		       zt_error *ret_error)
{
	ZT_CLEANUP(zt_ca_record_deinit) zt_ca_record ca = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	TRY(zt_attest_store_ca_read(a->store, guid, ZT_VIEW_EMPTY, &ca, ret_error));
	TRY(zt_make_device_certificate(a, &ca, zt_view_of(made->device_id), spki, &der, ret_error));
	TRY(record(a, guid, &ca, zt_str_view(&der), made, ret_error));
	TRY(zt_pem_put(zt_str_view(&der), "CERTIFICATE", &made->certificate));
	return zt_pem_put(zt_str_view(&ca.der), "CERTIFICATE", &made->ca);
}

zt_status zt_device_certify(const zt_authority *a, zt_view guid, const json_t *request, zt_device_certificate *ret,
			    zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str nonce = ZT_STR(ZT_NONCE_BYTES), spki = ZT_STR(SPKI_MAX);
	ZT_CLEANUP(zt_device_certificate_deinit)
	zt_device_certificate made = { .certificate = ZT_STR(PEM_MAX), .ca = ZT_STR(PEM_MAX) };
	zt_view format = zt_json_view(request, "format");
	TRY(zt_tenant_find(a, guid, ret_error));
	TRY(zt_evidence_known(format, ret_error));
	TRY(take_nonce(a, guid, request, &nonce, made.device_id, ret_error));
	TRY(read_csr(request, &spki, ret_error));
	const zt_evidence evidence = { .guid = guid,
				       .device_id = zt_view_of(made.device_id),
				       .nonce = zt_str_view(&nonce),
				       .spki = zt_str_view(&spki),
				       .request = request };
	TRY(zt_evidence_check(format, &evidence, ret_error));
	TRY(require_claim(a, guid, zt_view_of(made.device_id), ret_error));
	TRY(issue(a, guid, zt_str_view(&spki), &made, ret_error));
	*ret = made;
	made = (zt_device_certificate){ 0 };
	return ZT_OK;
}
