#include "packets.h"

/* 3.1.1 §3.8.3: the example "a/b" with QoS 1 and "c/d" with QoS 2. */
#define EXAMPLE 0x82, 14, 0, 10, 0, 3, 'a', '/', 'b', 1, 0, 3, 'c', '/', 'd', 2

static void reads_the_specifications_example(void **state)
{
	(void)state;
	zt_mqtt_subscribe s;
	assert_ok(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, BYTES(EXAMPLE), &s));
	assert_int_equal(s.packet_id, 10);
	assert_int_equal(s.count, 2);
	assert_view(s.items[0].filter, "a/b");
	assert_int_equal(s.items[0].qos, 1);
	assert_view(s.items[1].filter, "c/d");
	assert_int_equal(s.items[1].qos, 2);
}

static void reads_the_options_of_version_5(void **state)
{
	(void)state;
	zt_mqtt_subscribe s;
	assert_ok(READS(zt_mqtt_read_subscribe, ZT_MQTT_V5, BYTES(0x82, 9, 0, 1, 2, 0x0b, 7, 0, 1, 'a', 0x2d), &s));
	assert_bytes(s.properties, 0x0b, 7);
	assert_int_equal(s.items[0].qos, 1);
	assert_true(s.items[0].no_local && s.items[0].retain_as_published);
	assert_int_equal(s.items[0].retain_handling, 2);
}

static void refuses_bad_subscriptions(void **state)
{
	(void)state;
	zt_mqtt_subscribe s;
	/* no filter at all; QoS 3; reserved bits; no options; packet id 0 */
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, BYTES(0x82, 2, 0, 1), &s), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, BYTES(0x82, 6, 0, 1, 0, 1, 'a', 3), &s),
		      ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, BYTES(0x82, 6, 0, 1, 0, 1, 'a', 4), &s),
		      ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, BYTES(0x82, 5, 0, 1, 0, 1, 'a'), &s), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, BYTES(0x82, 6, 0, 0, 0, 1, 'a', 0), &s),
		      ZT_E_PROTOCOL);
	/* v5: reserved bits, retain handling 3, no-local on a shared filter */
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V5, BYTES(0x82, 7, 0, 1, 0, 0, 1, 'a', 0x40), &s),
		      ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V5, BYTES(0x82, 7, 0, 1, 0, 0, 1, 'a', 0x30), &s),
		      ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V5,
			    BYTES(0x82, 16, 0, 1, 0, 0, 10, '$', 's', 'h', 'a', 'r', 'e', '/', 'g', '/', 'a', 0x04),
			    &s),
		      ZT_E_PROTOCOL);
}

static void refuses_more_filters_than_it_can_hold(void **state)
{
	(void)state;
	uint8_t bytes[3 + 2 + 4 * (ZT_MQTT_FILTERS_MAX + 1)] = { 0x82 };
	zt_buf out = ZT_BUF(bytes);
	zt_buf_put(&out, BYTES(0x82, 0x86, 0x02, 0, 1)); /* 2 + 4 * 65 = 262 */
	for (size_t i = 0; i <= ZT_MQTT_FILTERS_MAX; i++)
		zt_buf_put(&out, BYTES(0, 1, 'a', 0));
	assert_ok(zt_buf_finish(&out));
	zt_mqtt_subscribe s;
	assert_status(READS(zt_mqtt_read_subscribe, ZT_MQTT_V311, zt_buf_view(&out), &s), ZT_E_LIMIT);
}

/* 3.1.1 §3.10.3: the example of an UNSUBSCRIBE. */
static void reads_unsubscribe(void **state)
{
	(void)state;
	zt_mqtt_subscribe s;
	assert_ok(READS(zt_mqtt_read_unsubscribe, ZT_MQTT_V311,
			BYTES(0xa2, 12, 0, 10, 0, 3, 'a', '/', 'b', 0, 3, 'c', '/', 'd'), &s));
	assert_int_equal(s.count, 2);
	assert_view(s.items[1].filter, "c/d");
	assert_status(READS(zt_mqtt_read_unsubscribe, ZT_MQTT_V311, BYTES(0xa2, 2, 0, 10), &s), ZT_E_PROTOCOL);
}

static void reads_the_answers(void **state)
{
	(void)state;
	zt_mqtt_suback a;
	assert_ok(READS(zt_mqtt_read_suback, ZT_MQTT_V311, BYTES(0x90, 5, 0, 10, 0, 2, 0x80), &a));
	assert_bytes(a.codes, 0, 2, 0x80);
	assert_ok(READS(zt_mqtt_read_suback, ZT_MQTT_V5, BYTES(0x90, 4, 0, 10, 0, 0x87), &a));
	assert_bytes(a.codes, 0x87);
	assert_ok(READS(zt_mqtt_read_unsuback, ZT_MQTT_V311, BYTES(0xb0, 2, 0, 10), &a));
	assert_int_equal(a.packet_id, 10);
	assert_ok(READS(zt_mqtt_read_unsuback, ZT_MQTT_V5, BYTES(0xb0, 5, 0, 10, 0, 0, 0x11), &a));
	assert_bytes(a.codes, 0, 0x11);
	assert_status(READS(zt_mqtt_read_suback, ZT_MQTT_V311, BYTES(0x90, 3, 0, 10, 0x87), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_suback, ZT_MQTT_V311, BYTES(0x90, 2, 0, 10), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_unsuback, ZT_MQTT_V311, BYTES(0xb0, 3, 0, 10, 0), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_unsuback, ZT_MQTT_V5, BYTES(0xb0, 3, 0, 10, 0), &a), ZT_E_PROTOCOL);
}

static void writes_by_hand_written_bytes(void **state)
{
	(void)state;
	uint8_t room[64];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_subscribe s = { .packet_id = 10,
				.count = 2,
				.items = { { .filter = ZT_LIT("a/b"), .qos = 1, .retain_handling = 2 },
					   { .filter = ZT_LIT("c/d"), .qos = 2 } } };
	zt_mqtt_write_subscribe(&out, ZT_MQTT_V311, &s);
	assert_bytes(zt_buf_view(&out), EXAMPLE);
	out.n = 0;
	s.count = 1;
	zt_mqtt_write_subscribe(&out, ZT_MQTT_V5, &s);
	assert_bytes(zt_buf_view(&out), 0x82, 9, 0, 10, 0, 0, 3, 'a', '/', 'b', 0x21);
	out.n = 0;
	zt_mqtt_write_subscribe_one(&out, ZT_MQTT_V5, 10, &s.items[0]);
	zt_mqtt_write_subscribe_one(&out, ZT_MQTT_V311, 11, &s.items[1]);
	assert_bytes(zt_buf_view(&out), 0x82, 9, 0, 10, 0, 0, 3, 'a', '/', 'b', 0x21, 0x82, 8, 0, 11, 0, 3, 'c', '/',
		     'd', 0x02);
	out.n = 0;
	zt_mqtt_write_unsubscribe(&out, ZT_MQTT_V5, &s);
	assert_bytes(zt_buf_view(&out), 0xa2, 8, 0, 10, 0, 0, 3, 'a', '/', 'b');
	out.n = 0;
	zt_mqtt_suback a = { .packet_id = 10, .codes = ZT_LIT("\x01\x80") };
	zt_mqtt_write_suback(&out, ZT_MQTT_V311, ZT_MQTT_SUBACK, &a);
	zt_mqtt_write_suback(&out, ZT_MQTT_V311, ZT_MQTT_UNSUBACK, &a);
	zt_mqtt_write_suback(&out, ZT_MQTT_V5, ZT_MQTT_UNSUBACK, &a);
	assert_bytes(zt_buf_view(&out), 0x90, 4, 0, 10, 1, 0x80, 0xb0, 2, 0, 10, 0xb0, 5, 0, 10, 0, 1, 0x80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_specifications_example),
		cmocka_unit_test(reads_the_options_of_version_5),
		cmocka_unit_test(refuses_bad_subscriptions),
		cmocka_unit_test(refuses_more_filters_than_it_can_hold),
		cmocka_unit_test(reads_unsubscribe),
		cmocka_unit_test(reads_the_answers),
		cmocka_unit_test(writes_by_hand_written_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
