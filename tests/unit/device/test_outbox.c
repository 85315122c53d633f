#include "unit/device/fake_storage.h"
#include "unit/zt_cmocka.h"
#include "zerotouch/outbox.h"

static fake_storage disk;
static zt_storage storage;
static uint8_t memory[512];
static zt_outbox outbox;
static zt_source source;

static void restart_with(zt_outbox_policy policy)
{
	storage = fake_storage_seam(&disk);
	assert_ok(zt_outbox_init(&outbox, &storage, policy, memory, sizeof memory));
	source = zt_outbox_source(&outbox);
}

static int empty(void **state)
{
	(void)state;
	disk = (fake_storage){ .read = ZT_OK };
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	return 0;
}

static zt_status put(const char *payload)
{
	const zt_message message = { ZT_LIT("a/b"), zt_view_of(payload), 1, false };
	return zt_outbox_put(&outbox, &message, NULL);
}

static void assert_oldest(const char *payload)
{
	zt_message message;
	assert_true(source.peek(source.context, &message));
	assert_view(message.payload, payload);
}

static void send(const char *payload)
{
	assert_oldest(payload);
	source.settled(source.context, true);
}

static void assert_empty(void)
{
	zt_message message;
	assert_int_equal(zt_outbox_count(&outbox), 0);
	assert_false(source.peek(source.context, &message));
}

static void messages_leave_in_the_order_they_came(void **state)
{
	(void)state;
	assert_empty();
	assert_ok(put("1"));
	assert_ok(put("2"));
	assert_int_equal(zt_outbox_count(&outbox), 2);
	send("1");
	assert_ok(put("3"));
	send("2");
	send("3");
	assert_empty();
}

static void everything_of_a_message_is_kept(void **state)
{
	(void)state;
	const zt_message given = { ZT_LIT("t/u"), zt_view_make("\0\xff", 2), 0, true };
	zt_message got;
	assert_ok(zt_outbox_put(&outbox, &given, NULL));
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	assert_true(source.peek(source.context, &got));
	assert_view(got.topic, "t/u");
	assert_bytes(got.payload, 0x00, 0xff);
	assert_int_equal(got.qos, 0);
	assert_true(got.retain);
}

static void the_same_message_comes_until_it_is_settled(void **state)
{
	(void)state;
	assert_ok(put("1"));
	assert_oldest("1");
	assert_ok(put("2"));
	assert_oldest("1");
	send("1");
	assert_oldest("2");
}

static void a_restart_forgets_nothing(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		assert_ok(put("a"));
		assert_ok(put("b"));
		assert_ok(put("c"));
		restart_with(ZT_OUTBOX_KEEP_OLDEST);
		assert_int_equal(zt_outbox_count(&outbox), 3);
		send("a");
		restart_with(ZT_OUTBOX_KEEP_OLDEST);
		send("b");
		send("c");
		assert_empty();
	}
}

static void what_was_being_sent_at_a_restart_is_sent_again(void **state)
{
	(void)state;
	assert_ok(put("1"));
	assert_oldest("1");
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	send("1");
	assert_empty();
}

static void a_full_outbox_refuses_and_says_so(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("5"), 1, false };
	const char *why = NULL;
	for (int i = 0; i < FAKE_SLOTS; i++)
		assert_ok(put((const char[]){ (char)('1' + i), 0 }));
	assert_status(zt_outbox_put(&outbox, &message, &why), ZT_E_SPACE);
	assert_string_equal(why, "the outbox is full, and keeps the oldest messages");
	assert_int_equal(outbox.dropped, 0);
	send("1");
	assert_ok(put("5"));
	send("2");
}

static void or_drops_the_oldest_and_counts_it(void **state)
{
	(void)state;
	restart_with(ZT_OUTBOX_KEEP_NEWEST);
	for (int i = 0; i < FAKE_SLOTS + 2; i++)
		assert_ok(put((const char[]){ (char)('1' + i), 0 }));
	assert_int_equal(outbox.dropped, 2);
	assert_int_equal(zt_outbox_count(&outbox), FAKE_SLOTS);
	send("3");
}

static void one_that_is_being_sent_is_not_lost_by_that(void **state)
{
	(void)state;
	restart_with(ZT_OUTBOX_KEEP_NEWEST);
	for (int i = 0; i < FAKE_SLOTS; i++)
		assert_ok(put((const char[]){ (char)('1' + i), 0 }));
	assert_oldest("1");
	assert_ok(put("5"));
	assert_int_equal(outbox.dropped, 0);
	send("1");
	send("2");
	send("3");
	send("4");
	send("5");
	assert_empty();
}

static void limits_are_named_before_anything_is_kept(void **state)
{
	(void)state;
	static char big[300];
	const char *why = NULL;
	memset(big, 'x', sizeof big);
	const zt_message large = { ZT_LIT("a"), zt_view_make(big, 256 - ZT_OUTBOX_RECORD_HEAD), 1, false };
	assert_status(zt_outbox_put(&outbox, &large, &why), ZT_E_LIMIT);
	assert_string_equal(why, "the message is larger than the outbox has memory for");
	const zt_message wrong = { ZT_LIT("a/+"), ZT_VIEW_EMPTY, 1, false };
	assert_status(zt_outbox_put(&outbox, &wrong, NULL), ZT_E_INVALID);
	const zt_message largest = { ZT_LIT("a"), zt_view_make(big, 256 - ZT_OUTBOX_RECORD_HEAD - 1), 1, false };
	assert_ok(zt_outbox_put(&outbox, &largest, NULL));
	assert_int_equal(zt_outbox_count(&outbox), 1);
}

static void a_full_disk_is_told_and_nothing_is_taken(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("1"), 1, false };
	const char *why = NULL;
	disk.write = ZT_E_DISK_FULL;
	assert_status(zt_outbox_put(&outbox, &message, &why), ZT_E_DISK_FULL);
	assert_string_equal(why, "no space left for the outbox");
	assert_empty();
	disk.write = ZT_OK;
	assert_ok(put("1"));
	send("1");
}

static void damaged_slots_are_emptied_and_counted(void **state)
{
	(void)state;
	static const uint8_t torn[] = { 1, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 'a' };
	assert_ok(put("1"));
	assert_ok(put("2"));
	assert_ok(put("3"));
	memcpy(disk.bytes[1], torn, sizeof torn);
	disk.n[1] = sizeof torn;
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	assert_int_equal(outbox.damaged, 1);
	send("1");
	send("3");
	assert_empty();
	assert_int_equal(disk.n[1], 0);
}

static void damage_that_storage_sees_is_counted_too(void **state)
{
	(void)state;
	assert_ok(put("1"));
	disk.read = ZT_E_INVALID;
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	assert_int_equal(outbox.damaged, FAKE_SLOTS);
	disk.read = ZT_OK;
	assert_empty();
}

static void another_number_of_slots_is_refused_and_loses_nothing(void **state)
{
	(void)state;
	assert_ok(put("1"));
	assert_ok(put("2"));
	assert_ok(put("3"));
	send("1");
	send("2");
	assert_ok(put("4"));
	assert_ok(put("5"));
	const fake_storage before = disk;
	storage = fake_storage_seam(&disk);
	storage.slots = FAKE_SLOTS - 1;
	assert_status(zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory), ZT_E_CONFIG);
	assert_memory_equal(&disk, &before, sizeof disk);
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	send("3");
	send("4");
	send("5");
}

static void storage_that_fails_altogether_is_told(void **state)
{
	(void)state;
	disk.read = ZT_E_IO;
	assert_status(zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory), ZT_E_IO);
	storage.slots = 0;
	assert_status(zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory), ZT_E_CONFIG);
}

static void reading_may_fail_for_a_while(void **state)
{
	(void)state;
	zt_message message;
	assert_ok(put("1"));
	disk.read = ZT_E_IO;
	assert_false(source.peek(source.context, &message));
	disk.read = ZT_OK;
	send("1");
}

static void one_that_cannot_be_erased_comes_again_after_a_restart(void **state)
{
	(void)state;
	assert_ok(put("1"));
	disk.erase = ZT_E_IO;
	send("1");
	assert_empty();
	disk.erase = ZT_OK;
	restart_with(ZT_OUTBOX_KEEP_OLDEST);
	send("1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(messages_leave_in_the_order_they_came, empty),
		cmocka_unit_test_setup(everything_of_a_message_is_kept, empty),
		cmocka_unit_test_setup(the_same_message_comes_until_it_is_settled, empty),
		cmocka_unit_test_setup(a_restart_forgets_nothing, empty),
		cmocka_unit_test_setup(what_was_being_sent_at_a_restart_is_sent_again, empty),
		cmocka_unit_test_setup(a_full_outbox_refuses_and_says_so, empty),
		cmocka_unit_test_setup(or_drops_the_oldest_and_counts_it, empty),
		cmocka_unit_test_setup(one_that_is_being_sent_is_not_lost_by_that, empty),
		cmocka_unit_test_setup(limits_are_named_before_anything_is_kept, empty),
		cmocka_unit_test_setup(a_full_disk_is_told_and_nothing_is_taken, empty),
		cmocka_unit_test_setup(damaged_slots_are_emptied_and_counted, empty),
		cmocka_unit_test_setup(damage_that_storage_sees_is_counted_too, empty),
		cmocka_unit_test_setup(another_number_of_slots_is_refused_and_loses_nothing, empty),
		cmocka_unit_test_setup(storage_that_fails_altogether_is_told, empty),
		cmocka_unit_test_setup(reading_may_fail_for_a_while, empty),
		cmocka_unit_test_setup(one_that_cannot_be_erased_comes_again_after_a_restart, empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
