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

static void a_record_tells_all_of_it_in_utf_8(void **state)
{
	(void)state;
	zt_refusal r = { .time_ms = 1767268800123,
			 .rule = ZT_REFUSED_PUBLISH,
			 .port = 8883,
			 .number = 7,
			 .peer = "127.0.0.1:4711",
			 .device_id = "lamp",
			 .client_id = "\xff\xff\xff\xff\xff",
			 /* Cut within the second byte of a character. */
			 .attempted = "PUBLISH caf\xc3",
			 .detail = "no statement allows it" };
	json_t *json = zt_refusal_json(&r);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "time")), "2026-01-01T12:00:00.123Z");
	assert_string_equal(json_string_value(json_object_get(json, "rule")), "PublishDenied");
	assert_string_equal(json_string_value(json_object_get(json, "attempted")), "PUBLISH caf");
	assert_string_equal(json_string_value(json_object_get(json, "clientId")), "(not UTF-8)");
	assert_int_equal(json_integer_value(json_object_get(json, "number")), 7);
	json_decref(json);
}

static void a_list_goes_on_where_the_last_one_ended(void **state)
{
	(void)state;
	zt_refusals *refusals;
	assert_ok(zt_refusals_new(&refusals));
	for (unsigned i = 0; i < 4; i++) {
		zt_refusal r = { .rule = ZT_REFUSED_UNKNOWN };
		(void)snprintf(r.device_id, sizeof r.device_id, "%s", i % 2 ? "odd" : "even");
		zt_refusals_add(refusals, &r);
	}
	json_t *all = zt_refusals_json(refusals, 1, ZT_LIT("ev"));
	const json_t *list = json_object_get(all, "refusals");
	assert_int_equal(json_array_size(list), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "number")), 3);
	assert_int_equal(json_integer_value(json_object_get(all, "last")), 4);
	assert_int_equal(zt_refusals_count_of(refusals, ZT_REFUSED_UNKNOWN), 4);
	json_decref(all);
	zt_refusals_free(refusals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_comes_first_and_old_ones_go),
		cmocka_unit_test(each_rule_has_a_reason_and_a_remedy),
		cmocka_unit_test(a_record_tells_all_of_it_in_utf_8),
		cmocka_unit_test(a_list_goes_on_where_the_last_one_ended),
	};
	return zt_log_configure("error", ZT_LOG_TEXT) == ZT_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
