#include "unit/device/fake_world.h"

#define CONNACK_OK 0x20, 0x02, 0x00, 0x00

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("hi"), 1, false };

static int fresh(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_MQTT);
	return 0;
}

static int accepted(void **state)
{
	(void)fresh(state);
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	return 0;
}

static void assert_refused(zt_reason reason)
{
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, reason);
	assert_int_equal(world.closes, 1);
}

static void no_connack_is_the_expected_first_refusal(void **state)
{
	(void)state;
	world.end = ZT_IO_CLOSED;
	assert_refused(ZT_REASON_BEING_REGISTERED);
	assert_true(world.event.wait_ms >= 1000);
}

static void codes_of_connack_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		uint8_t code;
		zt_reason reason;
	} rows[] = {
		{ 1, ZT_REASON_REJECTED },  { 2, ZT_REASON_REJECTED },  { 3, ZT_REASON_BUSY },
		{ 4, ZT_REASON_NO_POLICY }, { 5, ZT_REASON_NO_POLICY }, { 7, ZT_REASON_NO_POLICY },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		(void)fresh(NULL);
		FAKE_SAYS(&world, 0x20, 0x02, 0x00, rows[i].code);
		assert_refused(rows[i].reason);
	}
}

static void half_a_connack_is_a_bad_answer(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0x20, 0x02, 0x00);
	world.end = ZT_IO_CLOSED;
	assert_refused(ZT_REASON_BAD_ANSWER);
}

static void garbage_is_a_bad_answer(void **state)
{
	(void)state;
	fake_says(&world, ZT_LIT("HTTP/1.1 400 Bad Request\r\n\r\n"));
	assert_refused(ZT_REASON_BAD_ANSWER);
}

static void a_server_that_never_answers_times_out(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += ZT_SESSION_ANSWER_MS;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NO_ANSWER);
}

static void a_message_that_is_too_large_for_the_memory_ends_the_connection(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0x30, 0xff, 0x7f);
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_TOO_LARGE);
}

/* AWS closes on a topic that no policy allows; three times is proof enough. */
static void a_message_whose_sending_ends_the_connection_is_given_up(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	for (int i = 1; i <= ZT_PUBLISH_TRIES_MAX; i++) {
		assert_event(&world, ZT_EVENT_NONE);
		world.end = ZT_IO_CLOSED;
		assert_event(&world, ZT_EVENT_LOST);
		uint32_t wait_ms = world.event.wait_ms;
		if (i == ZT_PUBLISH_TRIES_MAX)
			break;
		fake_fresh_stream(&world);
		world.mono_ms += wait_ms;
		FAKE_SAYS(&world, CONNACK_OK);
		assert_event(&world, ZT_EVENT_CONNECTING);
		assert_event(&world, ZT_EVENT_ACCEPTED);
	}
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_PUBLISH_DENIED);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
}

static void reconnecting_in_a_circle_becomes_slower(void **state)
{
	(void)state;
	world.chance = 255;
	uint32_t before_ms = 0;
	for (int i = 0; i < 5; i++) {
		world.end = ZT_IO_CLOSED;
		assert_event(&world, ZT_EVENT_LOST);
		assert_true(world.event.wait_ms > before_ms);
		before_ms = world.event.wait_ms;
		fake_fresh_stream(&world);
		world.mono_ms += before_ms;
		FAKE_SAYS(&world, CONNACK_OK);
		assert_event(&world, ZT_EVENT_CONNECTING);
		assert_event(&world, ZT_EVENT_ACCEPTED);
	}
}

static void a_missing_acknowledgement_ends_the_connection_and_keeps_the_message(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += ZT_SESSION_ANSWER_MS;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NO_ANSWER);
	assert_true(world.device.has_message);
}

/* What the server said before it hung up still counts. */
static void an_acknowledgement_before_the_close_is_not_lost(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	FAKE_SAYS(&world, 0x32, 0x05, 0x00, 0x01, 'c', 0x00, 0x01, 0x32, 0x05, 0x00, 0x01, 'c', 0x00, 0x02, 0x40, 0x02,
		  0x00, 0x01);
	world.end = ZT_IO_CLOSED;
	world.send_room = -1;
	assert_event(&world, ZT_EVENT_RECEIVED);
	assert_event(&world, ZT_EVENT_RECEIVED);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_event(&world, ZT_EVENT_LOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_connack_is_the_expected_first_refusal, fresh),
		cmocka_unit_test(codes_of_connack_are_told_apart),
		cmocka_unit_test_setup(half_a_connack_is_a_bad_answer, fresh),
		cmocka_unit_test_setup(garbage_is_a_bad_answer, fresh),
		cmocka_unit_test_setup(a_server_that_never_answers_times_out, fresh),
		cmocka_unit_test_setup(a_message_that_is_too_large_for_the_memory_ends_the_connection, accepted),
		cmocka_unit_test_setup(a_message_whose_sending_ends_the_connection_is_given_up, accepted),
		cmocka_unit_test_setup(reconnecting_in_a_circle_becomes_slower, accepted),
		cmocka_unit_test_setup(a_missing_acknowledgement_ends_the_connection_and_keeps_the_message, accepted),
		cmocka_unit_test_setup(an_acknowledgement_before_the_close_is_not_lost, accepted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
