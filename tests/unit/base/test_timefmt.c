#include "base/timefmt.h"

#include "zt_cmocka.h"

#define NOON_MS 1769860800000LL /* date -u -d 2026-01-31T12:00:00Z +%s */

static void each_form_of_a_moment(void **state)
{
	(void)state;
	char text[ZT_TIME_TEXT_MAX];
	zt_time_iso8601_ms(NOON_MS + 7, text);
	assert_string_equal(text, "2026-01-31T12:00:00.007Z");
	zt_time_iso8601(NOON_MS + 999, text);
	assert_string_equal(text, "2026-01-31T12:00:00Z");
	zt_time_lambda(NOON_MS + 123, text);
	assert_string_equal(text, "2026-01-31T12:00:00.123+0000");
	zt_time_amz(NOON_MS, text);
	assert_string_equal(text, "20260131T120000Z");
	zt_time_http(NOON_MS, text);
	assert_string_equal(text, "Sat, 31 Jan 2026 12:00:00 GMT");
}

/* The example of RFC 9110 §5.6.7. */
static void the_moment_of_the_http_specification(void **state)
{
	(void)state;
	char text[ZT_TIME_TEXT_MAX];
	zt_time_http(784111777000, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
}

static void before_1970_a_second_is_rounded_down(void **state)
{
	(void)state;
	char text[ZT_TIME_TEXT_MAX];
	zt_time_iso8601_ms(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	zt_time_iso8601_ms(-1000, text);
	assert_string_equal(text, "1969-12-31T23:59:59.000Z");
}

static void a_year_has_four_digits(void **state)
{
	char text[ZT_TIME_TEXT_MAX];
	(void)state;
	zt_time_iso8601(INT64_C(-61946196955000), text);
	assert_string_equal(text, "0007-01-02T03:04:05Z");
	zt_time_amz(INT64_C(-61946196955000), text);
	assert_string_equal(text, "00070102T030405Z");
}

static void moments_far_away_do_not_overrun(void **state)
{
	(void)state;
	char text[ZT_TIME_TEXT_MAX];
	static const int64_t far[] = { INT64_MAX, INT64_MIN, 253402300799999, 253402300800000 };
	for (size_t i = 0; i < ZT_COUNT(far); i++) {
		zt_time_iso8601_ms(far[i], text);
		assert_true(strlen(text) < ZT_TIME_TEXT_MAX);
		zt_time_http(far[i], text);
		assert_true(strlen(text) < ZT_TIME_TEXT_MAX);
	}
}

static int64_t amz(const char *text)
{
	int64_t ms = -7;
	zt_status status = zt_time_parse_amz(zt_view_of(text), &ms);
	assert_true(status == ZT_OK || (status == ZT_E_INVALID && ms == -7));
	return ms;
}

static int64_t iso(const char *text)
{
	int64_t ms = -7;
	zt_status status = zt_time_parse_iso8601(zt_view_of(text), &ms);
	assert_true(status == ZT_OK || (status == ZT_E_INVALID && ms == -7));
	return ms;
}

static void a_signatures_date_is_read(void **state)
{
	(void)state;
	assert_int_equal(amz("20260131T120000Z"), NOON_MS);
	assert_int_equal(amz("20000229T235959Z"), 951868799000);
	static const char *const wrong[] = { "",
					     "20260131T120000",
					     "20260131120000Z",
					     "20260131T120000z",
					     "20260131T120000Z ",
					     "20261331T120000Z",
					     "20260132T120000Z",
					     "20260131T240000Z",
					     "20260131T126000Z",
					     "20260131T120061Z",
					     "2026013aT120000Z",
					     "+0260131T120000Z",
					     "20260229T120000Z" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_int_equal(amz(wrong[i]), -7);
}

static void an_iso_8601_date_is_read(void **state)
{
	(void)state;
	assert_int_equal(iso("2026-01-31T12:00:00Z"), NOON_MS);
	assert_int_equal(iso("2026-01-31T12:00:00.250Z"), NOON_MS + 250);
	assert_int_equal(iso("1969-12-31T23:59:59Z"), -1000);
	static const char *const wrong[] = { "",
					     "2026-01-31",
					     "2026-01-31T12:00:00",
					     "2026-01-31 12:00:00Z",
					     "2026-01-31T12:00:00.25Z",
					     "2026-01-31T12:00:00.2500Z",
					     "2026-01-31T12:00:00+00:00",
					     "2026-00-31T12:00:00Z",
					     "2026-01-00T12:00:00Z",
					     "2026-04-31T12:00:00Z",
					     "2026-02-29T12:00:00Z" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_int_equal(iso(wrong[i]), -7);
}

static void a_leap_second_is_read_and_only_on_a_day_that_exists(void **state)
{
	(void)state;
	assert_int_equal(iso("2016-12-31T23:59:60Z"), 1483228800000);
	assert_int_equal(iso("2016-02-31T23:59:60Z"), -7);
}

static void the_clocks_go_on(void **state)
{
	(void)state;
	zt_clock clock = zt_clock_system();
	int64_t mono = zt_clock_mono_ms(&clock), wall = zt_clock_wall_ms(&clock);
	assert_true(zt_time_mono_ms() >= mono);
	assert_true(wall > 1600000000000); /* September 2020 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_of_a_moment),
		cmocka_unit_test(the_moment_of_the_http_specification),
		cmocka_unit_test(before_1970_a_second_is_rounded_down),
		cmocka_unit_test(a_year_has_four_digits),
		cmocka_unit_test(moments_far_away_do_not_overrun),
		cmocka_unit_test(a_signatures_date_is_read),
		cmocka_unit_test(an_iso_8601_date_is_read),
		cmocka_unit_test(a_leap_second_is_read_and_only_on_a_day_that_exists),
		cmocka_unit_test(the_clocks_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
