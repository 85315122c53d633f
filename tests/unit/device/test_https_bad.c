#include "unit/device/fake_world.h"

/* Everything that can come instead of an answer, each told apart. */

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("x"), 1, false };

static int connecting(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_HTTPS);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	return 0;
}

static void assert_refused(zt_reason reason)
{
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, reason);
	assert_int_equal(world.closes, 1);
	assert_true(world.device.has_message);
}

static void failures_of_the_stream_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		zt_status status;
		zt_reason reason;
	} rows[] = {
		{ ZT_E_NETWORK, ZT_REASON_NETWORK },
		{ ZT_E_TIMEOUT, ZT_REASON_NO_ANSWER },
		{ ZT_E_TLS, ZT_REASON_SERVER_NOT_TRUSTED },
		{ ZT_E_CREDENTIALS, ZT_REASON_IDENTITY_UNREADABLE },
		/* The peer hung up in the handshake: an older way to refuse a new certificate. */
		{ ZT_E_CLOSED, ZT_REASON_BEING_REGISTERED },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		(void)connecting(NULL);
		world.opens[0] = rows[i].status;
		assert_refused(rows[i].reason);
	}
}

static void an_empty_reply_is_the_expected_first_refusal(void **state)
{
	(void)state;
	world.end = ZT_IO_CLOSED;
	assert_refused(ZT_REASON_BEING_REGISTERED);
}

static void a_reset_instead_of_a_close_is_the_same(void **state)
{
	(void)state;
	world.end = ZT_IO_BROKEN;
	assert_refused(ZT_REASON_BEING_REGISTERED);
}

static void a_server_that_closes_while_we_send_is_the_same(void **state)
{
	(void)state;
	world.send_room = -1;
	world.end = ZT_IO_BROKEN;
	assert_refused(ZT_REASON_BEING_REGISTERED);
}

/* A gateway may answer before it has read the body, and close. */
static void an_answer_counts_even_when_sending_failed(void **state)
{
	(void)state;
	world.send_room = -1;
	world.end = ZT_IO_CLOSED;
	fake_says(&world, ZT_LIT("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n"));
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_int_equal(world.event.http_status, 413);
}

static void half_an_answer_is_a_bad_answer(void **state)
{
	(void)state;
	world.end = ZT_IO_CLOSED;
	fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-le"));
	assert_refused(ZT_REASON_BAD_ANSWER);
}

static void half_a_body_is_a_bad_answer(void **state)
{
	(void)state;
	world.end = ZT_IO_CLOSED;
	fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nOK"));
	assert_refused(ZT_REASON_BAD_ANSWER);
}

static void garbage_is_a_bad_answer(void **state)
{
	(void)state;
	fake_says(&world, ZT_LIT("\x15\x03\x03 nonsense"));
	assert_refused(ZT_REASON_BAD_ANSWER);
}

static void an_answer_over_the_memory_is_too_large(void **state)
{
	(void)state;
	fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"));
	assert_refused(ZT_REASON_TOO_LARGE);
}

static void a_server_that_never_answers_times_out(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += ZT_HTTPS_ANSWER_MS - 1;
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += 1;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NO_ANSWER);
}

/* What arrives after the deadline has passed is not listened to: the stream is gone. */
static void a_late_answer_is_not_taken_for_the_next_one(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += ZT_HTTPS_ANSWER_MS;
	assert_event(&world, ZT_EVENT_REFUSED);
	fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(world.in_at, 0);
}

static void no_policy_at_first_contact_is_tried_again(void **state)
{
	(void)state;
	fake_says(&world, ZT_LIT("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
	assert_refused(ZT_REASON_NO_POLICY);
	assert_int_equal(world.event.http_status, 403);
}

static void no_policy_for_long_is_the_answer(void **state)
{
	(void)state;
	int64_t first_ms = world.mono_ms;
	for (;;) {
		fake_says(&world, ZT_LIT("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
		assert_event(&world, ZT_EVENT_CONNECTING);
		if (fake_next(&world) == ZT_EVENT_ACCEPTED)
			break;
		assert_reason(&world, ZT_REASON_NO_POLICY);
		world.mono_ms += world.event.wait_ms + 100;
		fake_fresh_stream(&world);
	}
	assert_in_range(world.mono_ms - first_ms, ZT_POLICY_MS, 2 * ZT_POLICY_MS);
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_NO_POLICY);
}

static void a_busy_server_is_given_time(void **state)
{
	(void)state;
	static const char *const heads[] = {
		"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
		"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
		"HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n",
	};
	for (size_t i = 0; i < ZT_COUNT(heads); i++) {
		(void)connecting(NULL);
		fake_says(&world, zt_view_of(heads[i]));
		assert_refused(ZT_REASON_BUSY);
		assert_true(world.event.wait_ms >= 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_of_the_stream_are_told_apart),
		cmocka_unit_test_setup(an_empty_reply_is_the_expected_first_refusal, connecting),
		cmocka_unit_test_setup(a_reset_instead_of_a_close_is_the_same, connecting),
		cmocka_unit_test_setup(a_server_that_closes_while_we_send_is_the_same, connecting),
		cmocka_unit_test_setup(an_answer_counts_even_when_sending_failed, connecting),
		cmocka_unit_test_setup(half_an_answer_is_a_bad_answer, connecting),
		cmocka_unit_test_setup(half_a_body_is_a_bad_answer, connecting),
		cmocka_unit_test_setup(garbage_is_a_bad_answer, connecting),
		cmocka_unit_test_setup(an_answer_over_the_memory_is_too_large, connecting),
		cmocka_unit_test_setup(a_server_that_never_answers_times_out, connecting),
		cmocka_unit_test_setup(a_late_answer_is_not_taken_for_the_next_one, connecting),
		cmocka_unit_test_setup(no_policy_at_first_contact_is_tried_again, connecting),
		cmocka_unit_test_setup(no_policy_for_long_is_the_answer, connecting),
		cmocka_unit_test(a_busy_server_is_given_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
