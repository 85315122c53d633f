#include "cloud/gateway/presence.h"

#include "zt_cmocka.h"

static void versions_begin_with_0_and_grow_with_each_connection(void **state)
{
	(void)state;
	zt_presence *p;
	assert_ok(zt_presence_new(&p));
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 1), 0);
	zt_presence_leave(p, ZT_LIT("a"), 2);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 3), 1);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("b"), 3), 0);
	zt_presence_free(p);
}

static void a_connection_that_was_taken_over_leaves_its_successor_there(void **state)
{
	(void)state;
	zt_presence *p;
	assert_ok(zt_presence_new(&p));
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 1), 0);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 2), 1);
	zt_presence_leave(p, ZT_LIT("a"), 2);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("b"), 2 + 2 * ZT_PRESENCE_REMEMBERED_MS), 0);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 2 + 2 * ZT_PRESENCE_REMEMBERED_MS), 2);
	zt_presence_free(p);
}

static void an_hour_of_absence_is_a_new_beginning(void **state)
{
	(void)state;
	zt_presence *p;
	assert_ok(zt_presence_new(&p));
	(void)zt_presence_enter(p, ZT_LIT("a"), 0);
	zt_presence_leave(p, ZT_LIT("a"), 1000);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 1000 + ZT_PRESENCE_REMEMBERED_MS - 1), 1);
	zt_presence_leave(p, ZT_LIT("a"), 1000 + ZT_PRESENCE_REMEMBERED_MS);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("a"), 1000 + 2 * ZT_PRESENCE_REMEMBERED_MS), 0);
	zt_presence_free(p);
}

static void absent_clients_are_forgotten_beyond_a_bound(void **state)
{
	(void)state;
	zt_presence *p;
	char id[16];
	assert_ok(zt_presence_new(&p));
	for (int i = 0; i < ZT_PRESENCE_ABSENT_MAX + 1000; i++) {
		(void)snprintf(id, sizeof id, "c%d", i);
		(void)zt_presence_enter(p, zt_view_of(id), i);
		zt_presence_leave(p, zt_view_of(id), i);
	}
	assert_true(zt_presence_count(p) <= ZT_PRESENCE_ABSENT_MAX + 1);
	assert_int_equal(zt_presence_enter(p, ZT_LIT("c0"), ZT_PRESENCE_ABSENT_MAX), 0);
	zt_presence_leave(p, ZT_LIT("nobody"), 1);
	zt_presence_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_begin_with_0_and_grow_with_each_connection),
		cmocka_unit_test(a_connection_that_was_taken_over_leaves_its_successor_there),
		cmocka_unit_test(an_hour_of_absence_is_a_new_beginning),
		cmocka_unit_test(absent_clients_are_forgotten_beyond_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
