#include "unit/zt_cmocka.h"
#include "zerotouch/identity.h"

static const zt_identity_info day = { .not_before_ms = 1000, .not_after_ms = 1000 + 24 * 3600 * 1000 };

static void a_certificate_of_a_day_is_due_after_sixteen_hours(void **state)
{
	(void)state;
	assert_int_equal(zt_identity_renewal_ms(&day), 1000 + 16 * 3600 * 1000);
}

/* A CA may date its certificates to the end of time (RFC 5280 §4.1.2.5: 99991231235959Z). */
static void the_end_of_time_does_not_overflow(void **state)
{
	(void)state;
	static const zt_identity_info endless = { .not_before_ms = 0, .not_after_ms = INT64_C(253402300799000) };
	assert_true(zt_identity_renewal_ms(&endless) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_of_a_day_is_due_after_sixteen_hours),
		cmocka_unit_test(the_end_of_time_does_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
