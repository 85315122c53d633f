#include "port/linux/key.h"
#include "unit/zt_cmocka.h"

static void what_has_a_scheme_is_a_uri(void **state)
{
	(void)state;
	assert_true(zt_key_is_uri("pkcs11:token=t;object=o"));
	assert_true(zt_key_is_uri("handle:0x81000000"));
	assert_true(zt_key_is_uri("file:/var/lib/key.pem"));
	assert_true(zt_key_is_uri("a+b-1.c:"));
}

static void paths_are_none(void **state)
{
	(void)state;
	static const char *const paths[] = { "", ":", "key.pem", "/var/lib/key.pem", "./a:b", "k:1", "1a:b", "+a:b" };
	for (size_t i = 0; i < ZT_COUNT(paths); i++)
		assert_false(zt_key_is_uri(paths[i]));
}

static void a_pin_in_the_uri_is_refused(void **state)
{
	(void)state;
	EVP_PKEY *key = NULL;
	zt_error error = { 0 };
	assert_status(zt_key_load("pkcs11:token=t?pin-value=1234", &key, &error), ZT_E_CONFIG);
	assert_null(strstr(error.text, "1234"));
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_a_scheme_is_a_uri),
		cmocka_unit_test(paths_are_none),
		cmocka_unit_test(a_pin_in_the_uri_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
