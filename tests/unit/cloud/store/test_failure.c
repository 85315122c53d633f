/* What happens when the disk refuses, and how commits are grouped. */
#include "fixture.h"

#include "disk.h"

typedef struct {
	size_t count;
	zt_status statuses[16];
} outcomes;

static void note(void *context, zt_status status)
{
	outcomes *seen = context;
	seen->statuses[seen->count++] = status;
}

static void full_disk_is_told_and_the_store_goes_on(void **state)
{
	store_fixture *f = *state;
	outcomes seen = { 0 };
	disk_set(false, ENOSPC);
	fixture_submit(f, "a", "1", note, &seen);
	fixture_wait(f, &seen.count, 1);
	assert_int_equal(seen.statuses[0], ZT_E_DISK_FULL);
	disk_set(false, 0);
	fixture_submit(f, "b", "2", note, &seen);
	fixture_wait(f, &seen.count, 2);
	assert_int_equal(seen.statuses[1], ZT_OK);
	assert_stored(f, "1 b=2;");
}

static void another_failure_of_the_disk_is_io(void **state)
{
	store_fixture *f = *state;
	outcomes seen = { 0 };
	disk_set(false, EIO);
	fixture_submit(f, "a", "1", note, &seen);
	fixture_wait(f, &seen.count, 1);
	assert_int_equal(seen.statuses[0], ZT_E_IO);
	disk_set(false, 0);
	assert_stored(f, "");
}

/* Holds the first commit back while more are submitted. */
static void submit_behind_a_held_commit(store_fixture *f, outcomes *seen, const char *const *values, size_t count)
{
	disk_set(true, 0);
	fixture_submit(f, "held", "0", note, seen);
	disk_await_writer();
	for (size_t i = 0; i < count; i++)
		fixture_submit(f, values[i], values[i], note, seen);
}

static void all_submitted_behind_a_failed_one_fail(void **state)
{
	store_fixture *f = *state;
	outcomes seen = { 0 };
	static const char *const values[] = { "a", "b", "c" };
	submit_behind_a_held_commit(f, &seen, values, ZT_COUNT(values));
	disk_set(false, ENOSPC);
	fixture_wait(f, &seen.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(seen.statuses[i], ZT_E_DISK_FULL);
	disk_set(false, 0);
	fixture_submit(f, "after", "5", note, &seen);
	fixture_wait(f, &seen.count, 5);
	assert_int_equal(seen.statuses[4], ZT_OK);
	assert_stored(f, "1 after=5;");
}

/* The disk is well again, but the caller has not heard of the failure yet: what it submits may build upon it. */
static void what_is_submitted_before_the_failure_is_told_fails_too(void **state)
{
	store_fixture *f = *state;
	outcomes seen = { 0 };
	disk_set(false, ENOSPC);
	fixture_submit(f, "a", "1", note, &seen);
	disk_await_failure();
	disk_set(false, 0);
	fixture_submit(f, "b", "2", note, &seen);
	fixture_wait(f, &seen.count, 2);
	assert_int_equal(seen.statuses[0], ZT_E_DISK_FULL);
	assert_int_equal(seen.statuses[1], ZT_E_DISK_FULL);
	assert_stored(f, "");
}

static void those_before_a_poisoned_one_are_written(void **state)
{
	store_fixture *f = *state;
	outcomes seen = { 0 };
	static const char *const values[] = { "a", "b", "POISON", "c" };
	disk.poison = "POISON";
	submit_behind_a_held_commit(f, &seen, values, ZT_COUNT(values));
	disk_set(false, 0);
	fixture_wait(f, &seen.count, 5);
	disk.poison = NULL;
	static const zt_status expected[] = { ZT_OK, ZT_OK, ZT_OK, ZT_E_DISK_FULL, ZT_E_DISK_FULL };
	assert_memory_equal(seen.statuses, expected, sizeof expected);
	assert_stored(f, "1 a=a;1 b=b;1 held=0;");
}

static void transactions_that_wait_share_one_commit(void **state)
{
	store_fixture *f = *state;
	outcomes seen = { 0 };
	static const char *const values[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	zt_store_counters counters;
	submit_behind_a_held_commit(f, &seen, values, ZT_COUNT(values));
	disk_set(false, 0);
	fixture_wait(f, &seen.count, 9);
	zt_store_count(f->store, &counters);
	assert_int_equal(counters.transactions, 9);
	assert_int_equal(counters.commits, 2);
	assert_int_equal(counters.failures, 0);
}

static int set_up(void **state)
{
	disk_set(false, 0);
	return fixture_set_up(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(full_disk_is_told_and_the_store_goes_on),
		TEST(another_failure_of_the_disk_is_io),
		TEST(all_submitted_behind_a_failed_one_fail),
		TEST(what_is_submitted_before_the_failure_is_told_fails_too),
		TEST(those_before_a_poisoned_one_are_written),
		TEST(transactions_that_wait_share_one_commit),
	};
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
