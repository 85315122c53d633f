#include "packets.h"

static void takes_packets_one_by_one(void **state)
{
	(void)state;
	zt_view in = BYTES(0xc0, 0x00, 0x40, 0x02, 0x12, 0x34);
	zt_mqtt_frame f;
	assert_ok(zt_mqtt_frame_next(&in, 100, &f));
	assert_int_equal(f.type, ZT_MQTT_PINGREQ);
	assert_int_equal(f.body.n, 0);
	assert_ok(zt_mqtt_frame_next(&in, 100, &f));
	assert_int_equal(f.type, ZT_MQTT_PUBACK);
	assert_bytes(f.body, 0x12, 0x34);
	assert_bytes(f.whole, 0x40, 0x02, 0x12, 0x34);
	assert_status(zt_mqtt_frame_next(&in, 100, &f), ZT_E_AGAIN);
}

static void takes_nothing_while_bytes_are_missing(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { 0x30, 0x05, 0x00, 0x01, 'a', 'h', 'i' };
	for (size_t n = 0; n < sizeof bytes; n++) {
		zt_view in = { bytes, n };
		zt_mqtt_frame f;
		assert_status(zt_mqtt_frame_next(&in, 100, &f), ZT_E_AGAIN);
		assert_int_equal(in.n, n);
	}
}

/* Table 2.4: 128 is the first length of two bytes, 16,384 of three, 2,097,152 of four. */
static void reads_lengths_of_one_to_four_bytes(void **state)
{
	(void)state;
	static uint8_t bytes[2097152 + 5];
	static const struct {
		uint8_t head[5];
		size_t head_n, body_n;
	} cases[] = {
		{ { 0x30, 0x7f }, 2, 127 },
		{ { 0x30, 0x80, 0x01 }, 3, 128 },
		{ { 0x30, 0xff, 0x7f }, 3, 16383 },
		{ { 0x30, 0x80, 0x80, 0x01 }, 4, 16384 },
		{ { 0x30, 0xff, 0xff, 0x7f }, 4, 2097151 },
		{ { 0x30, 0x80, 0x80, 0x80, 0x01 }, 5, 2097152 },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++) {
		memcpy(bytes, cases[i].head, sizeof cases[i].head);
		zt_view in = { bytes, cases[i].head_n + cases[i].body_n };
		zt_mqtt_frame f;
		assert_ok(zt_mqtt_frame_next(&in, sizeof bytes, &f));
		assert_int_equal(f.body.n, cases[i].body_n);
	}
}

static void refuses_a_length_of_five_bytes(void **state)
{
	(void)state;
	zt_view in = BYTES(0x30, 0xff, 0xff, 0xff, 0xff, 0x7f);
	zt_mqtt_frame f;
	assert_status(zt_mqtt_frame_next(&in, 100, &f), ZT_E_PROTOCOL);
}

static void refuses_what_is_too_large_before_it_arrives(void **state)
{
	(void)state;
	zt_view in = BYTES(0x30, 0x09);
	zt_mqtt_frame f;
	assert_status(zt_mqtt_frame_next(&in, 10, &f), ZT_E_LIMIT);
	assert_status(zt_mqtt_frame_next(&in, 11, &f), ZT_E_AGAIN);
}

static void tells_a_size_from_the_head(void **state)
{
	(void)state;
	size_t size;
	assert_ok(zt_mqtt_frame_size(BYTES(0x30, 0x80, 0x01), 1000, &size));
	assert_int_equal(size, 131);
	assert_status(zt_mqtt_frame_size(BYTES(0x30, 0x80), 1000, &size), ZT_E_AGAIN);
	assert_status(zt_mqtt_frame_size(BYTES(0x30, 0x80, 0x01), 130, &size), ZT_E_LIMIT);
}

static void refuses_reserved_types_and_flags(void **state)
{
	(void)state;
	static const uint8_t firsts[] = { 0x00, 0x0f, 0x11, 0x21, 0x36, 0x3e, 0x41,
					  0x60, 0x80, 0x83, 0xa0, 0xc1, 0xe1, 0xf1 };
	for (size_t i = 0; i < sizeof firsts; i++) {
		zt_view in = { &firsts[i], 1 };
		zt_mqtt_frame f;
		assert_status(zt_mqtt_frame_next(&in, 100, &f), ZT_E_PROTOCOL);
	}
}

static void writes_the_empty_packets(void **state)
{
	(void)state;
	uint8_t room[6];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_empty(&out, ZT_MQTT_PINGREQ);
	zt_mqtt_write_empty(&out, ZT_MQTT_PINGRESP);
	zt_mqtt_write_empty(&out, ZT_MQTT_DISCONNECT);
	assert_ok(zt_buf_finish(&out));
	assert_bytes(zt_buf_view(&out), 0xc0, 0, 0xd0, 0, 0xe0, 0);
}

static void reads_and_writes_disconnect(void **state)
{
	(void)state;
	zt_mqtt_disconnect d;
	assert_ok(READS(zt_mqtt_read_disconnect, ZT_MQTT_V311, BYTES(0xe0, 0x00), &d));
	assert_int_equal(d.code, 0);
	assert_ok(READS(zt_mqtt_read_disconnect, ZT_MQTT_V5, BYTES(0xe0, 0x01, 0x04), &d));
	assert_int_equal(d.code, ZT_RC_DISCONNECT_WITH_WILL);
	assert_ok(READS(zt_mqtt_read_disconnect, ZT_MQTT_V5, BYTES(0xe0, 0x07, 0x00, 0x05, 0x11, 0, 0, 0, 60), &d));
	assert_bytes(d.properties, 0x11, 0, 0, 0, 60);
	assert_status(READS(zt_mqtt_read_disconnect, ZT_MQTT_V311, BYTES(0xe0, 0x01, 0x00), &d), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_disconnect, ZT_MQTT_V5, BYTES(0xe0, 0x03, 0x00, 0x00, 0x00), &d),
		      ZT_E_PROTOCOL);

	uint8_t room[32];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_disconnect(&out, ZT_MQTT_V5, &(zt_mqtt_disconnect){ .code = ZT_RC_SESSION_TAKEN_OVER });
	zt_mqtt_write_disconnect(&out, ZT_MQTT_V311, &(zt_mqtt_disconnect){ .code = ZT_RC_SESSION_TAKEN_OVER });
	assert_bytes(zt_buf_view(&out), 0xe0, 0x01, 0x8e, 0xe0, 0x00);
}

static void a_packet_without_room_is_not_there_and_sets_the_flag(void **state)
{
	(void)state;
	uint8_t room[7];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_ack(&out, ZT_MQTT_V311, ZT_MQTT_PUBACK, &(zt_mqtt_ack){ .packet_id = 1 });
	assert_ok(zt_buf_finish(&out));
	zt_mqtt_write_ack(&out, ZT_MQTT_V311, ZT_MQTT_PUBACK, &(zt_mqtt_ack){ .packet_id = 2 });
	assert_status(zt_buf_finish(&out), ZT_E_SPACE);
	assert_bytes(zt_buf_view(&out), 0x40, 0x02, 0x00, 0x01);
}

static void reads_and_writes_acknowledgements(void **state)
{
	(void)state;
	zt_mqtt_ack a;
	assert_ok(READS(zt_mqtt_read_ack, ZT_MQTT_V311, BYTES(0x40, 0x02, 0x12, 0x34), &a));
	assert_int_equal(a.packet_id, 0x1234);
	assert_ok(READS(zt_mqtt_read_ack, ZT_MQTT_V5, BYTES(0x40, 0x03, 0x00, 0x01, 0x10), &a));
	assert_int_equal(a.code, ZT_RC_NO_MATCHING_SUBSCRIBERS);
	assert_ok(
	    READS(zt_mqtt_read_ack, ZT_MQTT_V5, BYTES(0x50, 0x08, 0x00, 0x01, 0x87, 0x04, 0x1f, 0x00, 0x01, 'x'), &a));
	assert_int_equal(a.code, ZT_RC_NOT_AUTHORIZED);
	assert_bytes(a.properties, 0x1f, 0x00, 0x01, 'x');
	assert_status(READS(zt_mqtt_read_ack, ZT_MQTT_V311, BYTES(0x40, 0x02, 0x00, 0x00), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_ack, ZT_MQTT_V311, BYTES(0x40, 0x03, 0x00, 0x01, 0x00), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_ack, ZT_MQTT_V5, BYTES(0x40, 0x04, 0x00, 0x01, 0x00, 0x01), &a),
		      ZT_E_PROTOCOL);

	uint8_t room[32];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_ack(&out, ZT_MQTT_V5, ZT_MQTT_PUBREL, &(zt_mqtt_ack){ .packet_id = 0x0102 });
	zt_mqtt_write_ack(&out, ZT_MQTT_V5, ZT_MQTT_PUBACK, &(zt_mqtt_ack){ .packet_id = 3, .code = 0x87 });
	assert_bytes(zt_buf_view(&out), 0x62, 0x02, 0x01, 0x02, 0x40, 0x03, 0x00, 0x03, 0x87);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_packets_one_by_one),
		cmocka_unit_test(takes_nothing_while_bytes_are_missing),
		cmocka_unit_test(reads_lengths_of_one_to_four_bytes),
		cmocka_unit_test(refuses_a_length_of_five_bytes),
		cmocka_unit_test(refuses_what_is_too_large_before_it_arrives),
		cmocka_unit_test(tells_a_size_from_the_head),
		cmocka_unit_test(refuses_reserved_types_and_flags),
		cmocka_unit_test(writes_the_empty_packets),
		cmocka_unit_test(reads_and_writes_disconnect),
		cmocka_unit_test(a_packet_without_room_is_not_there_and_sets_the_flag),
		cmocka_unit_test(reads_and_writes_acknowledgements),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
