#include <string.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/message.h"

static char text[ZT_PAYLOAD_MAX + 1];

static zt_message on(zt_view topic)
{
	return (zt_message){ .topic = topic, .payload = ZT_LIT("x") };
}

static zt_status check(zt_message message, const char *named)
{
	const char *why = "";
	zt_status status = zt_message_check(&message, &why);
	assert_non_null(strstr(why, named));
	return status;
}

static void an_ordinary_message_passes(void **state)
{
	(void)state;
	assert_ok(check(on(ZT_LIT("myhome/myroom")), ""));
}

static void a_topic_of_256_bytes_passes_and_257_do_not(void **state)
{
	(void)state;
	memset(text, 'a', 257);
	assert_ok(check(on(zt_view_make(text, 256)), ""));
	assert_status(check(on(zt_view_make(text, 257)), "256 bytes"), ZT_E_LIMIT);
}

static void seven_slashes_pass_and_eight_do_not(void **state)
{
	(void)state;
	assert_ok(check(on(ZT_LIT("a/b/c/d/e/f/g/h")), ""));
	assert_status(check(on(ZT_LIT("a/b/c/d/e/f/g/h/i")), "7 slashes"), ZT_E_LIMIT);
}

static void the_prefix_of_basic_ingest_does_not_count(void **state)
{
	(void)state;
	assert_ok(check(on(ZT_LIT("$aws/rules/store/a/b/c/d/e/f/g/h")), ""));
}

static void wildcards_nothing_and_broken_utf8_are_no_topics(void **state)
{
	(void)state;
	assert_status(check(on(ZT_LIT("a/+/b")), "'+'"), ZT_E_INVALID);
	assert_status(check(on(ZT_LIT("a/#")), "'#'"), ZT_E_INVALID);
	assert_status(check(on(ZT_VIEW_EMPTY), "not empty"), ZT_E_INVALID);
	assert_status(check(on(ZT_LIT("a\xff")), "UTF-8"), ZT_E_INVALID);
}

static void a_payload_of_128_kib_passes_and_one_more_byte_does_not(void **state)
{
	(void)state;
	zt_message message = on(ZT_LIT("a"));
	message.payload = zt_view_make(text, 128 * 1024);
	assert_ok(check(message, ""));
	message.payload.n++;
	assert_status(check(message, "131072"), ZT_E_LIMIT);
}

static void qos_2_is_not_known(void **state)
{
	(void)state;
	zt_message message = on(ZT_LIT("a"));
	message.qos = 2;
	assert_status(check(message, "QoS"), ZT_E_INVALID);
}

static void filters_have_the_same_limits(void **state)
{
	(void)state;
	const char *why = "";
	assert_ok(zt_filter_check(ZT_LIT("a/+/#"), 1, &why));
	assert_status(zt_filter_check(ZT_LIT("a/#/b"), 1, &why), ZT_E_INVALID);
	assert_status(zt_filter_check(ZT_LIT("+/+/+/+/+/+/+/+/+"), 1, &why), ZT_E_LIMIT);
	assert_status(zt_filter_check(ZT_LIT("a"), 2, NULL), ZT_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_message_passes),
		cmocka_unit_test(a_topic_of_256_bytes_passes_and_257_do_not),
		cmocka_unit_test(seven_slashes_pass_and_eight_do_not),
		cmocka_unit_test(the_prefix_of_basic_ingest_does_not_count),
		cmocka_unit_test(wildcards_nothing_and_broken_utf8_are_no_topics),
		cmocka_unit_test(a_payload_of_128_kib_passes_and_one_more_byte_does_not),
		cmocka_unit_test(qos_2_is_not_known),
		cmocka_unit_test(filters_have_the_same_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
