#include "base/secret.h"

#include "zt_cmocka.h"

static bool all_zero(const void *memory, size_t n)
{
	const uint8_t *at = memory;
	for (size_t i = 0; i < n; i++)
		if (at[i])
			return false;
	return true;
}

static void a_secret_is_kept(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_secret_wipe) zt_secret secret = { 0 };
	assert_ok(zt_secret_set(&secret, ZT_LIT("a\0b")));
	assert_bytes(zt_secret_view(&secret), 'a', 0, 'b');
}

static void a_shorter_secret_leaves_nothing_of_the_longer(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_secret_wipe) zt_secret secret = { 0 };
	assert_ok(zt_secret_set(&secret, ZT_LIT("very long")));
	assert_ok(zt_secret_set(&secret, ZT_LIT("no")));
	assert_true(all_zero(secret.zt_secret_bytes + 2, sizeof secret.zt_secret_bytes - 2));
}

static void one_over_the_limit_is_refused_and_the_old_stays(void **state)
{
	(void)state;
	static const uint8_t big[ZT_SECRET_MAX + 1];
	ZT_CLEANUP(zt_secret_wipe) zt_secret secret = { 0 };
	assert_ok(zt_secret_set(&secret, ZT_LIT("kept")));
	assert_status(zt_secret_set(&secret, zt_view_make(big, sizeof big)), ZT_E_LIMIT);
	assert_view(zt_secret_view(&secret), "kept");
	assert_ok(zt_secret_set(&secret, zt_view_make(big, ZT_SECRET_MAX)));
}

static void wiping_overwrites_all_of_it(void **state)
{
	(void)state;
	zt_secret secret = { 0 };
	assert_ok(zt_secret_set(&secret, ZT_LIT("gone")));
	zt_secret_wipe(&secret);
	assert_true(all_zero(&secret, sizeof secret));
}

static void a_string_is_wiped_and_freed(void **state)
{
	(void)state;
	zt_str s = ZT_STR(10);
	assert_ok(zt_str_put_text(&s, "gone"));
	zt_str_free_wiped(&s);
	assert_null(s.p);
	zt_str_free_wiped(&s);
}

static void equality_needs_length_and_every_byte(void **state)
{
	(void)state;
	assert_true(zt_equal_ct(ZT_LIT("abc"), ZT_LIT("abc")));
	assert_false(zt_equal_ct(ZT_LIT("abc"), ZT_LIT("abd")));
	assert_false(zt_equal_ct(ZT_LIT("abc"), ZT_LIT("bbc")));
	assert_false(zt_equal_ct(ZT_LIT("abc"), ZT_LIT("abcd")));
	assert_false(zt_equal_ct(ZT_LIT("\x01\x02"), ZT_LIT("\x02\x01")));
	assert_true(zt_equal_ct(ZT_VIEW_EMPTY, ZT_LIT("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_kept),
		cmocka_unit_test(a_shorter_secret_leaves_nothing_of_the_longer),
		cmocka_unit_test(one_over_the_limit_is_refused_and_the_old_stays),
		cmocka_unit_test(wiping_overwrites_all_of_it),
		cmocka_unit_test(a_string_is_wiped_and_freed),
		cmocka_unit_test(equality_needs_length_and_every_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
