#include "unit/device/fake_world.h"

/* Bytes by hand from MQTT 3.1.1. */
#define CONNACK_OK 0x20, 0x02, 0x00, 0x00

static fake_world world;
static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("hi"), 1, false };
static const zt_subscription filters[] = { { ZT_LIT_INIT("c/#"), 1 }, { ZT_LIT_INIT("d"), 0 } };

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
	world.out_n = 0;
	return 0;
}

static void the_client_id_is_the_device_id(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x10, 0x14, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x02, 0x00, 0x3c, 0x00, 0x08,
		     'd', 'e', 'v', 'i', 'c', 'e', '-', '1');
	assert_int_equal(world.route, ZT_ROUTE_MQTT);
}

static void connack_accepts(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_CONNECTING);
	world.mono_ms += 7;
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_int_equal(world.event.elapsed_ms, 7);
	assert_event(&world, ZT_EVENT_NONE);
}

static void a_message_is_published_once_acknowledged(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x32, 0x09, 0x00, 0x03, 'a', '/', 'b', 0x00, 0x01, 'h', 'i');
	FAKE_SAYS(&world, 0x40, 0x02, 0x00, 0x01);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_int_equal(world.event.http_status, 0);
	assert_ok(zt_device_publish(&world.device, &message, NULL));
}

static void qos_0_is_reported_in_the_same_breath(void **state)
{
	(void)state;
	const zt_message loose = { ZT_LIT("a"), ZT_LIT("x"), 0, false };
	assert_ok(zt_device_publish(&world.device, &loose, NULL));
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_bytes(fake_sent(&world), 0x30, 0x04, 0x00, 0x01, 'a', 'x');
}

static void subscriptions_come_before_messages_one_by_one(void **state)
{
	(void)state;
	world.config.subscriptions = filters;
	world.config.subscription_count = 2;
	assert_ok(zt_device_init(&world.device, &world.config, NULL));
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x82, 0x08, 0x00, 0x01, 0x00, 0x03, 'c', '/', '#', 0x01);
	FAKE_SAYS(&world, 0x90, 0x03, 0x00, 0x01, 0x01);
	assert_event(&world, ZT_EVENT_SUBSCRIBED);
	assert_ptr_equal(world.event.subscription, &filters[0]);
	assert_reason(&world, ZT_REASON_NONE);
	world.out_n = 0;
	FAKE_SAYS(&world, 0x90, 0x03, 0x00, 0x02, 0x80);
	assert_event(&world, ZT_EVENT_SUBSCRIBED);
	assert_reason(&world, ZT_REASON_SUBSCRIBE_DENIED);
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x82, 0x06, 0x00, 0x02, 0x00, 0x01, 'd', 0x00, 0x32, 0x09, 0x00, 0x03, 'a', '/',
		     'b', 0x00, 0x03, 'h', 'i');
}

static void a_message_is_received_and_acknowledged(void **state)
{
	(void)state;
	FAKE_SAYS(&world, 0x32, 0x07, 0x00, 0x01, 'c', 0x00, 0x09, 'y', 'o');
	assert_event(&world, ZT_EVENT_RECEIVED);
	assert_view(world.event.message.topic, "c");
	assert_view(world.event.message.payload, "yo");
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x40, 0x02, 0x00, 0x09);
}

static void keep_alive_is_kept(void **state)
{
	(void)state;
	assert_event(&world, ZT_EVENT_NONE);
	assert_int_equal(world.event.wait_ms, ZT_IDENTITY_POLL_MS);
	world.mono_ms += 60000;
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0xc0, 0x00);
}

static void after_a_loss_the_message_is_sent_again_as_a_repetition(void **state)
{
	(void)state;
	assert_ok(zt_device_publish(&world.device, &message, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	world.end = ZT_IO_BROKEN;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_CLOSED);
	fake_fresh_stream(&world);
	world.mono_ms += world.event.wait_ms;
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_false(world.event.first);
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x3a, 0x09, 0x00, 0x03, 'a', '/', 'b', 0x00, 0x02, 'h', 'i');
	FAKE_SAYS(&world, 0x40, 0x02, 0x00, 0x02);
	assert_event(&world, ZT_EVENT_PUBLISHED);
}

static void a_new_certificate_is_taken_into_use_with_a_goodbye(void **state)
{
	(void)state;
	world.identity.generation = 2;
	world.mono_ms += ZT_IDENTITY_POLL_MS;
	assert_event(&world, ZT_EVENT_LOST);
	assert_reason(&world, ZT_REASON_NEW_IDENTITY);
	assert_bytes(fake_sent(&world), 0xe0, 0x00);
	fake_fresh_stream(&world);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_int_equal(world.event.attempts, 1);
}

static void stopping_says_goodbye(void **state)
{
	(void)state;
	zt_device_stop(&world.device);
	assert_bytes(fake_sent(&world), 0xe0, 0x00);
	assert_int_equal(world.closes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_client_id_is_the_device_id, fresh),
		cmocka_unit_test_setup(connack_accepts, fresh),
		cmocka_unit_test_setup(a_message_is_published_once_acknowledged, accepted),
		cmocka_unit_test_setup(qos_0_is_reported_in_the_same_breath, accepted),
		cmocka_unit_test_setup(subscriptions_come_before_messages_one_by_one, fresh),
		cmocka_unit_test_setup(a_message_is_received_and_acknowledged, accepted),
		cmocka_unit_test_setup(keep_alive_is_kept, accepted),
		cmocka_unit_test_setup(after_a_loss_the_message_is_sent_again_as_a_repetition, accepted),
		cmocka_unit_test_setup(a_new_certificate_is_taken_into_use_with_a_goodbye, accepted),
		cmocka_unit_test_setup(stopping_says_goodbye, accepted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
