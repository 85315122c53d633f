#include "x509/issue.h"

#include "fixture.h"

static void assert_csr_refused(const char *command)
{
	zt_str pem = shell(ZT_VIEW_EMPTY, command), spki = ZT_STR(4096);
	zt_error error = { 0 };
	assert_status(zt_csr_read(zt_str_view(&pem), &spki, &error), ZT_E_INVALID);
	assert_int_equal(spki.n, 0);
	assert_true(error.text[0]);
	zt_str_free(&pem);
	zt_str_free(&spki);
}

static void openssl_accepts_our_request(void **state)
{
	(void)state;
	zt_key *key = NULL;
	zt_str pem = ZT_STR(4096), public = ZT_STR(4096);
	assert_ok(zt_key_new(ZT_KEY_P256, &key, NULL));
	assert_ok(zt_csr_write(key, ZT_LIT("lamp"), &pem, NULL));
	assert_ok(zt_key_public_pem(key, &public, NULL));
	assert_shell(zt_str_view(&pem), "openssl req -in $IN -noout -verify -subject 2>&1",
		     "Certificate request self-signature verify OK\nsubject=CN = lamp\n");
	assert_shell(zt_str_view(&pem), "openssl req -in $IN -noout -pubkey", zt_str_text(&public));
	zt_str_free(&pem);
	zt_str_free(&public);
	zt_key_free(key);
}

static void a_request_may_have_no_name(void **state)
{
	(void)state;
	zt_key *key = NULL;
	zt_str pem = ZT_STR(4096);
	assert_ok(zt_key_new(ZT_KEY_P256, &key, NULL));
	assert_ok(zt_csr_write(key, ZT_VIEW_EMPTY, &pem, NULL));
	assert_shell(zt_str_view(&pem), "openssl req -in $IN -noout -verify -subject 2>&1",
		     "Certificate request self-signature verify OK\nsubject=\n");
	zt_str_free(&pem);
	zt_key_free(key);
}

static void the_public_key_of_a_request_is_read(void **state)
{
	(void)state;
	zt_str pem =
	    shell(ZT_VIEW_EMPTY, "openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=x 2>/dev/null");
	zt_str expected =
	    shell(zt_str_view(&pem), "openssl req -in $IN -noout -pubkey | openssl pkey -pubin -outform DER");
	zt_str spki = ZT_STR(4096);
	assert_ok(zt_csr_read(zt_str_view(&pem), &spki, NULL));
	assert_int_equal(spki.n, expected.n);
	assert_memory_equal(spki.p, expected.p, spki.n);
	zt_str_free(&pem);
	zt_str_free(&expected);
	zt_str_free(&spki);
}

static void a_request_whose_key_was_swapped_is_refused(void **state)
{
	(void)state;
	zt_str pem = shell(ZT_VIEW_EMPTY,
			   "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null "
			   "-subj /CN=x 2>/dev/null");
	zt_str der = ZT_STR(4096), swapped = ZT_STR(4096), spki = ZT_STR(4096), other = ZT_STR(4096);
	zt_key *key = NULL;
	zt_view rest = zt_str_view(&pem);
	assert_ok(zt_pem_next(&rest, "CERTIFICATE REQUEST", &der));
	assert_ok(zt_csr_read(zt_str_view(&pem), &spki, NULL));
	assert_ok(zt_key_new(ZT_KEY_P256, &key, NULL));
	assert_ok(zt_key_spki(key, &other));
	char *at = memmem(der.p, der.n, spki.p, spki.n);
	assert_non_null(at);
	memcpy(at, other.p, other.n);
	assert_ok(zt_pem_put(zt_str_view(&der), "CERTIFICATE REQUEST", &swapped));
	zt_str_clear(&spki);
	assert_status(zt_csr_read(zt_str_view(&swapped), &spki, NULL), ZT_E_INVALID);
	assert_int_equal(spki.n, 0);
	zt_str_free(&pem);
	zt_str_free(&der);
	zt_str_free(&swapped);
	zt_str_free(&spki);
	zt_str_free(&other);
	zt_key_free(key);
}

static void weak_keys_are_refused(void **state)
{
	(void)state;
	assert_csr_refused("openssl req -new -newkey rsa:1024 -nodes -keyout /dev/null -subj /CN=x 2>/dev/null");
	assert_csr_refused("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:secp256k1 -nodes -keyout /dev/null "
			   "-subj /CN=x 2>/dev/null");
	assert_csr_refused("openssl req -new -newkey ed25519 -nodes -keyout /dev/null -subj /CN=x 2>/dev/null");
}

static void what_is_no_request_is_refused(void **state)
{
	(void)state;
	assert_csr_refused("true");
	assert_csr_refused("echo '-----BEGIN CERTIFICATE REQUEST-----\nZm9v\n-----END CERTIFICATE REQUEST-----'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_accepts_our_request),
		cmocka_unit_test(a_request_may_have_no_name),
		cmocka_unit_test(the_public_key_of_a_request_is_read),
		cmocka_unit_test(a_request_whose_key_was_swapped_is_refused),
		cmocka_unit_test(weak_keys_are_refused),
		cmocka_unit_test(what_is_no_request_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
