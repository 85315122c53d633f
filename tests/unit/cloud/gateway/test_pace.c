#include "cloud/gateway/pace.h"

#include "zt_cmocka.h"

static void once_a_second_for_each_key(void **state)
{
	(void)state;
	zt_pace *p;
	assert_ok(zt_pace_new(&p));
	assert_true(zt_pace_take(p, ZT_LIT("a"), 100));
	assert_false(zt_pace_take(p, ZT_LIT("a"), 1099));
	assert_true(zt_pace_take(p, ZT_LIT("b"), 1099));
	assert_true(zt_pace_take(p, ZT_LIT("a"), 1100));
	assert_false(zt_pace_take(p, ZT_LIT("b"), 1101));
	zt_pace_free(p);
}

static void keys_are_bounded(void **state)
{
	(void)state;
	zt_pace *p;
	char key[16];
	assert_ok(zt_pace_new(&p));
	for (int i = 0; i <= ZT_PACE_KEYS_MAX; i++) {
		(void)snprintf(key, sizeof key, "%d", i);
		assert_true(zt_pace_take(p, zt_view_of(key), 1));
	}
	assert_true(zt_pace_take(p, ZT_LIT("0"), 1));
	assert_false(zt_pace_take(p, ZT_LIT("2"), 1));
	zt_pace_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_a_second_for_each_key),
		cmocka_unit_test(keys_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
