#include "attest/evidence.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/json.h"
#include "x509/issue.h"

enum { SIGNATURE_MAX = 80 }; /* DER of two 32-byte integers has at most 72 bytes */

/* docs/contracts.md: the root key signs SHA-256("zerotouch-attest-v1", guid, nonce, SHA-256(SPKI)). */
static void p256_digest(const zt_evidence *evidence, zt_sha256 *ret)
{
	zt_sha256 key;
	zt_sha256_of(&evidence->spki, 1, &key);
	const zt_view pieces[] = {
		ZT_LIT("zerotouch-attest-v1"), evidence->guid, evidence->nonce, { key.bytes, sizeof key.bytes }
	};
	zt_sha256_of(pieces, ZT_COUNT(pieces), ret);
}

static zt_status check_p256(const zt_evidence *evidence, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str signature = ZT_STR(SIGNATURE_MAX);
	zt_sha256 digest;
	if (zt_base64_decode(zt_json_view(evidence->request, "signature"), &signature) != ZT_OK || signature.n == 0)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
				      "signature is no base64 of a DER signature");
	if (zt_device_id_owns(evidence->device_id, evidence->spki))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
				      "the CSR's key is the root key; make a fresh one for TLS");
	p256_digest(evidence, &digest);
	if (!zt_device_id_verify(evidence->device_id, digest.bytes, zt_str_view(&signature)))
		return zt_error_coded(ret_error, ZT_E_DENIED, "InvalidEvidence",
				      "the signature is not the root key's over this nonce, tenant and CSR");
	return ZT_OK;
}

static const struct {
	zt_view format;
	zt_status (*check)(const zt_evidence *evidence, zt_error *ret_error);
} formats[] = {
	{ ZT_LIT_INIT("p256"), check_p256 },
};

static size_t index_of(zt_view format)
{
	size_t i = 0;
	while (i < ZT_COUNT(formats) && !zt_view_equal(formats[i].format, format))
		i++;
	return i;
}

static zt_status unsupported(zt_view format, zt_error *ret_error)
{
	return zt_error_coded(ret_error, ZT_E_UNSUPPORTED, "UnsupportedFormat",
			      "no evidence of the format '%.*s' is known", ZT_PRI(format));
}

zt_status zt_evidence_known(zt_view format, zt_error *ret_error)
{
	return index_of(format) < ZT_COUNT(formats) ? ZT_OK : unsupported(format, ret_error);
}

zt_status zt_evidence_check(zt_view format, const zt_evidence *evidence, zt_error *ret_error)
{
	size_t i = index_of(format);
	return i < ZT_COUNT(formats) ? formats[i].check(evidence, ret_error) : unsupported(format, ret_error);
}
