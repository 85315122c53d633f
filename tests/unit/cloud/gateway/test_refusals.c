#include "cloud/gateway/refusals.h"

#include "base/log.h"
#include "zt_cmocka.h"

static void the_newest_comes_first_and_old_ones_go(void **state)
{
	(void)state;
	zt_refusals *refusals;
	assert_ok(zt_refusals_new(&refusals));
	assert_null(zt_refusals_at(refusals, 0));
	for (unsigned i = 0; i < ZT_REFUSALS_KEPT + 10; i++) {
		zt_refusal r = { .rule = ZT_REFUSED_PUBLISH, .port = i };
		zt_refusals_add(refusals, &r);
	}
	assert_int_equal(zt_refusals_count(refusals), ZT_REFUSALS_KEPT + 10);
	assert_int_equal(zt_refusals_at(refusals, 0)->port, ZT_REFUSALS_KEPT + 9);
	assert_int_equal(zt_refusals_at(refusals, ZT_REFUSALS_KEPT - 1)->port, 10);
	assert_null(zt_refusals_at(refusals, ZT_REFUSALS_KEPT));
	zt_refusals_free(refusals);
}

static void each_rule_has_a_reason_and_a_remedy(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ZT_REFUSAL_RULES; i++) {
		assert_true(strlen(zt_refusal_name((zt_refusal_rule)i)) > 0);
		assert_true(strlen(zt_refusal_reason((zt_refusal_rule)i)) > 0);
		assert_true(strlen(zt_refusal_remedy((zt_refusal_rule)i)) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_comes_first_and_old_ones_go),
		cmocka_unit_test(each_rule_has_a_reason_and_a_remedy),
	};
	return zt_log_configure("error", ZT_LOG_TEXT) == ZT_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
