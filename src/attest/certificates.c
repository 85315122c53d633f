#include "attest/certificates.h"

#include "base/digest.h"
#include "x509/issue.h"
#include "x509/read.h"

#define MINUTE_MS (60 * 1000LL)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define CA_LIFE_MS (730 * DAY_MS)
#define PROOF_LIFE_MS (60 * MINUTE_MS)
#define DEVICE_LIFE_MS DAY_MS
/* Whoever's clock runs behind by this much still accepts what was issued a moment ago. */
#define BACKDATE_MS (5 * MINUTE_MS)

enum { SPKI_MAX = 1024, KEY_PEM_MAX = 4096 };

/* Certificates know whole seconds. */
static int64_t now_seconds_ms(const zt_authority *a)
{
	return zt_clock_wall_ms(&a->clock) / 1000 * 1000;
}

static zt_status issue_over(zt_issue_spec spec, const zt_key *key, zt_str *ret_der, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(SPKI_MAX);
	TRY(zt_key_spki(key, &spki));
	spec.spki = zt_str_view(&spki);
	return zt_certificate_issue(&spec, ret_der, ret_error);
}

/* Signed by a policy CA that exists for this one signature: what AS3 keeps above its tenants is nobody's trust anchor
 * here. */
static zt_status issue_ca(const zt_authority *a, zt_view guid, const zt_key *key, zt_ca_record *ca, zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *policy = NULL;
	ZT_CLEANUP(zt_str_free) zt_str common_name = ZT_STR(64);
	const zt_rdn issuer[] = { { "C", ZT_LIT("US"), false },
				  { "O", ZT_LIT("Microsoft Corporation"), false },
				  { "CN", ZT_LIT("Azure Sphere Policy CA 2022"), false } };
	TRY(zt_str_printf(&common_name, "Microsoft Azure Sphere %.*s", ZT_PRI(guid)));
	const zt_rdn subject[] = { { "C", ZT_LIT("US"), false },
				   { "ST", ZT_LIT("Washington"), false },
				   { "L", ZT_LIT("Redmond"), false },
				   { "O", ZT_LIT("Microsoft Corporation"), false },
				   { "CN", zt_str_view(&common_name), false } };
	TRY(zt_key_new(ZT_KEY_P384, &policy, ret_error));
	const int64_t now = now_seconds_ms(a);
	ca->not_after_ms = now + CA_LIFE_MS;
	const zt_issue_spec spec = { .profile = ZT_PROFILE_TENANT_CA,
				     .subject = subject,
				     .subject_count = ZT_COUNT(subject),
				     .issuer = issuer,
				     .issuer_count = ZT_COUNT(issuer),
				     .not_before_ms = now,
				     .not_after_ms = ca->not_after_ms,
				     .issuer_key = policy,
				     .key_identifiers = a->key_identifiers };
	return issue_over(spec, key, &ca->der, ret_error);
}

zt_status zt_make_ca(const zt_authority *a, zt_view guid, zt_ca_record *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	ZT_CLEANUP(zt_ca_record_deinit)
	zt_ca_record ca = { .der = ZT_STR(ZT_CERT_DER_MAX), .key_pem = ZT_STR(KEY_PEM_MAX) };
	TRY(zt_key_new(ZT_KEY_P384, &key, ret_error));
	TRY(issue_ca(a, guid, key, &ca, ret_error));
	TRY(zt_key_write_pem(key, &ca.key_pem, ret_error));
	zt_sha256_hex_of(zt_str_view(&ca.der), ca.id);
	*ret = ca;
	ca = (zt_ca_record){ 0 };
	return ZT_OK;
}

static zt_status issue_under(const zt_authority *a, const zt_ca_record *ca, zt_issue_spec spec, zt_str *ret_der,
			     zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *ca_key = NULL;
	TRY(zt_key_read_pem(zt_str_view(&ca->key_pem), &ca_key, ret_error));
	if (now_seconds_ms(a) >= ca->not_after_ms)
		return zt_error_set(ret_error, ZT_E_EXPIRED, "the tenant's CA has expired; roll it over");
	spec.issuer_der = zt_str_view(&ca->der);
	spec.issuer_key = ca_key;
	return zt_certificate_issue(&spec, ret_der, ret_error);
}

zt_status zt_make_proof(const zt_authority *a, const zt_ca_record *ca, zt_view code, zt_str *ret_der,
			zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *fresh = NULL;
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(SPKI_MAX);
	const zt_rdn subject = { "CN", code, false };
	const int64_t now = now_seconds_ms(a);
	TRY(zt_key_new(ZT_KEY_P384, &fresh, ret_error));
	TRY(zt_key_spki(fresh, &spki));
	const zt_issue_spec spec = { .profile = ZT_PROFILE_PROOF,
				     .subject = &subject,
				     .subject_count = 1,
				     .not_before_ms = now - BACKDATE_MS,
				     .not_after_ms = now + PROOF_LIFE_MS,
				     .spki = zt_str_view(&spki) };
	return issue_under(a, ca, spec, ret_der, ret_error);
}

zt_status zt_make_device_certificate(const zt_authority *a, const zt_ca_record *ca, zt_view device_id, zt_view spki,
				     zt_str *ret_der, zt_error *ret_error)
{
	const zt_rdn subject = { "CN", device_id, false };
	const int64_t begin = now_seconds_ms(a) - BACKDATE_MS, end = begin + DEVICE_LIFE_MS;
	const zt_issue_spec spec = { .profile = ZT_PROFILE_DEVICE,
				     .subject = &subject,
				     .subject_count = 1,
				     .not_before_ms = begin,
				     .not_after_ms = end < ca->not_after_ms ? end : ca->not_after_ms,
				     .spki = spki,
				     .key_identifiers = a->key_identifiers };
	return issue_under(a, ca, spec, ret_der, ret_error);
}
