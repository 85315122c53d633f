#include "jitr/recent.h"

#include <stdlib.h>

#include "zt_cmocka.h"

static zt_jitr_event event_of(const char *id, int64_t timestamp_ms)
{
	zt_jitr_event event = { .timestamp_ms = timestamp_ms };
	(void)snprintf(event.certificate_id, sizeof event.certificate_id, "%s", id);
	return event;
}

static bool covers(const zt_jitr_recent *recent, const char *id, int64_t timestamp_ms)
{
	zt_jitr_event event = event_of(id, timestamp_ms);
	return zt_jitr_recent_covers(recent, &event);
}

static void events_from_before_the_end_are_covered(void **state)
{
	zt_jitr_recent *recent = *state;
	zt_jitr_recent_add(recent, "aa", 1000);
	assert_true(covers(recent, "aa", 999));
	assert_false(covers(recent, "aa", 1000));
	assert_false(covers(recent, "aa", 5000));
	assert_false(covers(recent, "bb", 999));
}

static void an_event_without_its_time_is_looked_at(void **state)
{
	zt_jitr_recent *recent = *state;
	zt_jitr_recent_add(recent, "aa", 1000);
	assert_false(covers(recent, "aa", 0));
	assert_false(covers(recent, "aa", -5));
}

static void the_later_end_of_a_certificate_counts(void **state)
{
	zt_jitr_recent *recent = *state;
	zt_jitr_recent_add(recent, "aa", 1000);
	zt_jitr_recent_add(recent, "aa", 3000);
	assert_true(covers(recent, "aa", 2000));
}

static void the_oldest_are_forgotten(void **state)
{
	zt_jitr_recent *recent = *state;
	char id[16];
	for (int i = 0; i <= ZT_JITR_RECENT_MAX; i++) {
		(void)snprintf(id, sizeof id, "%d", i);
		zt_jitr_recent_add(recent, id, 1000);
	}
	assert_false(covers(recent, "0", 1));
	assert_true(covers(recent, "1", 1));
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(zt_jitr_recent));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_from_before_the_end_are_covered),
		TEST(an_event_without_its_time_is_looked_at),
		TEST(the_later_end_of_a_certificate_counts),
		TEST(the_oldest_are_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
