#include "unit/device/session_bench.h"

/* All bytes below are written by hand from the MQTT 3.1.1 specification. */

static void connect_is_the_packet_of_the_specification(void **state)
{
	(void)state;
	begin();
	assert_bytes(take_output(SIZE_MAX), 0x10, 0x14, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x02, 0x00, 0x3c, 0x00,
		     0x08, 'd', 'e', 'v', 'i', 'c', 'e', '-', '1');
}

static void a_will_and_a_persistent_session_go_into_connect(void **state)
{
	(void)state;
	static const zt_message will = { ZT_LIT_INIT("w"), ZT_LIT_INIT("x"), 1, true };
	const zt_session_options options = {
		.client_id = ZT_LIT("d"), .keep_alive_s = 30, .clean = false, .will = &will
	};
	zt_session_init(&session, out_memory, sizeof out_memory, in_memory, sizeof in_memory);
	assert_ok(zt_session_connect(&session, &options));
	assert_bytes(take_output(SIZE_MAX), 0x10, 0x13, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x2c, 0x00, 0x1e, 0x00,
		     0x01, 'd', 0x00, 0x01, 'w', 0x00, 0x01, 'x');
}

static void connack_opens_the_session(void **state)
{
	(void)state;
	begin();
	SERVER_SAYS(0x20, 0x02, 0x01, 0x00);
	assert_next(ZT_SESSION_CONNECTED);
	assert_true(event.session_present);
	assert_next(ZT_SESSION_NONE);
}

static void connack_may_refuse(void **state)
{
	(void)state;
	begin();
	SERVER_SAYS(0x20, 0x02, 0x00, 0x05);
	assert_next(ZT_SESSION_REFUSED);
	assert_int_equal(event.code, 5);
}

static void nothing_is_published_before_connack(void **state)
{
	(void)state;
	begin();
	assert_status(zt_session_publish(&session, &(zt_message){ .topic = ZT_LIT("a") }, false), ZT_E_STATE);
}

static void qos_1_is_published_when_it_is_acknowledged(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a/b"), ZT_LIT("hi"), 1, false };
	assert_ok(zt_session_publish(&session, &message, false));
	assert_bytes(take_output(SIZE_MAX), 0x32, 0x09, 0x00, 0x03, 'a', '/', 'b', 0x00, 0x01, 'h', 'i');
	assert_next(ZT_SESSION_NONE);
	SERVER_SAYS(0x40, 0x02, 0x00, 0x01);
	assert_next(ZT_SESSION_PUBLISHED);
	assert_ok(zt_session_publish(&session, &message, false));
}

static void qos_0_is_published_when_its_last_byte_is_gone(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("hello"), 0, true };
	assert_ok(zt_session_publish(&session, &message, false));
	assert_next(ZT_SESSION_NONE);
	assert_bytes(take_output(1), 0x31, 0x08, 0x00, 0x01, 'a', 'h', 'e', 'l', 'l', 'o');
	assert_true(zt_session_due_ms(&session) <= now_ms);
	assert_next(ZT_SESSION_PUBLISHED);
}

static void an_empty_payload_is_a_message_too(void **state)
{
	(void)state;
	assert_ok(zt_session_publish(&session, &(zt_message){ .topic = ZT_LIT("a") }, false));
	assert_bytes(take_output(SIZE_MAX), 0x30, 0x03, 0x00, 0x01, 'a');
	assert_next(ZT_SESSION_PUBLISHED);
}

static void a_repetition_says_dup(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	assert_ok(zt_session_publish(&session, &message, true));
	assert_int_equal(take_output(SIZE_MAX).p[0], 0x3a);
}

static void one_publish_is_in_flight_at_a_time(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	assert_ok(zt_session_publish(&session, &message, false));
	assert_status(zt_session_publish(&session, &message, false), ZT_E_STATE);
}

static void packets_queued_meanwhile_go_behind_the_payload(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("hello"), 1, false };
	assert_ok(zt_session_publish(&session, &message, false));
	SERVER_SAYS(0x32, 0x06, 0x00, 0x01, 'b', 0x00, 0x07, 'x');
	assert_next(ZT_SESSION_RECEIVED);
	assert_next(ZT_SESSION_NONE);
	assert_bytes(take_output(3), 0x32, 0x0a, 0x00, 0x01, 'a', 0x00, 0x01, 'h', 'e', 'l', 'l', 'o', 0x40, 0x02, 0x00,
		     0x07);
}

static void a_call_in_the_middle_of_a_message_does_not_tear_it(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("hello"), 1, false };
	uint16_t id;
	assert_ok(zt_session_publish(&session, &message, false));
	assert_bytes(zt_session_output(&session), 0x32, 0x0a, 0x00, 0x01, 'a', 0x00, 0x01);
	zt_session_sent(&session, 3);
	assert_ok(zt_session_subscribe(&session, ZT_LIT("b"), 0, &id));
	assert_bytes(take_output(SIZE_MAX), 0x01, 'a', 0x00, 0x01, 'h', 'e', 'l', 'l', 'o', 0x82, 0x06, 0x00, 0x02,
		     0x00, 0x01, 'b', 0x00);
}

static void an_acknowledgement_of_another_id_is_not_ours(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	assert_ok(zt_session_publish(&session, &message, false));
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(0x40, 0x02, 0x00, 0x63);
	assert_next(ZT_SESSION_NONE);
}

static void subscribe_and_its_answer(void **state)
{
	(void)state;
	uint16_t id = 0;
	assert_ok(zt_session_subscribe(&session, ZT_LIT("a/#"), 1, &id));
	assert_bytes(take_output(SIZE_MAX), 0x82, 0x08, 0x00, 0x01, 0x00, 0x03, 'a', '/', '#', 0x01);
	SERVER_SAYS(0x90, 0x03, 0x00, 0x01, 0x80);
	assert_next(ZT_SESSION_SUBSCRIBED);
	assert_int_equal(event.packet_id, id);
	assert_int_equal(event.code, 0x80);
}

static void a_message_is_acknowledged_after_it_was_looked_at(void **state)
{
	(void)state;
	SERVER_SAYS(0x3b, 0x08, 0x00, 0x03, 'a', '/', 'b', 0x12, 0x34, 'x');
	assert_next(ZT_SESSION_RECEIVED);
	assert_view(event.message.topic, "a/b");
	assert_view(event.message.payload, "x");
	assert_true(event.message.retain);
	assert_true(event.duplicate);
	assert_int_equal(take_output(SIZE_MAX).n, 0);
	assert_next(ZT_SESSION_NONE);
	assert_bytes(take_output(SIZE_MAX), 0x40, 0x02, 0x12, 0x34);
}

static void qos_0_needs_no_acknowledgement(void **state)
{
	(void)state;
	SERVER_SAYS(0x30, 0x04, 0x00, 0x01, 'a', 'x');
	assert_next(ZT_SESSION_RECEIVED);
	assert_next(ZT_SESSION_NONE);
	assert_int_equal(take_output(SIZE_MAX).n, 0);
}

static void messages_come_one_by_one_and_in_pieces(void **state)
{
	(void)state;
	static const uint8_t two[] = { 0x30, 0x04, 0x00, 0x01, 'a', '1', 0x30, 0x04, 0x00, 0x01, 'a', '2' };
	for (size_t i = 0; i < sizeof two; i++) {
		server_says(two + i, 1);
		assert_next(i == 5 || i == 11 ? ZT_SESSION_RECEIVED : ZT_SESSION_NONE);
	}
	assert_view(event.message.payload, "2");
}

static void silence_is_broken_by_a_ping(void **state)
{
	(void)state;
	assert_int_equal(zt_session_due_ms(&session), now_ms + 60000);
	now_ms += 59999;
	assert_next(ZT_SESSION_NONE);
	assert_int_equal(take_output(SIZE_MAX).n, 0);
	now_ms += 1;
	assert_next(ZT_SESSION_NONE);
	assert_bytes(take_output(SIZE_MAX), 0xc0, 0x00);
	SERVER_SAYS(0xd0, 0x00);
	assert_next(ZT_SESSION_NONE);
	assert_int_equal(zt_session_due_ms(&session), now_ms + 60000);
}

static void disconnect_says_goodbye(void **state)
{
	(void)state;
	assert_ok(zt_session_disconnect(&session));
	assert_bytes(take_output(SIZE_MAX), 0xe0, 0x00);
	assert_status(zt_session_disconnect(&session), ZT_E_STATE);
}

static void a_new_stream_forgets_the_old_one(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	static const zt_session_options options = { .client_id = ZT_LIT_INIT("d"), .keep_alive_s = 60, .clean = true };
	assert_ok(zt_session_publish(&session, &message, false));
	SERVER_SAYS(0x30, 0x04, 0x00);
	assert_ok(zt_session_connect(&session, &options));
	assert_int_equal(take_output(SIZE_MAX).p[0], 0x10);
	SERVER_SAYS(CONNACK_OK);
	assert_next(ZT_SESSION_CONNECTED);
	assert_ok(zt_session_publish(&session, &message, false));
}

static void packet_ids_never_become_zero(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	session.last_id = UINT16_MAX;
	assert_ok(zt_session_publish(&session, &message, false));
	assert_bytes(take_output(SIZE_MAX), 0x32, 0x06, 0x00, 0x01, 'a', 0x00, 0x01, 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_is_the_packet_of_the_specification),
		cmocka_unit_test(a_will_and_a_persistent_session_go_into_connect),
		cmocka_unit_test(connack_opens_the_session),
		cmocka_unit_test(connack_may_refuse),
		cmocka_unit_test(nothing_is_published_before_connack),
		cmocka_unit_test_setup(qos_1_is_published_when_it_is_acknowledged, connected),
		cmocka_unit_test_setup(qos_0_is_published_when_its_last_byte_is_gone, connected),
		cmocka_unit_test_setup(an_empty_payload_is_a_message_too, connected),
		cmocka_unit_test_setup(a_repetition_says_dup, connected),
		cmocka_unit_test_setup(one_publish_is_in_flight_at_a_time, connected),
		cmocka_unit_test_setup(packets_queued_meanwhile_go_behind_the_payload, connected),
		cmocka_unit_test_setup(a_call_in_the_middle_of_a_message_does_not_tear_it, connected),
		cmocka_unit_test_setup(an_acknowledgement_of_another_id_is_not_ours, connected),
		cmocka_unit_test_setup(subscribe_and_its_answer, connected),
		cmocka_unit_test_setup(a_message_is_acknowledged_after_it_was_looked_at, connected),
		cmocka_unit_test_setup(qos_0_needs_no_acknowledgement, connected),
		cmocka_unit_test_setup(messages_come_one_by_one_and_in_pieces, connected),
		cmocka_unit_test_setup(silence_is_broken_by_a_ping, connected),
		cmocka_unit_test_setup(disconnect_says_goodbye, connected),
		cmocka_unit_test_setup(a_new_stream_forgets_the_old_one, connected),
		cmocka_unit_test_setup(packet_ids_never_become_zero, connected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
