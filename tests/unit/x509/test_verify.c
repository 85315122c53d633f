#include "x509/verify.h"

#include "fixture.h"
#include "x509/read.h"

static zt_issuer *issuer_of(const char *fixture)
{
	zt_issuer *issuer = NULL;
	zt_str der = fixture_der(fixture);
	assert_ok(zt_issuer_new(zt_str_view(&der), &issuer, NULL));
	zt_str_free(&der);
	return issuer;
}

static bool signed_by(const char *ca, const char *leaf)
{
	zt_issuer *issuer = issuer_of(ca);
	zt_str der = fixture_der(leaf);
	bool signed_ = zt_issuer_signed(issuer, zt_str_view(&der));
	zt_issuer_free(issuer);
	zt_str_free(&der);
	return signed_;
}

static void of_two_cas_with_one_name_the_signer_is_told(void **state)
{
	(void)state;
	assert_true(signed_by("tenant-ca", "device"));
	assert_false(signed_by("tenant-ca-next", "device"));
	assert_false(signed_by("tenant-ca", "device-next"));
	assert_true(signed_by("tenant-ca-next", "device-next"));
}

static void the_proof_of_possession_is_its_cas(void **state)
{
	(void)state;
	assert_true(signed_by("tenant-ca", "proof"));
	assert_false(signed_by("tenant-ca-next", "proof"));
}

static void the_proof_of_possession_is_read_in_spite_of_its_odd_extensions(void **state)
{
	(void)state;
	zt_cert_info *info = NULL;
	zt_str der = fixture_der("proof");
	assert_ok(zt_cert_read(zt_str_view(&der), &info, NULL));
	assert_view(zt_cert_common_name(info), "abababababababababababababababababababababababababababababababab");
	assert_false(info->is_ca);
	zt_cert_info_free(info);
	zt_str_free(&der);
}

static void rsa_with_2048_bits_and_p521_sign(void **state)
{
	(void)state;
	assert_true(signed_by("ca-rsa-2048", "ca-rsa-2048"));
	assert_true(signed_by("ca-p-521", "ca-p-521"));
	assert_false(signed_by("ca-p-521", "ca-rsa-2048"));
}

static void rsassa_pss_is_taken(void **state)
{
	(void)state;
	assert_true(signed_by("leaf-rsa-pss", "leaf-rsa-pss"));
}

static void a_sha1_signature_is_not_taken(void **state)
{
	(void)state;
	/* The same key signed both. */
	assert_true(signed_by("version-1", "ca-without-usage"));
	assert_false(signed_by("version-1", "leaf-sha1"));
}

static void a_changed_byte_is_noticed(void **state)
{
	(void)state;
	zt_issuer *issuer = issuer_of("tenant-ca");
	zt_str der = fixture_der("device");
	char *name = memmem(der.p, der.n, "1a08aea2", 8);
	assert_non_null(name);
	*name = '2';
	assert_false(zt_issuer_signed(issuer, zt_str_view(&der)));
	*name = '1';
	assert_true(zt_issuer_signed(issuer, zt_str_view(&der)));
	zt_issuer_free(issuer);
	zt_str_free(&der);
}

static void what_is_no_certificate_is_signed_by_nobody(void **state)
{
	(void)state;
	zt_issuer *issuer = issuer_of("tenant-ca");
	assert_false(zt_issuer_signed(issuer, ZT_LIT("no certificate")));
	assert_false(zt_issuer_signed(issuer, ZT_VIEW_EMPTY));
	zt_issuer_free(issuer);
}

static void assert_no_issuer(const char *fixture)
{
	zt_issuer *issuer = NULL;
	zt_error error = { 0 };
	zt_str der = fixture_der(fixture);
	assert_status(zt_issuer_new(zt_str_view(&der), &issuer, &error), ZT_E_INVALID);
	assert_null(issuer);
	assert_non_null(strstr(error.text, "2048"));
	zt_str_free(&der);
}

static void weak_keys_are_no_issuers(void **state)
{
	(void)state;
	assert_no_issuer("ca-rsa-1024");
	assert_no_issuer("ca-secp256k1");
}

static zt_status algorithms_of(const char *fixture, zt_error *ret_error)
{
	zt_str der = fixture_der(fixture);
	zt_status status = zt_cert_check_algorithms(zt_str_view(&der), ret_error);
	zt_str_free(&der);
	return status;
}

static void keys_and_digests_of_leaves_are_those_that_aws_takes(void **state)
{
	(void)state;
	zt_error error = { 0 };
	assert_ok(algorithms_of("device", &error));
	assert_ok(algorithms_of("leaf-rsa-pss", &error));
	assert_ok(algorithms_of("ca-rsa-2048", &error));
	assert_ok(algorithms_of("ca-p-521", &error));
	assert_status(algorithms_of("ca-rsa-1024", &error), ZT_E_INVALID);
	assert_non_null(strstr(error.text, "2048"));
	assert_status(algorithms_of("ca-secp256k1", &error), ZT_E_INVALID);
	assert_status(algorithms_of("leaf-sha1", &error), ZT_E_INVALID);
	assert_non_null(strstr(error.text, "SHA-256"));
	assert_status(zt_cert_check_algorithms(ZT_LIT("no certificate"), NULL), ZT_E_INVALID);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	zt_issuer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_cas_with_one_name_the_signer_is_told),
		cmocka_unit_test(the_proof_of_possession_is_its_cas),
		cmocka_unit_test(the_proof_of_possession_is_read_in_spite_of_its_odd_extensions),
		cmocka_unit_test(rsa_with_2048_bits_and_p521_sign),
		cmocka_unit_test(rsassa_pss_is_taken),
		cmocka_unit_test(a_sha1_signature_is_not_taken),
		cmocka_unit_test(a_changed_byte_is_noticed),
		cmocka_unit_test(what_is_no_certificate_is_signed_by_nobody),
		cmocka_unit_test(weak_keys_are_no_issuers),
		cmocka_unit_test(keys_and_digests_of_leaves_are_those_that_aws_takes),
		cmocka_unit_test(freeing_nothing_is_fine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
