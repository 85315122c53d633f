#include "unit/device/fake_world.h"

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("myhome/myroom"), ZT_LIT_INIT("{\"LED\":\"ON\"}"), 1, false };

static const char ok[] =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{\"message\":\"OK\"}";
static const char request[] = "POST /topics/myhome%2Fmyroom?qos=1 HTTP/1.1\r\n"
			      "Host: localhost:8443\r\n"
			      "Content-Type: application/octet-stream\r\n"
			      "Content-Length: 12\r\n"
			      "\r\n"
			      "{\"LED\":\"ON\"}";

static void answer(const char *head)
{
	fake_says(&world, zt_view_of(head));
}

static int with_message(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_HTTPS);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	return 0;
}

static int accepted(void **state)
{
	(void)with_message(state);
	answer(ok);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	return 0;
}

static void a_message_is_published_and_the_answer_reported(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_CONNECTING);
	answer(ok);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_true(world.event.first);
	assert_int_equal(world.event.attempts, 1);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_int_equal(world.event.http_status, 200);
	assert_view(world.event.body, "{\"message\":\"OK\"}");
	assert_view(fake_sent(&world), request);
	assert_int_equal(world.route, ZT_ROUTE_HTTPS);
}

static void the_request_may_leave_in_pieces(void **state)
{
	(void)state;
	world.send_room = 0;
	assert_event(&world, ZT_EVENT_CONNECTING);
	for (size_t i = 0; i < sizeof request - 1; i++) {
		assert_event(&world, ZT_EVENT_NONE);
		world.send_room = 1;
	}
	assert_event(&world, ZT_EVENT_NONE);
	answer(ok);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_view(fake_sent(&world), request);
}

static void the_stream_may_take_its_time_to_open(void **state)
{
	(void)state;
	world.opens[0] = world.opens[1] = ZT_E_AGAIN;
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	assert_true(world.event.wait_ms > 0);
	assert_event(&world, ZT_EVENT_NONE);
	answer(ok);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_int_equal(world.closes, 0);
}

static void the_next_message_uses_the_same_stream(void **state)
{
	(void)state;
	fake_fresh_stream(&world);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	answer(ok);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_view(fake_sent(&world), request);
	assert_int_equal(world.open_calls, 1);
}

static void a_stream_that_the_server_closed_meanwhile_is_opened_again(void **state)
{
	(void)state;
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(world.closes, 1);
	fake_fresh_stream(&world);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	answer(ok);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_int_equal(world.open_calls, 2);
}

/* The server's goodbye and our request crossed: that is no refusal. */
static void a_used_stream_that_closes_on_a_request_is_tried_afresh_at_once(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	world.end = ZT_IO_CLOSED;
	assert_int_equal(fake_step(&world), ZT_EVENT_NONE);
	assert_int_equal(world.event.wait_ms, 0);
	fake_fresh_stream(&world);
	answer(ok);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_int_equal(world.open_calls, 2);
}

static void connection_close_is_honoured(void **state)
{
	(void)state;
	answer("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_int_equal(world.closes, 1);
	assert_event(&world, ZT_EVENT_PUBLISHED);
}

static void a_proven_certificate_that_gets_403_is_not_allowed_this_topic(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	answer("HTTP/1.1 403 Forbidden\r\ncontent-length: 16\r\n\r\n{\"message\":null}");
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_NO_POLICY);
	assert_int_equal(world.event.http_status, 403);
	assert_view(world.event.body, "{\"message\":null}");
}

static void an_answer_that_rejects_the_request_accepts_the_certificate(void **state)
{
	(void)state;
	answer("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_REJECTED);
	assert_int_equal(world.event.http_status, 400);
}

static void a_new_certificate_begins_afresh(void **state)
{
	(void)state;
	world.identity.generation = 2;
	world.mono_ms += ZT_IDENTITY_POLL_MS;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_int_equal(world.closes, 1);
	fake_fresh_stream(&world);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_CONNECTING);
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_BEING_REGISTERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_message_is_published_and_the_answer_reported, with_message),
		cmocka_unit_test_setup(the_request_may_leave_in_pieces, with_message),
		cmocka_unit_test_setup(the_stream_may_take_its_time_to_open, with_message),
		cmocka_unit_test_setup(the_next_message_uses_the_same_stream, accepted),
		cmocka_unit_test_setup(a_stream_that_the_server_closed_meanwhile_is_opened_again, accepted),
		cmocka_unit_test_setup(a_used_stream_that_closes_on_a_request_is_tried_afresh_at_once, accepted),
		cmocka_unit_test_setup(connection_close_is_honoured, with_message),
		cmocka_unit_test_setup(a_proven_certificate_that_gets_403_is_not_allowed_this_topic, accepted),
		cmocka_unit_test_setup(an_answer_that_rejects_the_request_accepts_the_certificate, with_message),
		cmocka_unit_test_setup(a_new_certificate_begins_afresh, accepted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
