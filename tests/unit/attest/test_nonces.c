#include "attest/nonces.h"

#include "attest/world.h"

enum { LIFE_MS = 60000 };

static fake_clock now;
static zt_nonces *nonces;

static int begin(void **state)
{
	(void)state;
	now.ms = 0;
	nonces = zt_nonces_new(clock_of(&now), LIFE_MS);
	return nonces ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	zt_nonces_free(nonces);
	return 0;
}

typedef struct {
	uint8_t bytes[ZT_NONCE_BYTES];
} value;

static value make(unsigned device)
{
	value v;
	assert_ok(zt_nonces_make(nonces, ZT_LIT(GUID), device_id_of(device), v.bytes));
	return v;
}

static bool take(const value *v)
{
	char id[129];
	return zt_nonces_take(nonces, ZT_LIT(GUID), zt_view_make(v->bytes, sizeof v->bytes), id);
}

static void a_nonce_gives_the_device_that_it_was_made_for(void **state)
{
	(void)state;
	char id[129] = "";
	value v = make(7);
	assert_true(zt_nonces_take(nonces, ZT_LIT(GUID), zt_view_make(v.bytes, sizeof v.bytes), id));
	assert_view(device_id_of(7), id);
}

static void a_nonce_is_good_once(void **state)
{
	(void)state;
	value v = make(7);
	assert_true(take(&v));
	assert_false(take(&v));
}

static void no_two_are_alike(void **state)
{
	(void)state;
	value a = make(7), b = make(7);
	assert_memory_not_equal(a.bytes, b.bytes, sizeof a.bytes);
}

static void a_nonce_is_good_until_its_life_is_over(void **state)
{
	(void)state;
	value a = make(1), b = make(2);
	now.ms = LIFE_MS - 1;
	assert_true(take(&a));
	now.ms = LIFE_MS;
	assert_false(take(&b));
}

static void another_tenant_uses_it_up(void **state)
{
	(void)state;
	char id[129] = "untouched";
	value v = make(7);
	assert_false(zt_nonces_take(nonces, ZT_LIT(OTHER_GUID), zt_view_make(v.bytes, sizeof v.bytes), id));
	assert_string_equal(id, "untouched");
	assert_false(take(&v));
}

static void what_was_never_made_is_not_taken(void **state)
{
	(void)state;
	char id[129];
	value v = make(7), made_up = { { 0 } };
	assert_false(take(&made_up));
	assert_false(zt_nonces_take(nonces, ZT_LIT(GUID), zt_view_make(v.bytes, sizeof v.bytes - 1), id));
	assert_false(zt_nonces_take(nonces, ZT_LIT(GUID), ZT_VIEW_EMPTY, id));
	assert_true(take(&v));
}

static void one_more_than_a_device_may_have_displaces_its_oldest(void **state)
{
	(void)state;
	value other = make(8), mine[ZT_ATTEST_NONCES_PER_DEVICE_MAX + 1];
	for (size_t i = 0; i < ZT_COUNT(mine); i++)
		mine[i] = make(7);
	assert_false(take(&mine[0]));
	for (size_t i = 1; i < ZT_COUNT(mine); i++)
		assert_true(take(&mine[i]));
	assert_true(take(&other));
}

static void the_same_device_in_two_tenants_is_counted_twice(void **state)
{
	(void)state;
	value first = make(7), elsewhere;
	for (size_t i = 0; i < ZT_ATTEST_NONCES_PER_DEVICE_MAX; i++)
		assert_ok(zt_nonces_make(nonces, ZT_LIT(OTHER_GUID), device_id_of(7), elsewhere.bytes));
	assert_true(take(&first));
}

static void expired_ones_are_dropped(void **state)
{
	(void)state;
	for (unsigned device = 0; device < 100; device++)
		(void)make(device);
	assert_int_equal(zt_nonces_count(nonces), 100);
	now.ms = LIFE_MS;
	assert_int_equal(zt_nonces_count(nonces), 0);
}

static void there_is_a_limit_for_all_together(void **state)
{
	(void)state;
	value v;
	for (unsigned i = 0; i < ZT_ATTEST_NONCES_MAX; i++)
		(void)make(i);
	assert_status(zt_nonces_make(nonces, ZT_LIT(GUID), device_id_of(ZT_ATTEST_NONCES_MAX), v.bytes),
		      ZT_E_THROTTLED);
	now.ms = LIFE_MS;
	v = make(ZT_ATTEST_NONCES_MAX);
	assert_true(take(&v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_nonce_gives_the_device_that_it_was_made_for, begin, end),
		cmocka_unit_test_setup_teardown(a_nonce_is_good_once, begin, end),
		cmocka_unit_test_setup_teardown(no_two_are_alike, begin, end),
		cmocka_unit_test_setup_teardown(a_nonce_is_good_until_its_life_is_over, begin, end),
		cmocka_unit_test_setup_teardown(another_tenant_uses_it_up, begin, end),
		cmocka_unit_test_setup_teardown(what_was_never_made_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(one_more_than_a_device_may_have_displaces_its_oldest, begin, end),
		cmocka_unit_test_setup_teardown(the_same_device_in_two_tenants_is_counted_twice, begin, end),
		cmocka_unit_test_setup_teardown(expired_ones_are_dropped, begin, end),
		cmocka_unit_test_setup_teardown(there_is_a_limit_for_all_together, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
