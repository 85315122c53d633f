#include "unit/device/fake_storage.h"
#include "unit/device/fake_world.h"
#include "zerotouch/outbox.h"

/* A device that empties an outbox, and subscriptions that are added while it runs. */

#define CONNACK_OK 0x20, 0x02, 0x00, 0x00

static fake_world world;
static fake_storage disk;
static zt_outbox outbox;
static zt_source source;
static uint8_t memory[512];
static const zt_message own = { ZT_LIT_INIT("own"), ZT_LIT_INIT("o"), 1, false };

static void begin(zt_route route)
{
	fake_world_init(&world, route);
	disk = (fake_storage){ .read = ZT_OK };
	zt_storage storage = fake_storage_seam(&disk);
	assert_ok(zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory));
	source = zt_outbox_source(&outbox);
	world.config.source = &source;
	assert_ok(zt_device_init(&world.device, &world.config, NULL));
}

static int by_mqtt(void **state)
{
	(void)state;
	begin(ZT_ROUTE_MQTT);
	return 0;
}

static void put(const char *payload)
{
	const zt_message message = { ZT_LIT("t"), zt_view_of(payload), 1, false };
	assert_ok(zt_outbox_put(&outbox, &message, NULL));
}

static void accept(void)
{
	FAKE_SAYS(&world, CONNACK_OK);
	assert_event(&world, ZT_EVENT_CONNECTING);
	assert_event(&world, ZT_EVENT_ACCEPTED);
	world.out_n = 0;
}

static void assert_publishes(const char *payload, uint8_t first_byte)
{
	world.out_n = 0;
	assert_event(&world, ZT_EVENT_NONE);
	zt_view sent = fake_sent(&world);
	assert_true(sent.n > 7);
	assert_int_equal(sent.p[0], first_byte);
	assert_view(zt_view_from(sent, 7), payload);
}

static void acknowledge(void)
{
	FAKE_SAYS(&world, 0x40, 0x02, (uint8_t)(world.device.session.last_id >> 8),
		  (uint8_t)world.device.session.last_id);
	assert_event(&world, ZT_EVENT_PUBLISHED);
}

static void what_came_while_offline_is_sent_in_order(void **state)
{
	(void)state;
	put("1");
	put("2");
	accept();
	assert_publishes("1", 0x32);
	acknowledge();
	assert_view(world.event.message.payload, "1");
	assert_int_equal(zt_outbox_count(&outbox), 1);
	assert_publishes("2", 0x32);
	acknowledge();
	assert_int_equal(zt_outbox_count(&outbox), 0);
}

static void it_stays_until_it_is_acknowledged(void **state)
{
	(void)state;
	put("1");
	accept();
	assert_publishes("1", 0x32);
	world.end = ZT_IO_BROKEN;
	assert_event(&world, ZT_EVENT_LOST);
	assert_int_equal(zt_outbox_count(&outbox), 1);
	fake_fresh_stream(&world);
	world.mono_ms += world.event.wait_ms;
	accept();
	assert_publishes("1", 0x3a);
	acknowledge();
	assert_int_equal(zt_outbox_count(&outbox), 0);
}

static void the_caller_s_own_message_comes_first_while_offline(void **state)
{
	(void)state;
	put("1");
	assert_ok(zt_device_publish(&world.device, &own, NULL));
	accept();
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x32, 0x08, 0x00, 0x03, 'o', 'w', 'n', 0x00, 0x01, 'o');
}

static void a_message_that_is_given_up_leaves_with_its_reason(void **state)
{
	(void)state;
	put("1");
	for (int i = 0; i < ZT_PUBLISH_TRIES_MAX; i++) {
		accept();
		assert_publishes("1", i ? 0x3a : 0x32);
		world.end = ZT_IO_CLOSED;
		assert_event(&world, ZT_EVENT_LOST);
		fake_fresh_stream(&world);
		world.mono_ms += world.event.wait_ms;
	}
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_PUBLISH_DENIED);
	assert_view(world.event.message.payload, "1");
	assert_int_equal(zt_outbox_count(&outbox), 0);
}

static void by_https_it_is_a_reason_to_connect(void **state)
{
	(void)state;
	begin(ZT_ROUTE_HTTPS);
	assert_event(&world, ZT_EVENT_NONE);
	put("1");
	assert_event(&world, ZT_EVENT_CONNECTING);
	fake_says(&world, ZT_LIT("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
	assert_event(&world, ZT_EVENT_ACCEPTED);
	assert_event(&world, ZT_EVENT_PUBLISHED);
	assert_int_equal(zt_outbox_count(&outbox), 0);
}

static void by_https_nothing_can_be_retained(void **state)
{
	(void)state;
	begin(ZT_ROUTE_HTTPS);
	const zt_message kept = { ZT_LIT("t"), ZT_LIT("1"), 1, true };
	assert_ok(zt_outbox_put(&outbox, &kept, NULL));
	assert_event(&world, ZT_EVENT_NOT_PUBLISHED);
	assert_reason(&world, ZT_REASON_UNSUPPORTED);
	assert_int_equal(zt_outbox_count(&outbox), 0);
}

static void subscriptions_can_be_added_to_a_session(void **state)
{
	(void)state;
	static const zt_subscription later[] = { { ZT_LIT_INIT("x"), 1 }, { ZT_LIT_INIT("y"), 0 } };
	accept();
	assert_ok(zt_device_subscribe(&world.device, later, 2, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x82, 0x06, 0x00, 0x01, 0x00, 0x01, 'x', 0x01);
	FAKE_SAYS(&world, 0x90, 0x03, 0x00, 0x01, 0x01);
	assert_event(&world, ZT_EVENT_SUBSCRIBED);
	assert_ptr_equal(world.event.subscription, &later[0]);
	FAKE_SAYS(&world, 0x90, 0x03, 0x00, 0x02, 0x00);
	assert_event(&world, ZT_EVENT_SUBSCRIBED);
	assert_ptr_equal(world.event.subscription, &later[1]);
	world.end = ZT_IO_BROKEN;
	assert_event(&world, ZT_EVENT_LOST);
	fake_fresh_stream(&world);
	world.mono_ms += world.event.wait_ms;
	accept();
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x82, 0x06, 0x00, 0x03, 0x00, 0x01, 'x', 0x01);
}

static void a_list_that_is_exchanged_under_way_is_asked_for_from_its_start(void **state)
{
	(void)state;
	static const zt_subscription before[] = { { ZT_LIT_INIT("x"), 1 } }, after[] = { { ZT_LIT_INIT("y"), 1 } };
	accept();
	assert_ok(zt_device_subscribe(&world.device, before, 1, NULL));
	assert_event(&world, ZT_EVENT_NONE);
	assert_ok(zt_device_subscribe(&world.device, after, 1, NULL));
	world.out_n = 0;
	FAKE_SAYS(&world, 0x90, 0x03, 0x00, 0x01, 0x01);
	assert_event(&world, ZT_EVENT_NONE);
	assert_event(&world, ZT_EVENT_NONE);
	assert_bytes(fake_sent(&world), 0x82, 0x06, 0x00, 0x02, 0x00, 0x01, 'y', 0x01);
	FAKE_SAYS(&world, 0x90, 0x03, 0x00, 0x02, 0x01);
	assert_event(&world, ZT_EVENT_SUBSCRIBED);
	assert_ptr_equal(world.event.subscription, &after[0]);
}

static void an_added_filter_over_the_limit_names_it(void **state)
{
	(void)state;
	static const zt_subscription deep[] = { { ZT_LIT_INIT("a/b/c/d/e/f/g/h/i"), 1 } };
	const char *why = NULL;
	assert_status(zt_device_subscribe(&world.device, deep, 1, &why), ZT_E_LIMIT);
	assert_string_equal(why, "AWS IoT Core takes topics of at most 256 bytes and 7 slashes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_came_while_offline_is_sent_in_order, by_mqtt),
		cmocka_unit_test_setup(it_stays_until_it_is_acknowledged, by_mqtt),
		cmocka_unit_test_setup(the_caller_s_own_message_comes_first_while_offline, by_mqtt),
		cmocka_unit_test_setup(a_message_that_is_given_up_leaves_with_its_reason, by_mqtt),
		cmocka_unit_test(by_https_it_is_a_reason_to_connect),
		cmocka_unit_test(by_https_nothing_can_be_retained),
		cmocka_unit_test_setup(subscriptions_can_be_added_to_a_session, by_mqtt),
		cmocka_unit_test_setup(a_list_that_is_exchanged_under_way_is_asked_for_from_its_start, by_mqtt),
		cmocka_unit_test_setup(an_added_filter_over_the_limit_names_it, by_mqtt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
