#include "unit/device/fake_world.h"

/* Make before break: the old certificate's session goes on until the new one is accepted by HTTPS. */

#define NOT_FOUND "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
#define CONNACK_OK 0x20, 0x02, 0x00, 0x00

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("hi"), 1, false };

static int accepted(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_MQTT);
	fake_with_beside(&world);
	fake_says(&world, ZT_LIT(NOT_FOUND));
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_CONNECTING);
	fake_fresh_stream(&world);
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	world.out_n = 0;
	return 0;
}

static void replace(void)
{
	world.identity.generation++;
	world.mono_ms += ZT_IDENTITY_POLL_MS;
}

static void assert_beside(zt_event_kind kind)
{
	assert_event(&world, kind);
	assert_true(world.event.beside);
}

/* The message goes out on the old session, and is acknowledged. */
static void assert_session_serves(void)
{
	world.out_n = 0;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_int_equal(fake_step(&world), ZT_EVENT_NONE);
	zt_view sent = fake_sent(&world);
	assert_int_equal(sent.n, 11);
	FAKE_SAYS(&world, 0x40, 0x02, sent.p[7], sent.p[8]);
	assert_event(&world, ZT_EVENT_PUBLISHED);
}

static void accept_beside(void)
{
	world.beside.says = ZT_LIT(NOT_FOUND);
	assert_beside(ZT_EVENT_ACCEPTED);
	assert_true(world.event.first);
}

static void assert_reconnects(void)
{
	fake_fresh_stream(&world);
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_int_equal(world.event.route, ZT_ROUTE_MQTT);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_true(world.event.first);
}

static void the_session_goes_on_through_the_first_refusals(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	world.beside.end = ZT_IO_CLOSED;
	assert_beside(ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_BEING_REGISTERED);
	assert_session_serves();
	world.mono_ms += 100;
	assert_beside(ZT_EVENT_CONNECTING);
	assert_beside(ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NOT_ACTIVE);
	assert_session_serves();
	assert_int_equal(world.closes, 1);
	world.mono_ms += 100;
	assert_beside(ZT_EVENT_CONNECTING);
	accept_beside();
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_bytes(fake_sent(&world), 0xe0, 0x00);
	assert_reconnects();
}

static void what_is_in_flight_is_acknowledged_before_the_session_is_left(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_int_equal(fake_step(&world), ZT_EVENT_NONE);
	accept_beside();
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += 5000;
	assert_event(&world, ZT_EVENT_NONE);
	FAKE_SAYS(&world, 0x40, 0x02, 0x00, 0x01);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_reconnects();
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(world.out_n, 0);
}

static void a_new_message_waits_for_the_new_session(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	accept_beside();
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_LOST);
	assert_bytes(fake_sent(&world), 0xe0, 0x00);
	assert_reconnects();
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x32, 0x09, 0x00, 0x03, 'a', '/', 'b', 0x00, 0x01, 'h', 'i');
}

/* The handler retires the predecessor, and AWS then closes its session. */
static void a_session_that_ends_meanwhile_is_followed_by_the_new_one_at_once(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_int_equal(fake_step(&world), ZT_EVENT_NONE);
	accept_beside();
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_int_equal(world.event.wait_ms, 0);
	assert_reconnects();
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x3a, 0x09, 0x00, 0x03, 'a', '/', 'b', 0x00, 0x02, 'h', 'i');
}

static void one_that_ends_before_the_answer_leads_to_a_first_contact(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_int_equal(world.beside.closes, 1);
	fake_fresh_stream(&world);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_int_equal(world.event.route, ZT_ROUTE_HTTPS);
	assert_false(world.event.beside);
}

static void closed_https_ports_lead_to_a_first_contact_by_mqtt(void **state)
{
	(void)state;
	world.beside.open = ZT_E_NETWORK;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_reconnects();
}

static void a_certificate_after_the_next_is_tried_in_its_place(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_int_equal(world.event.attempts, 1);
	assert_int_equal(world.beside.closes, 1);
	accept_beside();
	assert_event(&world, ZT_EVENT_LOST);
	assert_reconnects();
	assert_int_equal(world.device.identity.generation, 3);
}

static void the_server_need_not_answer_beside_for_the_session_to_live(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_session_serves();
	world.mono_ms += ZT_HTTPS_ANSWER_MS;
	assert_beside(ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NO_ANSWER);
	assert_session_serves();
}

/* AWS: one CONNECT a second and client id. */
static void a_session_is_not_left_within_its_first_second(void **state)
{
	(void)state;
	world.identity.generation++;
	world.device.identity_check_ms = 0;
	assert_beside(ZT_EVENT_CONNECTING);
	accept_beside();
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += 999;
	assert_event(&world, ZT_EVENT_NONE);
	world.mono_ms += 1;
	assert_event(&world, ZT_EVENT_LOST);
}

static void two_thirds_of_a_life_are_told_once(void **state)
{
	(void)state;
	world.wall_ms = world.identity.not_before_ms + 16 * 3600 * 1000 - 1;
	world.mono_ms += ZT_IDENTITY_POLL_MS;
	assert_event(&world, ZT_EVENT_NONE);
	world.wall_ms++;
	world.mono_ms += ZT_IDENTITY_POLL_MS;
	assert_event(&world, ZT_EVENT_RENEWAL_DUE);
	world.mono_ms += ZT_IDENTITY_POLL_MS;
	assert_event(&world, ZT_EVENT_NONE);
	world.identity.not_before_ms = world.wall_ms;
	world.identity.not_after_ms = world.wall_ms + 86400000;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	accept_beside();
	assert_event(&world, ZT_EVENT_LOST);
	assert_reconnects();
	world.wall_ms += 16 * 3600 * 1000;
	world.mono_ms += ZT_IDENTITY_POLL_MS;
	assert_event(&world, ZT_EVENT_RENEWAL_DUE);
}

static void stopping_closes_both(void **state)
{
	(void)state;
	replace();
	assert_beside(ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	zt_device_stop(&world.device);
	assert_int_equal(world.beside.closes, 1);
}

static void the_second_stream_needs_memory(void **state)
{
	(void)state;
	world.config.aside_cap = ZT_DEVICE_ASIDE_MIN - 1;
	assert_status(zt_device_init(&world.device, &world.config, NULL), ZT_E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_session_goes_on_through_the_first_refusals, accepted),
		cmocka_unit_test_setup(what_is_in_flight_is_acknowledged_before_the_session_is_left, accepted),
		cmocka_unit_test_setup(a_new_message_waits_for_the_new_session, accepted),
		cmocka_unit_test_setup(a_session_that_ends_meanwhile_is_followed_by_the_new_one_at_once, accepted),
		cmocka_unit_test_setup(one_that_ends_before_the_answer_leads_to_a_first_contact, accepted),
		cmocka_unit_test_setup(closed_https_ports_lead_to_a_first_contact_by_mqtt, accepted),
		cmocka_unit_test_setup(a_certificate_after_the_next_is_tried_in_its_place, accepted),
		cmocka_unit_test_setup(the_server_need_not_answer_beside_for_the_session_to_live, accepted),
		cmocka_unit_test_setup(a_session_is_not_left_within_its_first_second, accepted),
		cmocka_unit_test_setup(two_thirds_of_a_life_are_told_once, accepted),
		cmocka_unit_test_setup(stopping_closes_both, accepted),
		cmocka_unit_test_setup(the_second_stream_needs_memory, accepted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
