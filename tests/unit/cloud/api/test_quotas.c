#include "cloud/api/quotas.h"

#include "zt_cmocka.h"

static unsigned calls(zt_quotas *quotas, const char *operation, unsigned tries, int64_t mono_ms)
{
	unsigned taken = 0;
	for (unsigned i = 0; i < tries; i++)
		taken += zt_quotas_take(quotas, "iot", operation, mono_ms);
	return taken;
}

/* The rates are AWS's: 10 a second for RegisterThing, 100 for CreateThing, 2 for ListTopicRules. */
static void a_second_s_worth_at_once_and_then_the_rate(void **state)
{
	(void)state;
	zt_quotas *q;
	assert_ok(zt_quotas_new(&q));
	assert_int_equal(calls(q, "RegisterThing", 50, 5000), 10);
	assert_int_equal(calls(q, "RegisterThing", 50, 5099), 0);
	assert_int_equal(calls(q, "RegisterThing", 50, 5100), 1);
	assert_int_equal(calls(q, "RegisterThing", 50, 5600), 5);
	assert_int_equal(calls(q, "RegisterThing", 50, 60000), 10);
	assert_int_equal(calls(q, "CreateThing", 500, 5000), 100);
	assert_int_equal(calls(q, "ListTopicRules", 5, 5000), 2);
	zt_quotas_free(q);
}

static void many_small_steps_of_time_lose_nothing(void **state)
{
	(void)state;
	zt_quotas *q;
	assert_ok(zt_quotas_new(&q));
	unsigned taken = 0;
	for (int64_t ms = 1000; ms < 11000; ms += 7)
		taken += zt_quotas_take(q, "iot", "DescribeCertificate", ms);
	assert_in_range(taken, 109, 110);
	zt_quotas_free(q);
}

static void what_has_no_quota_is_free(void **state)
{
	(void)state;
	zt_quotas *q;
	assert_ok(zt_quotas_new(&q));
	assert_int_equal(calls(q, "GetCallerIdentity", 1000, 1), 1000);
	assert_int_equal(calls(NULL, "RegisterThing", 1000, 1), 1000);
	zt_quotas_free(q);
}

/* Lambda and CloudWatch Logs have a TagResource too. */
static void a_quota_is_of_its_service_alone(void **state)
{
	(void)state;
	zt_quotas *q;
	assert_ok(zt_quotas_new(&q));
	for (unsigned i = 0; i < 100; i++) {
		assert_true(zt_quotas_take(q, "lambda", "TagResource", 5000));
		assert_true(zt_quotas_take(q, "logs", "TagResource", 5000));
	}
	assert_int_equal(calls(q, "TagResource", 100, 5000), 10);
	zt_quotas_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_s_worth_at_once_and_then_the_rate),
		cmocka_unit_test(many_small_steps_of_time_lose_nothing),
		cmocka_unit_test(what_has_no_quota_is_free),
		cmocka_unit_test(a_quota_is_of_its_service_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
