#include "unit/device/fake_world.h"

/* Before the first connect: network, clock, certificate; and the limits that are checked before anything is sent. */

static fake_world world;

static int mqtt_world(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_MQTT);
	return 0;
}

static void the_network_is_waited_for_and_told_once(void **state)
{
	(void)state;
	world.network_ready = false;
	assert_event(&world, ZT_EVENT_NOT_READY);
	assert_reason(&world, ZT_REASON_NETWORK_NOT_READY);
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(world.event.wait_ms, ZT_READY_POLL_MS);
	assert_int_equal(world.open_calls, 0);
	world.network_ready = true;
	assert_event(&world, ZT_EVENT_CONNECTING);
}

static void a_clock_in_1970_is_waited_for(void **state)
{
	(void)state;
	int64_t set_ms = world.wall_ms;
	world.wall_ms = 5000;
	assert_event(&world, ZT_EVENT_NOT_READY);
	assert_reason(&world, ZT_REASON_CLOCK_NOT_SET);
	world.wall_ms = set_ms;
	assert_event(&world, ZT_EVENT_CONNECTING);
}

static void a_missing_certificate_is_waited_for(void **state)
{
	(void)state;
	world.identity_status = ZT_E_NOT_FOUND;
	assert_event(&world, ZT_EVENT_NOT_READY);
	assert_reason(&world, ZT_REASON_NO_IDENTITY);
	assert_event(&world, ZT_EVENT_NONE);
	world.identity_status = ZT_E_INVALID;
	assert_event(&world, ZT_EVENT_NOT_READY);
	assert_reason(&world, ZT_REASON_IDENTITY_UNREADABLE);
	world.identity_status = ZT_OK;
	assert_event(&world, ZT_EVENT_CONNECTING);
}

static void an_expired_certificate_is_not_shown(void **state)
{
	(void)state;
	world.wall_ms = world.identity.not_after_ms;
	assert_event(&world, ZT_EVENT_NOT_READY);
	assert_reason(&world, ZT_REASON_IDENTITY_EXPIRED);
	assert_int_equal(world.open_calls, 0);
}

static void by_https_nothing_happens_without_a_message(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_HTTPS);
	world.network_ready = false;
	assert_event(&world, ZT_EVENT_NONE);
	assert_true(world.event.wait_ms > 0);
}

static void limits_are_named_before_anything_is_sent(void **state)
{
	(void)state;
	static uint8_t payload[ZT_PAYLOAD_MAX + 1];
	const zt_message large = { ZT_LIT("a"), zt_view_make(payload, sizeof payload), 1, false };
	const char *why = NULL;
	assert_status(zt_device_publish(&world.device, &large, &why), ZT_E_LIMIT);
	assert_non_null(strstr(why, "131072"));
	assert_false(world.device.has_message);
	assert_int_equal(world.open_calls, 0);
}

static void a_second_message_has_to_wait(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_status(zt_device_publish(&world.device, &message, NULL), ZT_E_STATE);
}

static void https_cannot_retain(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_HTTPS);
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, true };
	assert_status(zt_device_publish(&world.device, &message, NULL), ZT_E_UNSUPPORTED);
}

static zt_status init_with(void (*change)(zt_device_config *config))
{
	zt_device_config config = world.config;
	const char *why = NULL;
	change(&config);
	zt_status status = zt_device_init(&world.device, &config, &why);
	assert_non_null(why);
	return status;
}

static void less_memory(zt_device_config *config)
{
	config->in_cap = ZT_DEVICE_IN_MIN - 1;
}

static void short_keep_alive(zt_device_config *config)
{
	config->mqtt.keep_alive_s = ZT_KEEP_ALIVE_MIN_S - 1;
}

static void long_keep_alive(zt_device_config *config)
{
	config->mqtt.keep_alive_s = ZT_KEEP_ALIVE_MAX_S + 1;
}

static void deep_filter(zt_device_config *config)
{
	static const zt_subscription deep = { ZT_LIT_INIT("a/b/c/d/e/f/g/h/i"), 1 };
	config->subscriptions = &deep;
	config->subscription_count = 1;
}

static void a_configuration_that_cannot_work_is_refused(void **state)
{
	(void)state;
	assert_status(init_with(less_memory), ZT_E_CONFIG);
	assert_status(init_with(short_keep_alive), ZT_E_CONFIG);
	assert_status(init_with(long_keep_alive), ZT_E_CONFIG);
	assert_status(init_with(deep_filter), ZT_E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_network_is_waited_for_and_told_once, mqtt_world),
		cmocka_unit_test_setup(a_clock_in_1970_is_waited_for, mqtt_world),
		cmocka_unit_test_setup(a_missing_certificate_is_waited_for, mqtt_world),
		cmocka_unit_test_setup(an_expired_certificate_is_not_shown, mqtt_world),
		cmocka_unit_test_setup(by_https_nothing_happens_without_a_message, mqtt_world),
		cmocka_unit_test_setup(limits_are_named_before_anything_is_sent, mqtt_world),
		cmocka_unit_test_setup(a_second_message_has_to_wait, mqtt_world),
		cmocka_unit_test_setup(https_cannot_retain, mqtt_world),
		cmocka_unit_test_setup(a_configuration_that_cannot_work_is_refused, mqtt_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
