#include "mqtt/properties.h"

#include "packets.h"

#define CHECK(type, ...) zt_mqtt_properties_check(BYTES(__VA_ARGS__), ZT_MQTT_##type, false)

static void reads_each_form(void **state)
{
	(void)state;
	zt_view in = BYTES(0x01, 1, 0x21, 0, 100, 0x02, 0, 0, 0x0e, 0x10, 0x0b, 0x80, 0x01, 0x03, 0, 1, 't', 0x09, 0, 2,
			   0xff, 0, 0x26, 0, 1, 'k', 0, 1, 'v');
	zt_mqtt_property p;
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_int_equal(p.id, ZT_PROP_PAYLOAD_FORMAT);
	assert_int_equal(p.number, 1);
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_int_equal(p.number, 100);
	assert_bytes(p.whole, 0x21, 0, 100);
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_int_equal(p.number, 3600);
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_int_equal(p.number, 128);
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_view(p.text, "t");
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_bytes(p.text, 0xff, 0);
	assert_true(zt_mqtt_property_next(&in, &p));
	assert_view(p.name, "k");
	assert_view(p.text, "v");
	assert_false(zt_mqtt_property_next(&in, &p));
}

static void each_packet_has_its_own(void **state)
{
	(void)state;
	assert_ok(CHECK(CONNECT, 0x11, 0, 0, 0, 1));
	assert_status(CHECK(PUBLISH, 0x11, 0, 0, 0, 1), ZT_E_PROTOCOL);
	assert_ok(CHECK(PUBLISH, 0x23, 0, 1));
	assert_status(CHECK(CONNECT, 0x23, 0, 1), ZT_E_PROTOCOL);
	assert_ok(zt_mqtt_properties_check(BYTES(0x18, 0, 0, 0, 1), ZT_MQTT_CONNECT, true));
	assert_status(CHECK(CONNECT, 0x18, 0, 0, 0, 1), ZT_E_PROTOCOL);
	assert_ok(CHECK(UNSUBSCRIBE, 0x26, 0, 0, 0, 0));
	assert_status(CHECK(UNSUBSCRIBE, 0x0b, 1), ZT_E_PROTOCOL);
	assert_ok(zt_mqtt_properties_check(ZT_VIEW_EMPTY, ZT_MQTT_CONNECT, false));
}

static void unknown_and_cut_off_properties_are_refused(void **state)
{
	(void)state;
	assert_status(CHECK(CONNECT, 0x00), ZT_E_PROTOCOL);
	assert_status(CHECK(CONNECT, 0x04, 0), ZT_E_PROTOCOL);
	assert_status(CHECK(CONNECT, 0x7f, 0), ZT_E_PROTOCOL);
	assert_status(CHECK(CONNECT, 0x91, 0x00, 0, 0, 0, 1), ZT_E_PROTOCOL); /* 0x11 in two bytes */
	assert_status(CHECK(CONNECT, 0x11, 0, 0, 0), ZT_E_PROTOCOL);
	assert_status(CHECK(CONNECT, 0x21, 0), ZT_E_PROTOCOL);
	assert_status(CHECK(CONNECT, 0x26, 0, 1, 'k', 0, 2, 'v'), ZT_E_PROTOCOL);
	assert_status(CHECK(PUBLISH, 0x03, 0, 1, 0xff), ZT_E_PROTOCOL);
}

static void values_have_ranges(void **state)
{
	(void)state;
	assert_status(CHECK(CONNECT, 0x21, 0, 0), ZT_E_PROTOCOL);       /* Receive Maximum 0 */
	assert_status(CHECK(CONNECT, 0x27, 0, 0, 0, 0), ZT_E_PROTOCOL); /* Maximum Packet Size 0 */
	assert_status(CHECK(CONNECT, 0x17, 2), ZT_E_PROTOCOL);          /* Request Problem Information 2 */
	assert_status(CHECK(CONNACK, 0x24, 2), ZT_E_PROTOCOL);          /* Maximum QoS 2 */
	assert_status(CHECK(PUBLISH, 0x23, 0, 0), ZT_E_PROTOCOL);       /* Topic Alias 0 */
	assert_status(CHECK(SUBSCRIBE, 0x0b, 0), ZT_E_PROTOCOL);        /* Subscription Identifier 0 */
	assert_status(CHECK(PUBLISH, 0x08, 0, 1, '#'), ZT_E_PROTOCOL);  /* Response Topic with a wildcard */
	assert_ok(CHECK(PUBLISH, 0x08, 0, 1, 'r'));
}

static void only_some_may_come_twice(void **state)
{
	(void)state;
	assert_status(CHECK(CONNECT, 0x21, 0, 1, 0x21, 0, 1), ZT_E_PROTOCOL);
	assert_ok(CHECK(CONNECT, 0x26, 0, 0, 0, 0, 0x26, 0, 0, 0, 0));
	assert_ok(CHECK(PUBLISH, 0x0b, 1, 0x0b, 2));
	assert_status(CHECK(SUBSCRIBE, 0x0b, 1, 0x0b, 2), ZT_E_PROTOCOL);
}

static void authentication_data_needs_a_method(void **state)
{
	(void)state;
	assert_status(CHECK(CONNECT, 0x16, 0, 1, 1), ZT_E_PROTOCOL);
	assert_ok(CHECK(CONNECT, 0x15, 0, 1, 'm', 0x16, 0, 1, 1));
}

static void finds_the_first_of_an_id(void **state)
{
	(void)state;
	zt_mqtt_property p;
	assert_true(zt_mqtt_property_find(BYTES(0x01, 1, 0x0b, 5, 0x0b, 6), ZT_PROP_SUBSCRIPTION_ID, &p));
	assert_int_equal(p.number, 5);
	assert_false(zt_mqtt_property_find(BYTES(0x01, 1), ZT_PROP_SUBSCRIPTION_ID, &p));
}

static void writes_each_form(void **state)
{
	(void)state;
	uint8_t room[64];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_put_number(&out, ZT_PROP_MAXIMUM_QOS, 1);
	zt_mqtt_put_number(&out, ZT_PROP_RECEIVE_MAXIMUM, 100);
	zt_mqtt_put_number(&out, ZT_PROP_SESSION_EXPIRY, 3600);
	zt_mqtt_put_number(&out, ZT_PROP_SUBSCRIPTION_ID, 128);
	zt_mqtt_put_text(&out, ZT_PROP_CONTENT_TYPE, ZT_LIT("t"));
	zt_mqtt_put_user(&out, ZT_LIT("k"), ZT_LIT("v"));
	assert_ok(zt_buf_finish(&out));
	assert_bytes(zt_buf_view(&out), 0x24, 1, 0x21, 0, 100, 0x11, 0, 0, 0x0e, 0x10, 0x0b, 0x80, 0x01, 0x03, 0, 1,
		     't', 0x26, 0, 1, 'k', 0, 1, 'v');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_form),
		cmocka_unit_test(each_packet_has_its_own),
		cmocka_unit_test(unknown_and_cut_off_properties_are_refused),
		cmocka_unit_test(values_have_ranges),
		cmocka_unit_test(only_some_may_come_twice),
		cmocka_unit_test(authentication_data_needs_a_method),
		cmocka_unit_test(finds_the_first_of_an_id),
		cmocka_unit_test(writes_each_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
