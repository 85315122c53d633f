#include "fixture.h"

#include "cloud/registry/retained.h"

static void a_message_is_kept_with_any_payload(void **state)
{
	registry_fixture *f = *state;
	static const uint8_t payload[] = { 0, 1, 0xff, 0 };
	begin(f);
	assert_ok(zt_txn_retained_put(
	    f->txn, &(zt_publish){ .topic = ZT_LIT("a/b"), .payload = zt_view_make(payload, sizeof payload), .qos = 1 },
	    &f->error));
	reload(f);
	const zt_retained *message = zt_registry_retained(f->registry, ZT_LIT("a/b"));
	assert_string_equal(message->topic, "a/b");
	assert_int_equal(message->payload_n, sizeof payload);
	assert_memory_equal(message->payload, payload, sizeof payload);
	assert_int_equal(message->qos, 1);
	assert_int_equal(message->modified_ms, fixture_start_ms);
}

static void its_properties_are_kept(void **state)
{
	registry_fixture *f = *state;
	/* Content Type "t", then Message Expiry of 60 s (MQTT 5 §3.3.2.3). */
	static const uint8_t properties[] = { 0x03, 0, 1, 't', 0x02, 0, 0, 0, 60 };
	zt_view given = zt_view_make(properties, sizeof properties);
	begin(f);
	assert_ok(zt_txn_retained_put(
	    f->txn, &(zt_publish){ .topic = ZT_LIT("a"), .payload = ZT_LIT("1"), .properties = given }, &f->error));
	reload(f);
	const zt_retained *message = zt_registry_retained(f->registry, ZT_LIT("a"));
	assert_int_equal(message->properties_n, sizeof properties);
	assert_memory_equal(message->properties, properties, sizeof properties);
}

static void a_later_message_replaces_and_an_empty_one_clears(void **state)
{
	registry_fixture *f = *state;
	zt_view topic = ZT_LIT("a");
	begin(f);
	assert_ok(zt_txn_retained_put(f->txn, &(zt_publish){ .topic = topic, .payload = ZT_LIT("1") }, &f->error));
	assert_ok(zt_txn_retained_put(f->txn, &(zt_publish){ .topic = topic, .payload = ZT_LIT("2") }, &f->error));
	assert_memory_equal(zt_registry_retained(f->registry, topic)->payload, "2", 1);
	assert_ok(zt_txn_retained_put(f->txn, &(zt_publish){ .topic = topic, .payload = ZT_VIEW_EMPTY }, &f->error));
	assert_ok(zt_txn_retained_put(f->txn, &(zt_publish){ .topic = topic, .payload = ZT_VIEW_EMPTY }, &f->error));
	reload(f);
	assert_null(zt_registry_retained(f->registry, topic));
}

static void messages_are_walked_in_order_of_topic(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(
	    zt_txn_retained_put(f->txn, &(zt_publish){ .topic = ZT_LIT("b"), .payload = ZT_LIT("2") }, &f->error));
	assert_ok(
	    zt_txn_retained_put(f->txn, &(zt_publish){ .topic = ZT_LIT("a"), .payload = ZT_LIT("1") }, &f->error));
	assert_string_equal(zt_registry_next_retained(f->registry, ZT_VIEW_EMPTY)->topic, "a");
	assert_string_equal(zt_registry_next_retained(f->registry, ZT_LIT("a"))->topic, "b");
	assert_null(zt_registry_next_retained(f->registry, ZT_LIT("b")));
}

static void topic_and_payload_have_limits(void **state)
{
	registry_fixture *f = *state;
	static uint8_t bytes[128 * 1024 + 1];
	memset(bytes, 't', sizeof bytes);
	begin(f);
	assert_refused(f,
		       zt_txn_retained_put(f->txn,
					   &(zt_publish){ .topic = zt_view_make(bytes, 257), .payload = ZT_LIT("1") },
					   &f->error),
		       "InvalidRequestException", 400, "256");
	assert_refused(
	    f, zt_txn_retained_put(f->txn, &(zt_publish){ .topic = ZT_VIEW_EMPTY, .payload = ZT_LIT("1") }, &f->error),
	    "InvalidRequestException", 400, "256");
	assert_refused(
	    f, zt_txn_retained_put(f->txn, &(zt_publish){ .topic = ZT_LIT("a\0b"), .payload = ZT_LIT("1") }, &f->error),
	    "InvalidRequestException", 400, "UTF-8");
	assert_refused(
	    f,
	    zt_txn_retained_put(
		f->txn, &(zt_publish){ .topic = ZT_LIT("a"), .payload = zt_view_make(bytes, sizeof bytes) }, &f->error),
	    "InvalidRequestException", 400, "131072");
	assert_ok(zt_txn_retained_put(
	    f->txn,
	    &(zt_publish){ .topic = zt_view_make(bytes, 256), .payload = zt_view_make(bytes, sizeof bytes - 1) },
	    &f->error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_kept_with_any_payload),
		TEST(its_properties_are_kept),
		TEST(a_later_message_replaces_and_an_empty_one_clears),
		TEST(messages_are_walked_in_order_of_topic),
		TEST(topic_and_payload_have_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
