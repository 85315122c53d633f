#include "unit/device/fake_world.h"

/* What a device makes of MQTT 5's reason codes. */

#define CONNACK5_OK 0x20, 0x03, 0x00, 0x00, 0x00

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("hi"), 1, false };

static int fresh5(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_MQTT);
	world.config.mqtt.protocol = &zt_mqtt5;
	assert_ok(zt_device_init(&world.device, &world.config, NULL));
	assert_event(&world, ZT_EVENT_CONNECTING);
	return 0;
}

static int accepted5(void **state)
{
	(void)fresh5(state);
	FAKE_SAYS(&world, CONNACK5_OK);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	world.out_n = 0;
	return 0;
}

static void a_refusal_is_told_with_its_code(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0x20, 0x03, 0x00, 0x87, 0x00);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NO_POLICY);
	assert_int_equal(world.event.code, 0x87);
}

static void a_server_that_is_busy_is_left_alone_for_a_while(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0x20, 0x03, 0x00, 0x89, 0x00);
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_BUSY);
}

static void a_message_without_permission_is_given_up_at_once(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	FAKE_SAYS(&world, 0x40, 0x03, 0x00, 0x01, 0x87);
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_PUBLISH_DENIED);
	assert_int_equal(world.event.code, 0x87);
	assert_view(world.event.message.topic, "a/b");
	assert_event(&world, ZT_EVENT_NONE);
}

static void one_over_the_quota_is_kept_for_later(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	FAKE_SAYS(&world, 0x40, 0x03, 0x00, 0x01, 0x97);
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_BUSY);
	assert_int_equal(world.event.code, 0x97);
	fake_fresh_stream(&world);
	world.mono_ms += world.event.wait_ms;
	FAKE_SAYS(&world, CONNACK5_OK);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(fake_sent(&world).p[0], 0x3a);
}

static void one_too_large_for_the_server_is_given_up(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0x20, 0x08, 0x00, 0x00, 0x05, 0x27, 0x00, 0x00, 0x00, 0x08);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_UNSUPPORTED);
}

static void a_take_over_has_its_name(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0xe0, 0x02, 0x8e, 0x00);
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_TAKEN_OVER);
	assert_int_equal(world.event.code, 0x8e);
}

static void a_goodbye_is_a_closed_connection(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0xe0, 0x01, 0x8b);
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_refusal_is_told_with_its_code, fresh5),
		cmocka_unit_test_setup(a_server_that_is_busy_is_left_alone_for_a_while, fresh5),
		cmocka_unit_test_setup(a_message_without_permission_is_given_up_at_once, accepted5),
		cmocka_unit_test_setup(one_over_the_quota_is_kept_for_later, accepted5),
		cmocka_unit_test_setup(one_too_large_for_the_server_is_given_up, fresh5),
		cmocka_unit_test_setup(a_take_over_has_its_name, accepted5),
		cmocka_unit_test_setup(a_goodbye_is_a_closed_connection, accepted5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
