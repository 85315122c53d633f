/* Two processes on one store, played by two registries with a loop each: memory follows what the other one changes. */
#include "fixture.h"

#include <sqlite3.h>

#include "cloud/registry/policies.h"
#include "cloud/registry/retained.h"

#define DOCUMENT(action) "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:" action "\",\"Resource\":\"*\"}}"

typedef struct {
	registry_fixture a, b;
	unsigned foreign, own; /* changes of policies that b's listener heard of */
} pair;

static void on_change(void *context, zt_kind kind, zt_view key)
{
	pair *p = context;
	(void)key;
	if (kind != ZT_KIND_POLICY)
		return;
	if (zt_registry_is_foreign(p->b.registry))
		p->foreign++;
	else
		p->own++;
}

static void open_one(registry_fixture *f, const char *path)
{
	static const zt_account account = { "aws", "eu-west-1", ACCOUNT, "localhost" };
	zt_clock clock = { fixture_now, fixture_now, f };
	f->now_ms = fixture_start_ms;
	f->loop = event_base_new();
	if (zt_store_open_shared(f->loop, path, &f->store, &f->error) != ZT_OK ||
	    zt_registry_new(f->store, &account, clock, &f->registry, &f->error) != ZT_OK)
		fail_msg("%s", f->error.text);
}

static int set_up_pair(void **state)
{
	static pair p;
	char path[96];
	p = (pair){ .own = 0 };
	zt_temporary_make(&p.a.folder);
	(void)snprintf(path, sizeof path, "%s/store.db", p.a.folder.path);
	zt_text_cut(p.a.path, sizeof p.a.path, zt_view_of(path));
	open_one(&p.a, path);
	open_one(&p.b, path);
	assert_ok(zt_registry_listen(p.b.registry, on_change, &p));
	*state = &p;
	return 0;
}

static int tear_down_pair(void **state)
{
	pair *p = *state;
	fixture_close(&p->a);
	fixture_close(&p->b);
	event_base_free(p->a.loop);
	event_base_free(p->b.loop);
	zt_temporary_remove(&p->a.folder);
	return 0;
}

static void create(registry_fixture *f, const char *name)
{
	const zt_iot_policy *policy;
	assert_ok(zt_txn_policy_create(f->txn, zt_view_of(name), zt_view_of(DOCUMENT("Connect")), &policy, &f->error));
}

static void version(registry_fixture *f, const char *name, const char *document)
{
	const zt_policy_version *made;
	assert_ok(zt_txn_policy_version_create(f->txn, zt_view_of(name), zt_view_of(document), true, &made, &f->error));
}

static const zt_iot_policy *find(const registry_fixture *f, const char *name)
{
	return zt_registry_policy(f->registry, zt_view_of(name));
}

/* Runs b's loop until it was told of that many changes. */
static void follow(pair *p, unsigned count)
{
	while (p->foreign < count)
		assert_int_equal(event_base_loop(p->b.loop, EVLOOP_ONCE), 0);
}

static void make_in_a(pair *p, const char *name)
{
	begin(&p->a);
	create(&p->a, name);
	assert_ok(commit(&p->a));
}

static void what_one_makes_the_other_has(void **state)
{
	pair *p = *state;
	make_in_a(p, "p");
	assert_null(find(&p->b, "p"));
	follow(p, 1);
	assert_non_null(find(&p->b, "p"));
	assert_non_null(find(&p->b, "p")->compiled);
	assert_int_equal(p->own, 0);
}

static void what_one_deletes_the_other_has_no_more(void **state)
{
	pair *p = *state;
	make_in_a(p, "p");
	follow(p, 1);
	begin(&p->a);
	assert_ok(zt_txn_policy_delete(p->a.txn, ZT_LIT("p"), &p->a.error));
	assert_ok(commit(&p->a));
	follow(p, 2);
	assert_null(find(&p->b, "p"));
}

static void of_two_that_change_the_same_the_later_fails_and_follows(void **state)
{
	pair *p = *state;
	make_in_a(p, "p");
	follow(p, 1);
	begin(&p->a);
	version(&p->a, "p", DOCUMENT("Publish"));
	assert_ok(commit(&p->a));
	begin(&p->b);
	version(&p->b, "p", DOCUMENT("Subscribe"));
	assert_status(commit(&p->b), ZT_E_CONFLICT);
	follow(p, 2);
	assert_int_equal(find(&p->b, "p")->version_count, 2);
	assert_string_equal(find(&p->b, "p")->versions[1].document, DOCUMENT("Publish"));
	/* Knowing that, it may. */
	begin(&p->b);
	version(&p->b, "p", DOCUMENT("Subscribe"));
	assert_ok(commit(&p->b));
	assert_int_equal(find(&p->b, "p")->version_count, 3);
}

static void on_end(void *context, zt_status status)
{
	zt_status *ends = context;
	while (*ends != ZT_E_AGAIN)
		ends++;
	*ends = status;
}

static void what_builds_upon_a_conflict_is_undone_with_it(void **state)
{
	pair *p = *state;
	zt_status ends[4] = { ZT_E_AGAIN, ZT_E_AGAIN, ZT_E_AGAIN, ZT_E_AGAIN };
	make_in_a(p, "p");
	const char *names[] = { "before", "p", "behind" };
	for (size_t i = 0; i < ZT_COUNT(names); i++) {
		begin(&p->b);
		create(&p->b, names[i]);
		zt_txn_commit(p->b.txn, on_end, ends);
		p->b.txn = NULL;
	}
	while (ends[2] == ZT_E_AGAIN)
		assert_int_equal(event_base_loop(p->b.loop, EVLOOP_ONCE), 0);
	assert_int_equal(ends[0], ZT_OK);
	assert_int_equal(ends[1], ZT_E_CONFLICT);
	assert_int_equal(ends[2], ZT_E_CONFLICT);
	follow(p, 1);
	assert_non_null(find(&p->b, "before"));
	assert_string_equal(find(&p->b, "p")->generation_id, find(&p->a, "p")->generation_id);
	assert_null(find(&p->b, "behind"));
}

static void retain(registry_fixture *f, const char *payload)
{
	begin(f);
	assert_ok(zt_txn_retained_put(
	    f->txn, &(zt_publish){ .topic = ZT_LIT("t"), .payload = zt_view_of(payload), .qos = 1 }, &f->error));
}

static void of_retained_messages_the_last_one_stays(void **state)
{
	pair *p = *state;
	retain(&p->a, "a");
	assert_ok(commit(&p->a));
	retain(&p->b, "b");
	assert_ok(commit(&p->b));
	/* What came before it is told after it, and changes nothing. */
	make_in_a(p, "p");
	follow(p, 1);
	assert_memory_equal(zt_registry_retained(p->b.registry, ZT_LIT("t"))->payload, "b", 1);
}

static void on_lost(void *context)
{
	*(bool *)context = true;
}

/* As a process of a later version, or a broken one, would write it. */
static void write_foreign(const pair *p, const char *sql)
{
	sqlite3 *sqlite;
	assert_int_equal(sqlite3_open(p->a.path, &sqlite), SQLITE_OK);
	(void)sqlite3_busy_timeout(sqlite, 10000);
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

static void is_lost_by(pair *p, const char *sql)
{
	bool lost = false;
	zt_registry_tell_loss(p->b.registry, on_lost, &lost);
	write_foreign(p, sql);
	while (!lost)
		assert_int_equal(event_base_loop(p->b.loop, EVLOOP_ONCE), 0);
	assert_int_equal(p->foreign, 0);
}

static void a_record_that_cannot_be_read_is_a_loss(void **state)
{
	is_lost_by(*state, "INSERT INTO record (kind, key, value) VALUES (6, x'70', x'00');"
			   "INSERT INTO change (kind, key, writer) VALUES (6, x'70', 1)");
}

static void a_record_of_a_kind_that_is_not_known_is_a_loss(void **state)
{
	is_lost_by(*state, "INSERT INTO record (kind, key, value) VALUES (999, x'70', x'00');"
			   "INSERT INTO change (kind, key, writer) VALUES (999, x'70', 1)");
}

int main(void)
{
#define PAIR(name) cmocka_unit_test_setup_teardown(name, set_up_pair, tear_down_pair)
	const struct CMUnitTest tests[] = {
		PAIR(what_one_makes_the_other_has),
		PAIR(what_one_deletes_the_other_has_no_more),
		PAIR(of_two_that_change_the_same_the_later_fails_and_follows),
		PAIR(what_builds_upon_a_conflict_is_undone_with_it),
		PAIR(of_retained_messages_the_last_one_stays),
		PAIR(a_record_that_cannot_be_read_is_a_loss),
		PAIR(a_record_of_a_kind_that_is_not_known_is_a_loss),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
