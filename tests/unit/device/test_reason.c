#include "unit/zt_cmocka.h"
#include "zerotouch/reason.h"

static void every_reason_has_a_name_and_words(void **state)
{
	(void)state;
	for (int i = 0; i < ZT_REASON_COUNT; i++) {
		assert_true(zt_reason_name((zt_reason)i)[0] != 0);
		assert_true(zt_reason_text((zt_reason)i)[0] != 0);
	}
}

static void names_are_distinct(void **state)
{
	(void)state;
	for (int i = 0; i < ZT_REASON_COUNT; i++)
		for (int j = i + 1; j < ZT_REASON_COUNT; j++)
			assert_string_not_equal(zt_reason_name((zt_reason)i), zt_reason_name((zt_reason)j));
}

static void an_unknown_reason_is_no_crash(void **state)
{
	(void)state;
	assert_non_null(zt_reason_text((zt_reason)9999));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_name_and_words),
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(an_unknown_reason_is_no_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
