/* RegisterCACertificate: what is accepted, and what is refused with which exception. */
#include "certs.h"

typedef struct {
	zt_key *key;
	zt_str pem, der;
} test_ca;

static void ca_make(test_ca *ca, const char *name)
{
	assert_ok(zt_key_new(ZT_KEY_P384, &ca->key, NULL));
	ca->pem = issue_at(ZT_PROFILE_TENANT_CA, name, ca->key, ZT_VIEW_EMPTY, ca->key, fixture_start_ms - 1000);
	ca->der = ZT_STR(65536);
	zt_view rest = zt_str_view(&ca->pem);
	assert_ok(zt_pem_next(&rest, "CERTIFICATE", &ca->der));
}

static void ca_free(test_ca *ca)
{
	zt_key_free(ca->key);
	zt_str_free(&ca->pem);
	zt_str_free(&ca->der);
}

static zt_str proof_at(const test_ca *ca, const char *code, int64_t not_before_ms)
{
	zt_key *key;
	assert_ok(zt_key_new(ZT_KEY_P256, &key, NULL));
	zt_str pem = issue_at(ZT_PROFILE_PROOF, code, key, zt_str_view(&ca->der), ca->key, not_before_ms);
	zt_key_free(key);
	return pem;
}

static zt_status register_with(registry_fixture *f, const test_ca *ca, zt_str proof, const zt_ca **ret)
{
	zt_ca_spec spec = { .pem = zt_str_view(&ca->pem), .verification_pem = zt_str_view(&proof), .active = true };
	zt_status status = zt_txn_ca_register(f->txn, &spec, ret, &f->error);
	zt_str_free(&proof);
	return status;
}

static const char *code_of(registry_fixture *f)
{
	const char *code;
	assert_ok(zt_txn_registration_code(f->txn, &code, &f->error));
	return code;
}

static void the_code_is_64_hex_digits_and_stays(void **state)
{
	registry_fixture *f = *state;
	char code[65];
	assert_null(zt_registry_registration_code(f->registry));
	begin(f);
	memcpy(code, code_of(f), sizeof code);
	assert_int_equal(strspn(code, "0123456789abcdef"), 64);
	reload(f);
	begin(f);
	assert_string_equal(code_of(f), code);
	assert_string_equal(zt_registry_registration_code(f->registry), code);
	assert_ok(zt_txn_registration_code_delete(f->txn, &f->error));
	assert_null(zt_registry_registration_code(f->registry));
	assert_string_not_equal(code_of(f), code);
	assert_ok(zt_txn_registration_code_delete(f->txn, &f->error));
	assert_refused(f, zt_txn_registration_code_delete(f->txn, &f->error), "ResourceNotFoundException", 404, "code");
}

static void a_proven_ca_is_registered_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca = NULL;
	char id[65];
	test_ca mine = { 0 };
	ca_make(&mine, "Proven");
	begin(f);
	assert_ok(register_with(f, &mine, proof_at(&mine, code_of(f), fixture_start_ms - 1000), &ca));
	memcpy(id, ca->id, sizeof id);
	reload(f);
	ca = zt_registry_ca(f->registry, zt_view_of(id));
	assert_non_null(ca);
	assert_true(ca->active);
	assert_false(ca->auto_registration);
	assert_int_equal(ca->mode, ZT_MODE_DEFAULT);
	assert_int_equal(ca->customer_version, 1);
	assert_int_equal(ca->created_ms, fixture_start_ms);
	assert_int_equal(ca->not_after_ms, fixture_start_ms - 1000 + 86400000);
	assert_string_equal(ca->pem, zt_str_text(&mine.pem));
	assert_int_equal(strlen(ca->generation_id), 36);
	assert_null(ca->registration.role_arn);
	ca_free(&mine);
}

static void a_wrong_code_is_refused(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca = NULL;
	test_ca mine = { 0 };
	ca_make(&mine, "Mine");
	begin(f);
	/* Before any code was asked for, none is right. */
	assert_refused(f, register_with(f, &mine, proof_at(&mine, "any", fixture_start_ms), &ca),
		       "RegistrationCodeValidationException", 400, "registration code");
	char code[65];
	memcpy(code, code_of(f), sizeof code);
	code[63] = code[63] == '0' ? '1' : '0';
	assert_refused(f, register_with(f, &mine, proof_at(&mine, code, fixture_start_ms), &ca),
		       "RegistrationCodeValidationException", 400, "registration code");
	assert_null(ca);
	ca_free(&mine);
}

static void a_proof_of_another_key_is_refused(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca = NULL;
	test_ca mine = { 0 }, other = { 0 };
	ca_make(&mine, "Same name");
	ca_make(&other, "Same name");
	begin(f);
	assert_refused(f, register_with(f, &mine, proof_at(&other, code_of(f), fixture_start_ms), &ca),
		       "CertificateValidationException", 400, "not signed by");
	ca_free(&mine);
	ca_free(&other);
}

static void a_proof_outside_its_dates_is_refused(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca = NULL;
	test_ca mine = { 0 };
	ca_make(&mine, "Mine");
	begin(f);
	assert_refused(f, register_with(f, &mine, proof_at(&mine, code_of(f), fixture_start_ms + 1000), &ca),
		       "CertificateValidationException", 400,
		       "verificationCertificate is not valid before 2025-01-31T12:00:01Z");
	assert_refused(f, register_with(f, &mine, proof_at(&mine, code_of(f), fixture_start_ms - 86401000), &ca),
		       "CertificateValidationException", 400,
		       "verificationCertificate has expired at 2025-01-31T11:59:59Z");
	ca_free(&mine);
}

static zt_status register_pem(registry_fixture *f, zt_view pem, zt_view proof, zt_cert_mode mode)
{
	const zt_ca *ca;
	zt_ca_spec spec = { .pem = pem, .verification_pem = proof, .mode = mode };
	return zt_txn_ca_register(f->txn, &spec, &ca, &f->error);
}

static void the_mode_tells_whether_a_proof_is_needed(void **state)
{
	registry_fixture *f = *state;
	zt_str pem = pem_of("tenant-ca"), proof = pem_of("proof");
	begin(f);
	assert_refused(f, register_pem(f, zt_str_view(&pem), ZT_VIEW_EMPTY, ZT_MODE_DEFAULT), "InvalidRequestException",
		       400, "required");
	assert_refused(f, register_pem(f, zt_str_view(&pem), zt_str_view(&proof), ZT_MODE_SNI_ONLY),
		       "InvalidRequestException", 400, "must be empty");
	assert_ok(register_pem(f, zt_str_view(&pem), ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY));
	assert_int_equal(zt_registry_ca(f->registry, ZT_LIT(TENANT_CA))->mode, ZT_MODE_SNI_ONLY);
	zt_str_free(&pem);
	zt_str_free(&proof);
}

static void what_is_no_ca_is_refused(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca;
	begin(f);
	assert_refused(f, register_ca(f, "device", &ca), "CertificateValidationException", 400, "no CA certificate");
	assert_refused(f, register_ca(f, "ca-may-not-sign", &ca), "CertificateValidationException", 400,
		       "no CA certificate");
	assert_refused(f, register_ca(f, "ca-rsa-1024", &ca), "CertificateValidationException", 400, "not accepted");
	assert_ok(register_ca(f, "ca-rsa-2048", &ca));
}

static void broken_pem_is_refused(void **state)
{
	registry_fixture *f = *state;
	zt_str pem = pem_of("tenant-ca");
	zt_view whole = zt_str_view(&pem);
	begin(f);
	assert_refused(f, register_pem(f, ZT_VIEW_EMPTY, ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY),
		       "CertificateValidationException", 400, "PEM");
	assert_refused(f, register_pem(f, ZT_LIT("hello"), ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY),
		       "CertificateValidationException", 400, "PEM");
	whole.n /= 2;
	assert_refused(f, register_pem(f, whole, ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY), "CertificateValidationException",
		       400, "cut off");
	zt_view no_certificate = ZT_LIT("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	assert_refused(f, register_pem(f, no_certificate, ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY),
		       "CertificateValidationException", 400, "caCertificate cannot be read");
	zt_str_free(&pem);
}

static void a_ca_outside_its_dates_is_refused(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca;
	begin(f);
	f->now_ms = 1684248899999; /* a millisecond before 2023-05-16T14:55:00Z */
	assert_refused(f, register_ca(f, "tenant-ca", &ca), "CertificateValidationException", 400,
		       "2023-05-16T14:55:00Z");
	f->now_ms = 1747320900001; /* a millisecond behind 2025-05-15T14:55:00Z */
	assert_refused(f, register_ca(f, "tenant-ca", &ca), "CertificateValidationException", 400,
		       "expired at 2025-05-15T14:55:00Z");
}

static void a_registered_ca_exists(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca;
	begin(f);
	assert_ok(register_ca(f, "tenant-ca", &ca));
	assert_string_equal(ca->id, TENANT_CA);
	assert_refused(f, register_ca(f, "tenant-ca", &ca), "ResourceAlreadyExistsException", 409, "already");
}

static void ten_cas_of_one_subject_are_the_most(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	for (int i = 0; i <= ZT_CAS_PER_SUBJECT_MAX; i++) {
		test_ca mine = { 0 };
		ca_make(&mine, "Twin");
		if (i < ZT_CAS_PER_SUBJECT_MAX)
			assert_ok(register_pem(f, zt_str_view(&mine.pem), ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY));
		else
			assert_refused(f, register_pem(f, zt_str_view(&mine.pem), ZT_VIEW_EMPTY, ZT_MODE_SNI_ONLY),
				       "LimitExceededException", 410, "10");
		ca_free(&mine);
	}
}

static void a_registration_template_is_kept(void **state)
{
	registry_fixture *f = *state;
	zt_str pem = pem_of("tenant-ca");
	const zt_ca *ca = NULL;
	zt_ca_spec spec = {
		.pem = zt_str_view(&pem),
		.mode = ZT_MODE_SNI_ONLY,
		.template_body = ZT_LIT("{\"Resources\":{}}"),
		.template_name = ZT_LIT("fleet"),
		.role_arn = ZT_LIT("arn:aws:iam::" ACCOUNT ":role/jitp"),
	};
	begin(f);
	assert_ok(zt_txn_ca_register(f->txn, &spec, &ca, &f->error));
	reload(f);
	ca = zt_registry_ca(f->registry, ZT_LIT(TENANT_CA));
	assert_string_equal(ca->registration.template_body, "{\"Resources\":{}}");
	assert_string_equal(ca->registration.template_name, "fleet");
	assert_string_equal(ca->registration.role_arn, "arn:aws:iam::" ACCOUNT ":role/jitp");
	zt_str_free(&pem);
}

static void a_registration_template_has_limits(void **state)
{
	registry_fixture *f = *state;
	static const uint8_t zeros[10241] = { 0 };
	zt_str pem = pem_of("tenant-ca");
	const zt_ca *ca;
	zt_ca_spec spec = { .pem = zt_str_view(&pem),
			    .mode = ZT_MODE_SNI_ONLY,
			    .template_body = { zeros, sizeof zeros } };
	begin(f);
	assert_refused(f, zt_txn_ca_register(f->txn, &spec, &ca, &f->error), "InvalidRequestException", 400,
		       "templateBody");
	spec.template_body = ZT_VIEW_EMPTY;
	spec.template_name = ZT_LIT("a name");
	assert_refused(f, zt_txn_ca_register(f->txn, &spec, &ca, &f->error), "InvalidRequestException", 400,
		       "templateName");
	spec.template_name = ZT_VIEW_EMPTY;
	spec.role_arn = ZT_LIT("short");
	assert_refused(f, zt_txn_ca_register(f->txn, &spec, &ca, &f->error), "InvalidRequestException", 400, "roleArn");
	zt_str_free(&pem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_code_is_64_hex_digits_and_stays),
		TEST(a_proven_ca_is_registered_and_loaded_again),
		TEST(a_wrong_code_is_refused),
		TEST(a_proof_of_another_key_is_refused),
		TEST(a_proof_outside_its_dates_is_refused),
		TEST(the_mode_tells_whether_a_proof_is_needed),
		TEST(what_is_no_ca_is_refused),
		TEST(broken_pem_is_refused),
		TEST(a_ca_outside_its_dates_is_refused),
		TEST(a_registered_ca_exists),
		TEST(ten_cas_of_one_subject_are_the_most),
		TEST(a_registration_template_is_kept),
		TEST(a_registration_template_has_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
