#include "unit/device/fake_world.h"

/* The first contact of a new certificate by HTTPS, on the way to MQTT. */

#define NOT_FOUND "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
#define CONNACK_OK 0x20, 0x02, 0x00, 0x00

static fake_world world;

static int fresh(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_MQTT);
	fake_with_beside(&world);
	return 0;
}

static void pass_the_wait(void)
{
	world.mono_ms += world.event.wait_ms;
	fake_fresh_stream(&world);
}

static void assert_connecting(zt_route route)
{
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_int_equal(world.event.route, route);
}

static void silence(zt_reason reason)
{
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, reason);
}

static void it_asks_a_question_that_changes_nothing(void **state)
{
	(void)state;
	assert_connecting(ZT_ROUTE_HTTPS);
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(world.route, ZT_ROUTE_HTTPS);
	assert_view(fake_sent(&world), "GET /zerotouch HTTP/1.1\r\nHost: localhost:8443\r\nContent-Type: "
				       "application/octet-stream\r\nContent-Length: 0\r\n\r\n");
}

static void an_answer_leads_to_mqtt_at_once(void **state)
{
	(void)state;
	assert_connecting(ZT_ROUTE_HTTPS);
	fake_says(&world, ZT_LIT(NOT_FOUND));
	assert_connecting(ZT_ROUTE_MQTT);
	assert_int_equal(world.closes, 1);
	assert_int_equal(world.event.attempts, 1);
	fake_fresh_stream(&world);
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_int_equal(world.route, ZT_ROUTE_MQTT);
	assert_true(world.event.first);
	assert_int_equal(world.event.elapsed_ms, 0);
}

/* No CONNECT, so AWS's one a second does not slow it. */
static void silence_is_answered_within_milliseconds(void **state)
{
	(void)state;
	assert_connecting(ZT_ROUTE_HTTPS);
	silence(ZT_REASON_BEING_REGISTERED);
	assert_in_range(world.event.wait_ms, 1, 50);
	pass_the_wait();
	assert_connecting(ZT_ROUTE_HTTPS);
	silence(ZT_REASON_NOT_ACTIVE);
	assert_in_range(world.event.wait_ms, 1, 50);
	pass_the_wait();
	assert_connecting(ZT_ROUTE_HTTPS);
	fake_says(&world, ZT_LIT(NOT_FOUND));
	assert_connecting(ZT_ROUTE_MQTT);
	assert_int_equal(world.event.attempts, 3);
}

/* What MQTT 3.1.1 cannot tell alone: a closed connection of an active certificate lacks a policy. */
static void silence_by_mqtt_after_an_answer_is_a_missing_policy(void **state)
{
	(void)state;
	assert_connecting(ZT_ROUTE_HTTPS);
	fake_says(&world, ZT_LIT(NOT_FOUND));
	assert_connecting(ZT_ROUTE_MQTT);
	fake_fresh_stream(&world);
	silence(ZT_REASON_NO_POLICY);
	assert_in_range(world.event.wait_ms, 1000, 1200);
	pass_the_wait();
	assert_connecting(ZT_ROUTE_MQTT);
}

static void a_denial_is_given_time_and_then_taken_for_active(void **state)
{
	(void)state;
	static const zt_view denial = ZT_LIT_INIT("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
	int64_t begun_ms = world.mono_ms;
	do {
		assert_connecting(ZT_ROUTE_HTTPS);
		fake_says(&world, denial);
		if (fake_next(&world) == ZT_EVENT_CONNECTING)
			break;
		assert_reason(&world, ZT_REASON_NO_POLICY);
		assert_int_equal(world.event.http_status, 403);
		pass_the_wait();
	} while (world.mono_ms < begun_ms + 60000);
	assert_int_equal(world.event.route, ZT_ROUTE_MQTT);
	assert_in_range(world.mono_ms - begun_ms, ZT_POLICY_MS, ZT_POLICY_MS + 2000);
}

static void closed_ports_lead_to_mqtt_within_the_attempt(void **state)
{
	(void)state;
	world.opens[0] = ZT_E_NETWORK;
	assert_connecting(ZT_ROUTE_HTTPS);
	assert_connecting(ZT_ROUTE_MQTT);
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_int_equal(world.route, ZT_ROUTE_MQTT);
	world.end = ZT_IO_BROKEN;
	assert_event(&world, ZT_EVENT_LOST);
}

static void they_are_not_tried_again_while_mqtt_is_open(void **state)
{
	(void)state;
	world.opens[0] = ZT_E_TIMEOUT;
	assert_connecting(ZT_ROUTE_HTTPS);
	assert_connecting(ZT_ROUTE_MQTT);
	silence(ZT_REASON_BEING_REGISTERED);
	assert_in_range(world.event.wait_ms, 1000, 1200);
	pass_the_wait();
	assert_connecting(ZT_ROUTE_MQTT);
}

static void a_network_that_is_gone_says_nothing_about_ports(void **state)
{
	(void)state;
	world.opens[0] = world.opens[1] = ZT_E_NETWORK;
	assert_connecting(ZT_ROUTE_HTTPS);
	assert_connecting(ZT_ROUTE_MQTT);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NETWORK);
	pass_the_wait();
	assert_connecting(ZT_ROUTE_HTTPS);
}

static void a_server_that_cannot_be_verified_is_refused_by_either_route(void **state)
{
	(void)state;
	world.opens[0] = ZT_E_TLS;
	assert_connecting(ZT_ROUTE_HTTPS);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_SERVER_NOT_TRUSTED);
}

static void a_certificate_that_was_accepted_reconnects_by_mqtt(void **state)
{
	(void)state;
	an_answer_leads_to_mqtt_at_once(state);
	world.end = ZT_IO_BROKEN;
	assert_event(&world, ZT_EVENT_LOST);
	pass_the_wait();
	assert_connecting(ZT_ROUTE_MQTT);
}

static void an_answer_that_never_comes_is_overdue(void **state)
{
	(void)state;
	assert_connecting(ZT_ROUTE_HTTPS);
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += ZT_HTTPS_ANSWER_MS;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NO_ANSWER);
}

static void garbage_is_a_bad_answer(void **state)
{
	(void)state;
	assert_connecting(ZT_ROUTE_HTTPS);
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_BAD_ANSWER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_asks_a_question_that_changes_nothing, fresh),
		cmocka_unit_test_setup(an_answer_leads_to_mqtt_at_once, fresh),
		cmocka_unit_test_setup(silence_is_answered_within_milliseconds, fresh),
		cmocka_unit_test_setup(silence_by_mqtt_after_an_answer_is_a_missing_policy, fresh),
		cmocka_unit_test_setup(a_denial_is_given_time_and_then_taken_for_active, fresh),
		cmocka_unit_test_setup(closed_ports_lead_to_mqtt_within_the_attempt, fresh),
		cmocka_unit_test_setup(they_are_not_tried_again_while_mqtt_is_open, fresh),
		cmocka_unit_test_setup(a_network_that_is_gone_says_nothing_about_ports, fresh),
		cmocka_unit_test_setup(a_server_that_cannot_be_verified_is_refused_by_either_route, fresh),
		cmocka_unit_test_setup(a_certificate_that_was_accepted_reconnects_by_mqtt, fresh),
		cmocka_unit_test_setup(an_answer_that_never_comes_is_overdue, fresh),
		cmocka_unit_test_setup(garbage_is_a_bad_answer, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
