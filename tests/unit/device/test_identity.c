#include "unit/zt_cmocka.h"
#include "zerotouch/identity.h"

/* A day from noon to noon: two thirds are over at 04:00. */
static const zt_identity_info day = { .not_before_ms = 1000, .not_after_ms = 1000 + 24 * 3600 * 1000 };
static const int64_t two_thirds_ms = 1000 + 16 * 3600 * 1000;

static void a_young_certificate_is_not_due(void **state)
{
	(void)state;
	assert_false(zt_identity_renewal_due(&day, day.not_before_ms));
	assert_false(zt_identity_renewal_due(&day, two_thirds_ms - 1));
}

static void after_two_thirds_of_its_life_it_is_due(void **state)
{
	(void)state;
	assert_true(zt_identity_renewal_due(&day, two_thirds_ms));
	assert_true(zt_identity_renewal_due(&day, day.not_after_ms + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_young_certificate_is_not_due),
		cmocka_unit_test(after_two_thirds_of_its_life_it_is_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
