/* Transactions: visible at once, durable when acknowledged, put back when the disk refuses. */
#include "fixture.h"

#include "cloud/registry/retained.h"
#include "cloud/registry/things.h"
#include "unit/cloud/store/disk.h"

typedef struct {
	size_t count;
	zt_status statuses[8];
} outcomes;

static void note(void *context, zt_status status)
{
	outcomes *seen = context;
	seen->statuses[seen->count++] = status;
}

static void wait_for(registry_fixture *f, const outcomes *seen, size_t count)
{
	while (seen->count < count)
		assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
}

static void put(registry_fixture *f, const char *topic, const char *payload)
{
	assert_ok(zt_txn_retained_put(
	    f->txn, &(zt_publish){ .topic = zt_view_of(topic), .payload = zt_view_of(payload) }, &f->error));
}

static void submit(registry_fixture *f, outcomes *seen)
{
	zt_txn_commit(f->txn, note, seen);
	f->txn = NULL;
}

static void submit_put(registry_fixture *f, const char *topic, const char *payload, outcomes *seen)
{
	begin(f);
	put(f, topic, payload);
	submit(f, seen);
}

/* "a=1 b=2" */
static void assert_retained(registry_fixture *f, const char *expected)
{
	char text[1024] = "";
	const zt_retained *message;
	for (zt_view after = ZT_VIEW_EMPTY; (message = zt_registry_next_retained(f->registry, after));
	     after = zt_view_of(message->topic)) {
		size_t n = strlen(text);
		(void)snprintf(text + n, sizeof text - n, "%s%s=%.*s", n ? " " : "", message->topic,
			       (int)message->payload_n, (const char *)message->payload);
	}
	assert_string_equal(text, expected);
}

static void a_change_is_visible_before_it_is_durable(void **state)
{
	registry_fixture *f = *state;
	outcomes seen = { 0 };
	submit_put(f, "a", "1", &seen);
	assert_retained(f, "a=1");
	assert_int_equal(seen.count, 0);
	wait_for(f, &seen, 1);
	assert_int_equal(seen.statuses[0], ZT_OK);
}

static void an_abort_puts_everything_back(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	put(f, "a", "1");
	put(f, "b", "2");
	assert_ok(commit(f));
	begin(f);
	put(f, "a", "x");
	put(f, "a", "y");
	put(f, "b", "");
	put(f, "c", "3");
	assert_retained(f, "a=y c=3");
	zt_txn_abort(f->txn);
	f->txn = NULL;
	assert_retained(f, "a=1 b=2");
	reload(f);
	assert_retained(f, "a=1 b=2");
}

static void an_empty_one_is_done_at_once(void **state)
{
	registry_fixture *f = *state;
	outcomes seen = { 0 };
	begin(f);
	submit(f, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.statuses[0], ZT_OK);
}

static void only_one_is_under_construction(void **state)
{
	registry_fixture *f = *state;
	zt_txn *second;
	begin(f);
	assert_status(zt_txn_begin(f->registry, &second), ZT_E_STATE);
	zt_txn_abort(f->txn);
	assert_ok(zt_txn_begin(f->registry, &f->txn));
}

static void nobody_needs_to_be_told(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	put(f, "a", "1");
	zt_txn_commit(f->txn, NULL, NULL);
	f->txn = NULL;
	reload(f);
	assert_retained(f, "a=1");
}

static void a_full_disk_puts_memory_back(void **state)
{
	registry_fixture *f = *state;
	outcomes seen = { 0 };
	submit_put(f, "a", "1", &seen);
	wait_for(f, &seen, 1);
	disk_set(false, ENOSPC);
	begin(f);
	put(f, "a", "2");
	put(f, "b", "2");
	submit(f, &seen);
	assert_retained(f, "a=2 b=2");
	wait_for(f, &seen, 2);
	assert_int_equal(seen.statuses[1], ZT_E_DISK_FULL);
	assert_retained(f, "a=1");
	disk_set(false, 0);
	submit_put(f, "c", "3", &seen);
	wait_for(f, &seen, 3);
	assert_int_equal(seen.statuses[2], ZT_OK);
	reload(f);
	assert_retained(f, "a=1 c=3");
}

static void those_that_build_upon_a_failed_one_are_put_back_too(void **state)
{
	registry_fixture *f = *state;
	outcomes seen = { 0 };
	submit_put(f, "a", "0", &seen);
	wait_for(f, &seen, 1);
	disk_set(true, 0);
	submit_put(f, "a", "1", &seen);
	disk_await_writer();
	submit_put(f, "a", "2", &seen);
	submit_put(f, "a", "", &seen);
	submit_put(f, "a", "4", &seen);
	assert_retained(f, "a=4");
	disk_set(false, EIO);
	wait_for(f, &seen, 5);
	disk_set(false, 0);
	for (size_t i = 1; i < 5; i++)
		assert_int_equal(seen.statuses[i], ZT_E_IO);
	assert_retained(f, "a=0");
	reload(f);
	assert_retained(f, "a=0");
}

static void one_under_construction_falls_with_those_below_it(void **state)
{
	registry_fixture *f = *state;
	outcomes seen = { 0 };
	disk_set(false, ENOSPC);
	submit_put(f, "a", "1", &seen);
	begin(f);
	put(f, "b", "2");
	wait_for(f, &seen, 1);
	disk_set(false, 0);
	assert_retained(f, "");
	assert_status(
	    zt_txn_retained_put(f->txn, &(zt_publish){ .topic = ZT_LIT("c"), .payload = ZT_LIT("3") }, &f->error),
	    ZT_E_DISK_FULL);
	submit(f, &seen);
	assert_int_equal(seen.statuses[1], ZT_E_DISK_FULL);
	assert_retained(f, "");
}

typedef struct {
	char text[256];
} heard;

static void hear(void *context, zt_kind kind, zt_view key)
{
	heard *all = context;
	size_t n = strlen(all->text);
	(void)snprintf(all->text + n, sizeof all->text - n, "%d:%.*s ", (int)kind, ZT_PRI(key));
}

static void listeners_hear_puts_deletes_and_undos(void **state)
{
	registry_fixture *f = *state;
	heard all = { "" };
	assert_ok(zt_registry_listen(f->registry, hear, &all));
	begin(f);
	put(f, "a", "1");
	assert_ok(commit(f));
	begin(f);
	put(f, "a", "");
	zt_txn_abort(f->txn);
	f->txn = NULL;
	assert_int_equal(ZT_KIND_RETAINED, 12);
	assert_string_equal(all.text, "12:a 12:a 12:a ");
}

static void nine_listeners_are_too_many(void **state)
{
	registry_fixture *f = *state;
	heard all;
	for (int i = 0; i < 8; i++)
		assert_ok(zt_registry_listen(f->registry, hear, &all));
	assert_status(zt_registry_listen(f->registry, hear, &all), ZT_E_LIMIT);
}

static void undo_restores_every_index(void **state)
{
	registry_fixture *f = *state;
	outcomes seen = { 0 };
	const zt_thing *thing;
	json_t *attributes = json_pack("{ss}", "deviceId", "ab");
	zt_thing_spec spec = { .name = ZT_LIT("lamp"), .attributes = attributes };
	begin(f);
	assert_ok(zt_txn_thing_create(f->txn, &spec, &thing, &f->error));
	assert_ok(commit(f));
	disk_set(false, ENOSPC);
	begin(f);
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("lamp"), 0, &f->error));
	assert_null(zt_registry_next_thing_with(f->registry, ZT_LIT("deviceId"), ZT_LIT("ab"), ZT_VIEW_EMPTY));
	submit(f, &seen);
	wait_for(f, &seen, 1);
	disk_set(false, 0);
	assert_string_equal(
	    zt_registry_next_thing_with(f->registry, ZT_LIT("deviceId"), ZT_LIT("ab"), ZT_VIEW_EMPTY)->name, "lamp");
	json_decref(attributes);
}

static int healthy_set_up(void **state)
{
	disk_set(false, 0);
	return set_up(state);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, healthy_set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_visible_before_it_is_durable),
		TEST(an_abort_puts_everything_back),
		TEST(an_empty_one_is_done_at_once),
		TEST(only_one_is_under_construction),
		TEST(nobody_needs_to_be_told),
		TEST(a_full_disk_puts_memory_back),
		TEST(those_that_build_upon_a_failed_one_are_put_back_too),
		TEST(one_under_construction_falls_with_those_below_it),
		TEST(listeners_hear_puts_deletes_and_undos),
		TEST(nine_listeners_are_too_many),
		TEST(undo_restores_every_index),
	};
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
