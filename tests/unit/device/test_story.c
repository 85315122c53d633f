#include "unit/device/fake_world.h"

/* First power-on to the first accepted message, and the day after: the whole story in simulated time. */

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("myhome/myroom"), ZT_LIT_INIT("{}"), 1, false };

static void pass_the_wait(void)
{
	world.mono_ms += world.event.wait_ms;
	fake_fresh_stream(&world);
}

static void from_power_on_to_accepted_by_https(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_HTTPS);
	world.network_ready = false;
	world.identity_status = ZT_E_NOT_FOUND;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NOT_READY);
	world.network_ready = true;
	assert_event(&world, ZT_EVENT_NOT_READY);
	assert_reason(&world, ZT_REASON_NO_IDENTITY);
	world.identity_status = ZT_OK;

	int64_t first_ms = world.mono_ms;
	assert_event(&world, ZT_EVENT_CONNECTING);
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_BEING_REGISTERED);

	pass_the_wait();
	assert_event(&world, ZT_EVENT_CONNECTING);
	world.end = ZT_IO_CLOSED;
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NOT_ACTIVE);

	pass_the_wait();
	assert_event(&world, ZT_EVENT_CONNECTING);
	fake_says(&world, ZT_LIT("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
	assert_event(&world, ZT_EVENT_REFUSED);
	assert_reason(&world, ZT_REASON_NO_POLICY);

	pass_the_wait();
	assert_event(&world, ZT_EVENT_CONNECTING);
	fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_int_equal(world.event.attempts, 4);
	assert_int_equal(world.event.elapsed_ms, world.mono_ms - first_ms);
	assert_in_range(world.event.elapsed_ms, 1, 200);
	assert_event(&world, ZT_EVENT_PUBLISHED);
}

/* Sixty seconds of refusals: never more than one CONNECT a second, whatever the dice say. */
static void connects_by_mqtt_stay_inside_the_limit_of_aws(void **state)
{
	(void)state;
	static const uint8_t dice[] = { 0, 17, 128, 255 };
	for (size_t d = 0; d < ZT_COUNT(dice); d++) {
		fake_world_init(&world, ZT_ROUTE_MQTT);
		world.chance = dice[d];
		int64_t begun_ms = world.mono_ms, last_ms = begun_ms - 1000;
		while (world.mono_ms < begun_ms + 60000) {
			assert_event(&world, ZT_EVENT_CONNECTING);
			assert_true(world.mono_ms - last_ms >= 1000);
			last_ms = world.mono_ms;
			world.end = ZT_IO_CLOSED;
			assert_event(&world, ZT_EVENT_REFUSED);
			pass_the_wait();
		}
	}
}

static void an_hour_without_network_costs_few_attempts_and_ends_well(void **state)
{
	(void)state;
	fake_world_init(&world, ZT_ROUTE_MQTT);
	FAKE_SAYS(&world, 0x20, 0x02, 0x00, 0x00);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	world.end = ZT_IO_BROKEN;
	world.chance = 128;
	assert_event(&world, ZT_EVENT_LOST);
	int64_t back_ms = world.mono_ms + 3600 * 1000;
	size_t attempts = 0;
	world.open_calls = FAKE_OPENS;
	world.opens_then = ZT_E_NETWORK;
	for (pass_the_wait(); world.mono_ms < back_ms; pass_the_wait()) {
		assert_event(&world, ZT_EVENT_CONNECTING);
		assert_event(&world, ZT_EVENT_REFUSED);
		assert_reason(&world, ZT_REASON_NETWORK);
		attempts++;
	}
	assert_in_range(attempts, 60, 200);
	world.opens_then = ZT_OK;
	FAKE_SAYS(&world, 0x20, 0x02, 0x00, 0x00);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_false(world.event.first);
}

/* Thirty days, a certificate a day, each refused once at first contact; every message gets through, in order. */
static void thirty_days_of_renewals(void **state)
{
	(void)state;
	enum { DAY_MS = 24 * 3600 * 1000 };
	fake_world_init(&world, ZT_ROUTE_HTTPS);
	for (int day = 0; day < 30; day++) {
		assert_ok(zt_device_publish(&world.device, &message, NULL));
		assert_event(&world, ZT_EVENT_CONNECTING);
		world.end = ZT_IO_CLOSED;
		assert_event(&world, ZT_EVENT_REFUSED);
		assert_reason(&world, ZT_REASON_BEING_REGISTERED);
		pass_the_wait();
		fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
		assert_event(&world, ZT_EVENT_CONNECTING);
		assert_event(&world, ZT_EVENT_ACCEPTED);
		assert_true(world.event.first);
		assert_event(&world, ZT_EVENT_PUBLISHED);
		world.mono_ms += DAY_MS;
		world.wall_ms += DAY_MS;
		world.identity.not_before_ms += DAY_MS;
		world.identity.not_after_ms += DAY_MS;
		world.identity.generation++;
		assert_event(&world, ZT_EVENT_LOST);
		assert_reason(&world, ZT_REASON_NEW_IDENTITY);
		fake_fresh_stream(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_power_on_to_accepted_by_https),
		cmocka_unit_test(connects_by_mqtt_stay_inside_the_limit_of_aws),
		cmocka_unit_test(an_hour_without_network_costs_few_attempts_and_ends_well),
		cmocka_unit_test(thirty_days_of_renewals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
