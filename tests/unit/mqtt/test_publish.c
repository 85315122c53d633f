#include "packets.h"

static void reads_qos_0_without_packet_id(void **state)
{
	(void)state;
	zt_mqtt_publish p;
	assert_ok(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x30, 7, 0, 3, 'a', '/', 'b', 'h', 'i'), &p));
	assert_int_equal(p.qos, 0);
	assert_int_equal(p.packet_id, 0);
	assert_view(p.topic, "a/b");
	assert_view(p.payload, "hi");
	assert_false(p.retain || p.dup);
}

/* 3.1.1 §3.3.2.3: the example "a/b" with packet identifier 10. */
static void reads_qos_1_with_flags(void **state)
{
	(void)state;
	zt_mqtt_publish p;
	assert_ok(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x3b, 7, 0, 3, 'a', '/', 'b', 0, 10), &p));
	assert_int_equal(p.qos, 1);
	assert_int_equal(p.packet_id, 10);
	assert_true(p.retain && p.dup);
	assert_int_equal(p.payload.n, 0);
}

static void version_5_has_properties_and_may_leave_the_topic_to_an_alias(void **state)
{
	(void)state;
	zt_mqtt_publish p;
	assert_ok(READS(zt_mqtt_read_publish, ZT_MQTT_V5, BYTES(0x30, 7, 0, 0, 3, 0x23, 0, 1, 'x'), &p));
	assert_int_equal(p.topic.n, 0);
	assert_bytes(p.properties, 0x23, 0, 1);
	assert_view(p.payload, "x");
}

static void refuses_what_the_specification_forbids(void **state)
{
	(void)state;
	zt_mqtt_publish p;
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x30, 2, 0, 0), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x30, 5, 0, 3, 'a', '/', '+'), &p),
		      ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x30, 3, 0, 1, '#'), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x38, 3, 0, 1, 'a'), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x32, 5, 0, 1, 'a', 0, 0), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x32, 4, 0, 1, 'a', 0), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x30, 3, 0, 2, 'a'), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V311, BYTES(0x30, 3, 0, 1, 0xff), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V5, BYTES(0x30, 3, 0, 1, 'a'), &p), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V5, BYTES(0x30, 5, 0, 1, 'a', 2, 1), &p), ZT_E_PROTOCOL);
	/* MQTT-1.5.5-1: the length of the properties takes no more bytes than it needs. */
	assert_status(READS(zt_mqtt_read_publish, ZT_MQTT_V5, BYTES(0x30, 5, 0, 1, 'a', 0x80, 0), &p), ZT_E_PROTOCOL);
}

static void writes_by_hand_written_bytes(void **state)
{
	(void)state;
	uint8_t room[64];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_publish p = {
		.qos = 1, .packet_id = 10, .retain = true, .topic = ZT_LIT("a/b"), .payload = ZT_LIT("hi")
	};
	zt_mqtt_write_publish(&out, ZT_MQTT_V311, &p);
	assert_bytes(zt_buf_view(&out), 0x33, 9, 0, 3, 'a', '/', 'b', 0, 10, 'h', 'i');
	out.n = 0;
	p = (zt_mqtt_publish){ .topic = ZT_LIT("a"), .properties = ZT_LIT("\x01\x01"), .payload = ZT_LIT("x") };
	zt_mqtt_write_publish(&out, ZT_MQTT_V5, &p);
	assert_bytes(zt_buf_view(&out), 0x30, 7, 0, 1, 'a', 2, 1, 1, 'x');
}

static void the_head_counts_the_payload(void **state)
{
	(void)state;
	static uint8_t payload[200];
	uint8_t room[16];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_publish p = { .topic = ZT_LIT("a"), .payload = { payload, sizeof payload } };
	zt_mqtt_write_publish_head(&out, ZT_MQTT_V311, &p);
	assert_ok(zt_buf_finish(&out));
	assert_bytes(zt_buf_view(&out), 0x30, 0xcb, 0x01, 0, 1, 'a'); /* 203 = 0x4b + 1 * 128 */
}

static void a_topic_beyond_65535_bytes_sets_the_flag(void **state)
{
	(void)state;
	static uint8_t topic[65536], room[70000];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_publish(&out, ZT_MQTT_V311, &(zt_mqtt_publish){ .topic = { topic, sizeof topic } });
	assert_status(zt_buf_finish(&out), ZT_E_SPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_qos_0_without_packet_id),
		cmocka_unit_test(reads_qos_1_with_flags),
		cmocka_unit_test(version_5_has_properties_and_may_leave_the_topic_to_an_alias),
		cmocka_unit_test(refuses_what_the_specification_forbids),
		cmocka_unit_test(writes_by_hand_written_bytes),
		cmocka_unit_test(the_head_counts_the_payload),
		cmocka_unit_test(a_topic_beyond_65535_bytes_sets_the_flag),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
