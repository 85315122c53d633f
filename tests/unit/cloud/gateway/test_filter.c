#include "cloud/gateway/filter.h"
#include "zt_cmocka.h"

static const char *upstream(const char *filter)
{
	static char text[512];
	zt_buf out = ZT_BUF(text);
	zt_filter_put_upstream(zt_view_of(filter), &out);
	assert_ok(zt_buf_finish_text(&out));
	return text;
}

/* AWS: "sensor/#" matches "sensor/", "sensor/a", "sensor/a/b", but not "sensor". */
static void a_tree_goes_up_without_its_root(void **state)
{
	(void)state;
	assert_string_equal(upstream("sensor/#"), "sensor/+/#");
	assert_string_equal(upstream("a/+/#"), "a/+/+/#");
	assert_string_equal(upstream("/#"), "/+/#");
	assert_string_equal(upstream("$share/g/sensor/#"), "$share/g/sensor/+/#");
	assert_string_equal(upstream("$aws/things/x/#"), "$aws/things/x/+/#");
}

static void other_filters_go_up_as_they_are(void **state)
{
	(void)state;
	assert_string_equal(upstream("#"), "#");
	assert_string_equal(upstream("$share/g/#"), "$share/g/#");
	assert_string_equal(upstream("a/+"), "a/+");
	assert_string_equal(upstream("a/b"), "a/b");
}

static zt_mqtt_subscription item(const char *filter, uint8_t qos, uint8_t retain_handling)
{
	static char text[512];
	zt_buf texts = ZT_BUF(text);
	const zt_mqtt_subscription asked = { .filter = zt_view_of(filter),
					     .qos = qos,
					     .retain_handling = retain_handling };
	return zt_filter_upstream(&asked, &texts);
}

/* AWS delivers retained messages on exact filters only. */
static void wildcard_and_shared_filters_get_nothing_retained(void **state)
{
	(void)state;
	assert_int_equal(item("a/+", 1, 0).retain_handling, 2);
	assert_int_equal(item("a/#", 1, 1).retain_handling, 2);
	assert_int_equal(item("$share/g/a", 1, 0).retain_handling, 2);
	assert_int_equal(item("a/b", 1, 0).retain_handling, 0);
	assert_int_equal(item("a/b", 1, 1).retain_handling, 1);
}

static void qos_2_goes_up_as_1(void **state)
{
	(void)state;
	assert_int_equal(item("a", 2, 0).qos, 1);
	assert_int_equal(item("a", 1, 0).qos, 1);
	assert_int_equal(item("a", 0, 0).qos, 0);
}

static void only_some_dollar_topics_can_be_subscribed(void **state)
{
	(void)state;
	assert_true(zt_filter_is_reserved(ZT_LIT("$SYS/#")));
	assert_true(zt_filter_is_reserved(ZT_LIT("$SYS")));
	assert_true(zt_filter_is_reserved(ZT_LIT("$CONTROL/dynamic-security/v1")));
	assert_true(zt_filter_is_reserved(ZT_LIT("$aws/rules/r/x")));
	assert_true(zt_filter_is_reserved(ZT_LIT("$aws/#")));
	assert_true(zt_filter_is_reserved(ZT_LIT("$zerotouch/refusals")));
	assert_true(zt_filter_is_reserved(ZT_LIT("$share/g/$SYS/#")));
	assert_false(zt_filter_is_reserved(ZT_LIT("$aws/things/x/shadow/update/delta")));
	assert_false(zt_filter_is_reserved(ZT_LIT("$aws/events/presence/connected/x")));
	assert_false(zt_filter_is_reserved(ZT_LIT("$aws/certificates/create/json/accepted")));
	assert_false(zt_filter_is_reserved(ZT_LIT("$aws/provisioning-templates/t/provision/json/+")));
	assert_false(zt_filter_is_reserved(ZT_LIT("$share/g/a")));
	assert_false(zt_filter_is_reserved(ZT_LIT("a/$SYS")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_goes_up_without_its_root),
		cmocka_unit_test(other_filters_go_up_as_they_are),
		cmocka_unit_test(wildcard_and_shared_filters_get_nothing_retained),
		cmocka_unit_test(qos_2_goes_up_as_1),
		cmocka_unit_test(only_some_dollar_topics_can_be_subscribed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
