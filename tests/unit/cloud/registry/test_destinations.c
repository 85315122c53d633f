/* For which URLs the word of a destination's owner holds. */
#include "cloud/registry/destinations.h"
#include "zt_cmocka.h"

static bool covers(const char *confirmed, const char *url)
{
	zt_destination d = { .status = ZT_DESTINATION_ENABLED };
	assert_ok(zt_text_copy(d.url, sizeof d.url, zt_view_of(confirmed)));
	return zt_destination_covers(&d, zt_view_of(url));
}

static void confirmed_url_begins_others(void **state)
{
	(void)state;
	assert_true(covers("https://a.example/in", "https://a.example/in"));
	assert_true(covers("https://a.example/in", "https://a.example/in/kitchen?x=1"));
	assert_false(covers("https://a.example/in", "https://a.example/out"));
	assert_false(covers("https://a.example/in", "https://b.example/in"));
}

static void confirmed_host_is_no_beginning_of_another_host(void **state)
{
	(void)state;
	assert_true(covers("https://a.example", "https://a.example"));
	assert_true(covers("https://a.example", "https://a.example/in"));
	assert_true(covers("https://a.example", "https://a.example?x=1"));
	assert_false(covers("https://a.example", "https://a.example.evil/"));
	assert_false(covers("https://a.example", "https://a.example@evil/"));
	assert_false(covers("https://a.example", "https://a.example:444/"));
	assert_false(covers("https://a.example:44", "https://a.example:443/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confirmed_url_begins_others),
		cmocka_unit_test(confirmed_host_is_no_beginning_of_another_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
