#include "fixture.h"

#include "cloud/registry/retained.h"

static void a_message_is_kept_with_any_payload(void **state)
{
	registry_fixture *f = *state;
	static const uint8_t payload[] = { 0, 1, 0xff, 0 };
	begin(f);
	assert_ok(zt_txn_retained_put(f->txn, ZT_LIT("a/b"), zt_view_make(payload, sizeof payload), 1, &f->error));
	reload(f);
	const zt_retained *message = zt_registry_retained(f->registry, ZT_LIT("a/b"));
	assert_string_equal(message->topic, "a/b");
	assert_int_equal(message->payload_n, sizeof payload);
	assert_memory_equal(message->payload, payload, sizeof payload);
	assert_int_equal(message->qos, 1);
	assert_int_equal(message->modified_ms, fixture_start_ms);
}

static void a_later_message_replaces_and_an_empty_one_clears(void **state)
{
	registry_fixture *f = *state;
	zt_view topic = ZT_LIT("a");
	begin(f);
	assert_ok(zt_txn_retained_put(f->txn, topic, ZT_LIT("1"), 0, &f->error));
	assert_ok(zt_txn_retained_put(f->txn, topic, ZT_LIT("2"), 0, &f->error));
	assert_memory_equal(zt_registry_retained(f->registry, topic)->payload, "2", 1);
	assert_ok(zt_txn_retained_put(f->txn, topic, ZT_VIEW_EMPTY, 0, &f->error));
	assert_ok(zt_txn_retained_put(f->txn, topic, ZT_VIEW_EMPTY, 0, &f->error));
	reload(f);
	assert_null(zt_registry_retained(f->registry, topic));
}

static void messages_are_walked_in_order_of_topic(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(zt_txn_retained_put(f->txn, ZT_LIT("b"), ZT_LIT("2"), 0, &f->error));
	assert_ok(zt_txn_retained_put(f->txn, ZT_LIT("a"), ZT_LIT("1"), 0, &f->error));
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
	assert_refused(f, zt_txn_retained_put(f->txn, zt_view_make(bytes, 257), ZT_LIT("1"), 0, &f->error),
		       "InvalidRequestException", 400, "256");
	assert_refused(f, zt_txn_retained_put(f->txn, ZT_VIEW_EMPTY, ZT_LIT("1"), 0, &f->error),
		       "InvalidRequestException", 400, "256");
	assert_refused(f, zt_txn_retained_put(f->txn, ZT_LIT("a\0b"), ZT_LIT("1"), 0, &f->error),
		       "InvalidRequestException", 400, "UTF-8");
	assert_refused(f, zt_txn_retained_put(f->txn, ZT_LIT("a"), zt_view_make(bytes, sizeof bytes), 0, &f->error),
		       "InvalidRequestException", 400, "131072");
	assert_ok(
	    zt_txn_retained_put(f->txn, zt_view_make(bytes, 256), zt_view_make(bytes, sizeof bytes - 1), 0, &f->error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_kept_with_any_payload),
		TEST(a_later_message_replaces_and_an_empty_one_clears),
		TEST(messages_are_walked_in_order_of_topic),
		TEST(topic_and_payload_have_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
