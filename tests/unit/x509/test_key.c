#include "x509/issue.h"

#include "base/digest.h"
#include "fixture.h"

/* RFC 6979 §A.2.5: a P-256 key, its public point, and its signature over SHA-256("sample"). */
#define RFC6979_UX "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define RFC6979_UY "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
/* RFC 5915 form of x = C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, without its public half. */
#define RFC6979_KEY                                                          \
	"-----BEGIN EC PRIVATE KEY-----\n"                                   \
	"MDECAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n" \
	"AwEH\n"                                                             \
	"-----END EC PRIVATE KEY-----\n"

static const uint8_t rfc6979_signature[] = {
	0x30, 0x46, 0x02, 0x21, 0x00, 0xEF, 0xD4, 0x8B, 0x2A, 0xAC, 0xB6, 0xA8, 0xFD, 0x11, 0x40, 0xDD, 0x9C, 0xD4,
	0x5E, 0x81, 0xD6, 0x9D, 0x2C, 0x87, 0x7B, 0x56, 0xAA, 0xF9, 0x91, 0xC3, 0x4D, 0x0E, 0xA8, 0x4E, 0xAF, 0x37,
	0x16, 0x02, 0x21, 0x00, 0xF7, 0xCB, 0x1C, 0x94, 0x2D, 0x65, 0x7C, 0x41, 0xD4, 0x36, 0xC7, 0xA1, 0xB6, 0xE2,
	0x9F, 0x65, 0xF3, 0xE9, 0x00, 0xDB, 0xB9, 0xAF, 0xF4, 0x06, 0x4D, 0xC4, 0xAB, 0x2F, 0x84, 0x3A, 0xCD, 0xA8,
};

static zt_sha256 sample_digest(void)
{
	zt_sha256 digest;
	zt_view message = ZT_LIT("sample");
	zt_sha256_of(&message, 1, &digest);
	return digest;
}

static zt_key *rfc6979_key(void)
{
	zt_key *key = NULL;
	assert_ok(zt_key_read_pem(ZT_LIT(RFC6979_KEY), &key, NULL));
	return key;
}

static void the_device_id_is_the_public_point(void **state)
{
	(void)state;
	char id[129];
	zt_key *key = rfc6979_key();
	assert_ok(zt_key_device_id(key, id));
	assert_string_equal(id, RFC6979_UX RFC6979_UY);
	zt_key_free(key);
}

static void only_p256_has_a_device_id(void **state)
{
	(void)state;
	char id[129] = "untouched";
	for (zt_key_kind kind = ZT_KEY_P384; kind <= ZT_KEY_RSA2048; kind++) {
		zt_key *key = NULL;
		assert_ok(zt_key_new(kind, &key, NULL));
		assert_status(zt_key_device_id(key, id), ZT_E_INVALID);
		assert_string_equal(id, "untouched");
		zt_key_free(key);
	}
	/* 256 bits too, but another curve. */
	zt_str pem = shell(ZT_VIEW_EMPTY, "openssl ecparam -name secp256k1 -genkey -noout");
	zt_key *key = NULL;
	assert_ok(zt_key_read_pem(zt_str_view(&pem), &key, NULL));
	assert_status(zt_key_device_id(key, id), ZT_E_INVALID);
	zt_key_free(key);
	zt_str_free(&pem);
}

static void a_published_signature_verifies(void **state)
{
	(void)state;
	zt_sha256 digest = sample_digest();
	zt_view signature = zt_view_make(rfc6979_signature, sizeof rfc6979_signature);
	assert_true(zt_device_id_verify(ZT_LIT(RFC6979_UX RFC6979_UY), digest.bytes, signature));
	digest.bytes[0] ^= 1;
	assert_false(zt_device_id_verify(ZT_LIT(RFC6979_UX RFC6979_UY), digest.bytes, signature));
}

static void signatures_that_are_none_do_not_verify(void **state)
{
	(void)state;
	zt_sha256 digest = sample_digest();
	assert_false(zt_device_id_verify(ZT_LIT(RFC6979_UX RFC6979_UY), digest.bytes, ZT_VIEW_EMPTY));
	assert_false(zt_device_id_verify(ZT_LIT(RFC6979_UX RFC6979_UY), digest.bytes, ZT_LIT("0")));
	for (size_t n = 0; n < sizeof rfc6979_signature; n++)
		assert_false(zt_device_id_verify(ZT_LIT(RFC6979_UX RFC6979_UY), digest.bytes,
						 zt_view_make(rfc6979_signature, n)));
}

static void an_id_that_is_no_point_of_the_curve_verifies_nothing(void **state)
{
	(void)state;
	zt_sha256 digest = sample_digest();
	zt_view signature = zt_view_make(rfc6979_signature, sizeof rfc6979_signature);
	assert_false(zt_device_id_verify(ZT_LIT(RFC6979_UX RFC6979_UX), digest.bytes, signature));
	assert_false(zt_device_id_verify(ZT_LIT(RFC6979_UX), digest.bytes, signature));
}

static void openssl_verifies_what_we_sign(void **state)
{
	(void)state;
	zt_key *key = rfc6979_key();
	zt_str signature = ZT_STR(256), public = ZT_STR(4096);
	zt_sha256 digest = sample_digest();
	assert_ok(zt_key_sign_digest(key, digest.bytes, &signature, NULL));
	assert_ok(zt_key_public_pem(key, &public, NULL));
	assert_int_equal(setenv("PUBLIC", zt_str_text(&public), 1), 0);
	assert_shell(
	    zt_str_view(&signature),
	    "echo \"$PUBLIC\" > $IN.pub && printf sample > $IN.msg && "
	    "openssl dgst -sha256 -verify $IN.pub -signature $IN $IN.msg; r=$?; rm -f $IN.pub $IN.msg; exit $r",
	    "Verified OK\n");
	zt_str_free(&signature);
	zt_str_free(&public);
	zt_key_free(key);
}

static void keys_are_written_as_openssl_reads_them(void **state)
{
	(void)state;
	static const char *const first_lines[] = { "Private-Key: (256 bit)\n", "Private-Key: (384 bit)\n",
						   "Private-Key: (2048 bit, 2 primes)\n" };
	static const char *const labels[] = { "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\n",
					      "-----BEGIN RSA PRIVATE KEY-----\n" };
	for (zt_key_kind kind = ZT_KEY_P256; kind <= ZT_KEY_RSA2048; kind++) {
		zt_key *key = NULL;
		zt_str pem = ZT_STR(16384);
		assert_ok(zt_key_new(kind, &key, NULL));
		assert_ok(zt_key_write_pem(key, &pem, NULL));
		assert_true(zt_view_starts(zt_str_view(&pem), zt_view_of(labels[kind])));
		assert_shell(zt_str_view(&pem), "openssl pkey -in $IN -noout -text | head -1", first_lines[kind]);
		assert_shell(zt_str_view(&pem), "openssl pkey -in $IN -noout -check", "Key is valid\n");
		zt_str_free(&pem);
		zt_key_free(key);
	}
}

static void the_three_forms_of_a_private_key_are_read(void **state)
{
	(void)state;
	static const char *const commands[] = {
		"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null",
		"openssl ecparam -name prime256v1 -genkey",
		"openssl genrsa -traditional 2048 2>/dev/null",
	};
	for (size_t i = 0; i < ZT_COUNT(commands); i++) {
		zt_str pem = shell(ZT_VIEW_EMPTY, commands[i]), ours = ZT_STR(4096);
		zt_str theirs = shell(zt_str_view(&pem), "openssl pkey -in $IN -pubout");
		zt_key *key = NULL;
		assert_ok(zt_key_read_pem(zt_str_view(&pem), &key, NULL));
		assert_ok(zt_key_public_pem(key, &ours, NULL));
		assert_string_equal(zt_str_text(&ours), zt_str_text(&theirs));
		zt_key_free(key);
		zt_str_free(&pem);
		zt_str_free(&ours);
		zt_str_free(&theirs);
	}
}

static void an_encrypted_or_damaged_key_is_refused_without_a_question(void **state)
{
	(void)state;
	zt_key *key = NULL;
	zt_str pem = shell(ZT_VIEW_EMPTY, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
					  "-aes128 -pass pass:secret 2>/dev/null");
	assert_status(zt_key_read_pem(zt_str_view(&pem), &key, NULL), ZT_E_INVALID);
	assert_status(
	    zt_key_read_pem(ZT_LIT("-----BEGIN PRIVATE KEY-----\nZm9v\n-----END PRIVATE KEY-----\n"), &key, NULL),
	    ZT_E_INVALID);
	assert_null(key);
	zt_str_free(&pem);
}

static void a_key_is_known_again_in_any_form_of_its_point(void **state)
{
	(void)state;
	static const char *const forms[] = { "compressed", "uncompressed", "hybrid" };
	for (size_t i = 0; i < ZT_COUNT(forms); i++) {
		assert_int_equal(setenv("FORM", forms[i], 1), 0);
		zt_str spki =
		    shell(ZT_LIT(RFC6979_KEY), "openssl ec -in $IN -pubout -conv_form $FORM -outform DER 2>/dev/null");
		assert_true(zt_device_id_owns(ZT_LIT(RFC6979_UX RFC6979_UY), zt_str_view(&spki)));
		zt_str_free(&spki);
	}
	zt_str other =
	    shell(ZT_VIEW_EMPTY, "openssl ecparam -name prime256v1 -genkey | openssl pkey -pubout -outform DER");
	assert_false(zt_device_id_owns(ZT_LIT(RFC6979_UX RFC6979_UY), zt_str_view(&other)));
	assert_false(zt_device_id_owns(ZT_LIT(RFC6979_UX RFC6979_UY), ZT_VIEW_EMPTY));
	zt_str_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_device_id_is_the_public_point),
		cmocka_unit_test(only_p256_has_a_device_id),
		cmocka_unit_test(a_published_signature_verifies),
		cmocka_unit_test(signatures_that_are_none_do_not_verify),
		cmocka_unit_test(an_id_that_is_no_point_of_the_curve_verifies_nothing),
		cmocka_unit_test(openssl_verifies_what_we_sign),
		cmocka_unit_test(keys_are_written_as_openssl_reads_them),
		cmocka_unit_test(the_three_forms_of_a_private_key_are_read),
		cmocka_unit_test(an_encrypted_or_damaged_key_is_refused_without_a_question),
		cmocka_unit_test(a_key_is_known_again_in_any_form_of_its_point),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
