#include <string.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/backoff.h"

static void all(void *context, uint8_t *bytes, size_t n)
{
	memset(bytes, *(const uint8_t *)context, n);
}

static uint8_t least = 0, most = 255, middle = 128;

static void without_jitter_the_floor_remains(void **state)
{
	(void)state;
	zt_backoff b = { 0 };
	zt_backoff_use(&b, &zt_backoff_first_mqtt);
	for (int i = 0; i < 50; i++)
		assert_int_equal(zt_backoff_next_ms(&b, &(zt_entropy){ all, &least }), zt_backoff_first_mqtt.floor_ms);
}

static void the_bound_doubles_up_to_the_cap(void **state)
{
	(void)state;
	static const zt_backoff_policy policy = { .floor_ms = 5, .base_ms = 10, .cap_ms = 70 };
	static const uint32_t expected[] = { 15, 25, 45, 75, 75, 75 };
	zt_backoff b = { 0 };
	zt_backoff_use(&b, &policy);
	for (size_t i = 0; i < ZT_COUNT(expected); i++)
		assert_int_equal(zt_backoff_next_ms(&b, &(zt_entropy){ all, &most }), expected[i]);
}

static void jitter_is_over_the_whole_range(void **state)
{
	(void)state;
	static const zt_backoff_policy policy = { .floor_ms = 0, .base_ms = 1000, .cap_ms = 1000 };
	zt_backoff b = { 0 };
	zt_backoff_use(&b, &policy);
	assert_in_range(zt_backoff_next_ms(&b, &(zt_entropy){ all, &middle }), 495, 510);
}

static void first_contact_by_https_begins_within_milliseconds(void **state)
{
	(void)state;
	zt_backoff b = { 0 };
	zt_backoff_use(&b, &zt_backoff_first_https);
	assert_in_range(zt_backoff_next_ms(&b, &(zt_entropy){ all, &most }), 1, 20);
}

/* AWS IoT Core quota: one CONNECT per second per client id. */
static void no_policy_of_mqtt_undercuts_a_second(void **state)
{
	(void)state;
	assert_true(zt_backoff_first_mqtt.floor_ms >= 1000);
	assert_true(zt_backoff_patient.floor_ms >= 1000);
}

static void a_hundred_attempts_do_not_overflow(void **state)
{
	(void)state;
	static const zt_backoff_policy policy = { .floor_ms = 0, .base_ms = 3000000000u, .cap_ms = 4000000000u };
	zt_backoff b = { 0 };
	zt_backoff_use(&b, &policy);
	for (int i = 0; i < 100; i++)
		assert_true(zt_backoff_next_ms(&b, &(zt_entropy){ all, &most }) <= 4000000000u);
}

static void another_policy_starts_over(void **state)
{
	(void)state;
	zt_backoff b = { 0 };
	zt_backoff_use(&b, &zt_backoff_patient);
	(void)zt_backoff_next_ms(&b, &(zt_entropy){ all, &most });
	zt_backoff_use(&b, &zt_backoff_patient);
	assert_int_equal(b.attempt, 1);
	zt_backoff_use(&b, &zt_backoff_first_https);
	assert_int_equal(b.attempt, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_jitter_the_floor_remains),
		cmocka_unit_test(the_bound_doubles_up_to_the_cap),
		cmocka_unit_test(jitter_is_over_the_whole_range),
		cmocka_unit_test(first_contact_by_https_begins_within_milliseconds),
		cmocka_unit_test(no_policy_of_mqtt_undercuts_a_second),
		cmocka_unit_test(a_hundred_attempts_do_not_overflow),
		cmocka_unit_test(another_policy_starts_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
