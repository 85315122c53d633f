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

static void a_second_has_room_until_it_is_full(void **state)
{
	(void)state;
	zt_second second = { 0 };
	assert_true(zt_second_has_room(&second, 2, 5000));
	second.count++;
	assert_true(zt_second_has_room(&second, 2, 5500));
	second.count++;
	assert_false(zt_second_has_room(&second, 2, 5999));
	assert_true(zt_second_has_room(&second, 2, 6000));
	assert_int_equal(second.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_a_second_for_each_key),
		cmocka_unit_test(keys_are_bounded),
		cmocka_unit_test(a_second_has_room_until_it_is_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
