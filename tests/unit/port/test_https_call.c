#include "port/linux/https_call.h"
#include "unit/zt_cmocka.h"

static zt_https_origin origin;

static zt_status parse(const char *url)
{
	zt_error error;
	return zt_https_origin_parse(url, &origin, &error);
}

static void an_origin_is_host_and_port(void **state)
{
	(void)state;
	assert_ok(parse("https://localhost:4567"));
	assert_string_equal(origin.host, "localhost");
	assert_int_equal(origin.port, 4567);
	assert_ok(parse("https://attest.example.org/"));
	assert_string_equal(origin.host, "attest.example.org");
	assert_int_equal(origin.port, 443);
}

static void everything_else_is_refused(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"",
		"localhost:4567",
		"http://localhost:4567",
		"https://",
		"https://:4567",
		"https://localhost:0",
		"https://localhost:",
		"https://localhost:65536",
		"https://localhost:x",
		"https://h/path",
		"https://user@h:1",
		"https://h:1/x",
	};
	for (size_t i = 0; i < ZT_COUNT(urls); i++)
		if (parse(urls[i]) != ZT_E_USAGE)
			fail_msg("taken: %s", urls[i]);
}

static void a_host_that_is_too_long_is_refused(void **state)
{
	(void)state;
	char url[400] = "https://";
	memset(url + 8, 'h', 256);
	assert_status(parse(url), ZT_E_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_origin_is_host_and_port),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(a_host_that_is_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
