/* Certificates for the registry's tests: those of tests/unit/x509/fixtures, and a CA that can sign proofs. */
#ifndef ZT_TESTS_UNIT_CLOUD_REGISTRY_CERTS_H
#define ZT_TESTS_UNIT_CLOUD_REGISTRY_CERTS_H

#include "fixture.h"

#include "cloud/registry/certificates.h"
#include "cloud/registry/policies.h"
#include "cloud/registry/things.h"
#include "x509/issue.h"
#include "x509/pem.h"

/* Of the fixtures' DER, by sha256sum. */
#define TENANT_CA "6d094a13e6744a2045dffbe90c60c4e810bd6f5f92f10a95ba54e84cca528296"
#define TENANT_CA_NEXT "7d04591299261dfdf4d791512de74163a04738fc2e1f6435a9a9ead9638f0c86"
#define DEVICE "1e488c886c6b4735357ce1a7ac55140b3c5b5a20d3ee1f5cdbefdd9220ad3e44"
#define DEVICE_NEXT "11423f055338867820e6c97148325054d4d450c73b1ab427605f232a9d177e80"
#define DEVICE_ARN ARN_PREFIX "cert/" DEVICE
#define DEVICE_NEXT_ARN ARN_PREFIX "cert/" DEVICE_NEXT

static inline zt_str pem_of(const char *name)
{
	zt_str path = ZT_STR(4096), pem = ZT_STR(65536);
	assert_ok(zt_str_printf(&path, "%s/tests/unit/x509/fixtures/%s.pem", ZT_SOURCE_DIR, name));
	assert_ok(zt_file_read(zt_str_text(&path), &pem, NULL));
	zt_str_free(&path);
	return pem;
}

static inline zt_str der_of(const char *name)
{
	zt_str pem = pem_of(name), der = ZT_STR(65536);
	zt_view rest = zt_str_view(&pem);
	assert_ok(zt_pem_next(&rest, "CERTIFICATE", &der));
	zt_str_free(&pem);
	return der;
}

/* Registers a CA of the fixtures, active, without proof. */
static inline zt_status register_ca(registry_fixture *f, const char *name, const zt_ca **ret)
{
	zt_str pem = pem_of(name);
	zt_ca_spec spec = {
		.pem = zt_str_view(&pem), .mode = ZT_MODE_SNI_ONLY, .active = true, .auto_registration = true
	};
	zt_status status = zt_txn_ca_register(f->txn, &spec, ret, &f->error);
	zt_str_free(&pem);
	return status;
}

static inline zt_status add_certificate(registry_fixture *f, const char *name, const char *ca_id, zt_cert_status status)
{
	const zt_certificate *certificate;
	zt_str der = der_of(name);
	zt_certificate_spec spec = { zt_str_view(&der), zt_view_of(ca_id), status, ZT_MODE_DEFAULT };
	zt_status result = zt_txn_certificate_add(f->txn, &spec, &certificate, &f->error);
	zt_str_free(&der);
	return result;
}

static inline zt_status create_policy(registry_fixture *f, const char *name)
{
	const zt_iot_policy *policy;
	zt_view document =
	    ZT_LIT("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\","
		   "\"Resource\":\"*\"}]}");
	return zt_txn_policy_create(f->txn, zt_view_of(name), document, &policy, &f->error);
}

/* Issues a certificate with this common name, valid for a day around the fixture's time; free it. An issuer without DER
 * makes it self-signed. */
static inline zt_str issue_at(zt_profile profile, const char *common_name, const zt_key *subject, zt_view issuer_der,
			      const zt_key *issuer, int64_t not_before_ms)
{
	zt_str spki = ZT_STR(4096), der = ZT_STR(ZT_CERT_DER_MAX), pem = ZT_STR(65536);
	zt_rdn name = { "CN", zt_view_of(common_name), false };
	assert_ok(zt_key_spki(subject, &spki));
	zt_issue_spec spec = {
		.profile = profile,
		.subject = &name,
		.subject_count = 1,
		.not_before_ms = not_before_ms,
		.not_after_ms = not_before_ms + 86400000,
		.spki = zt_str_view(&spki),
		.issuer_der = issuer_der,
		.issuer_key = issuer,
	};
	assert_ok(zt_certificate_issue(&spec, &der, NULL));
	assert_ok(zt_pem_put(zt_str_view(&der), "CERTIFICATE", &pem));
	zt_str_free(&spki);
	zt_str_free(&der);
	return pem;
}

#endif
