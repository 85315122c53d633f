/* Two processes on one file, played by two stores with a loop each. */
#include "fixture.h"

#include <sqlite3.h>

typedef struct {
	store_fixture a, b;
	char told[1024]; /* what b was told */
	size_t count, lost;
	size_t ends;
	zt_status last;
} pair;

static void on_foreign(void *context, const zt_record *record, bool gone)
{
	pair *p = context;
	size_t n = strlen(p->told);
	if (!record) {
		p->lost++;
		return;
	}
	(void)snprintf(p->told + n, sizeof p->told - n, "%u %.*s%s%.*s;", record->kind, ZT_PRI(record->key),
		       gone ? " gone" : "=", ZT_PRI(record->value));
	p->count++;
}

static void on_end(void *context, zt_status status)
{
	pair *p = context;
	p->ends++;
	p->last = status;
}

static void open_one(store_fixture *f, const char *path, pair *p, bool listen)
{
	fixture_dump dump = { 0 };
	zt_error error = { 0 };
	(void)snprintf(f->path, sizeof f->path, "%s", path);
	f->loop = event_base_new();
	if (zt_store_open_shared(f->loop, f->path, &f->store, &error) != ZT_OK)
		fail_msg("%s", error.text);
	assert_ok(zt_store_load(f->store, fixture_visit, &dump, NULL));
	assert_ok(zt_store_watch(f->store, listen ? on_foreign : NULL, p, NULL));
}

static int set_up_pair(void **state)
{
	static pair p;
	char path[96];
	p = (pair){ .count = 0 };
	zt_temporary_make(&p.a.folder);
	(void)snprintf(path, sizeof path, "%s/store.db", p.a.folder.path);
	open_one(&p.a, path, &p, false);
	open_one(&p.b, path, &p, true);
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

/* Waits for the end on that store's own loop: the other's does not run. */
static zt_status put(pair *p, store_fixture *f, const char *key, const char *value)
{
	size_t ends = p->ends;
	fixture_submit(f, key, value, on_end, p);
	fixture_wait(f, &p->ends, ends + 1);
	return p->last;
}

static void what_one_writes_the_other_is_told(void **state)
{
	pair *p = *state;
	assert_ok(put(p, &p->a, "lamp", "on"));
	assert_ok(put(p, &p->a, "door", "shut"));
	fixture_wait(&p->b, &p->count, 2);
	assert_string_equal(p->told, "1 lamp=on;1 door=shut;");
}

static void a_deletion_is_told(void **state)
{
	pair *p = *state;
	zt_changes *changes;
	assert_ok(put(p, &p->a, "lamp", "on"));
	fixture_wait(&p->b, &p->count, 1);
	assert_ok(zt_changes_new(&changes));
	assert_ok(zt_changes_delete(changes, 1, ZT_LIT("lamp")));
	zt_store_submit(p->a.store, changes, NULL, NULL);
	fixture_wait(&p->b, &p->count, 2);
	assert_string_equal(p->told, "1 lamp=on;1 lamp gone;");
}

static void what_one_writes_itself_it_is_not_told(void **state)
{
	pair *p = *state;
	assert_ok(put(p, &p->b, "mine", "1"));
	assert_ok(put(p, &p->a, "theirs", "2"));
	fixture_wait(&p->b, &p->count, 1);
	assert_string_equal(p->told, "1 theirs=2;");
}

static void a_change_of_what_another_changed_meanwhile_fails(void **state)
{
	pair *p = *state;
	assert_ok(put(p, &p->a, "lamp", "on"));
	assert_status(put(p, &p->b, "lamp", "off"), ZT_E_CONFLICT);
	fixture_wait(&p->b, &p->count, 1);
	assert_string_equal(p->told, "1 lamp=on;");
	/* Now that it knows, it may. */
	assert_ok(put(p, &p->b, "lamp", "off"));
}

static void what_is_submitted_behind_a_conflict_fails_with_it(void **state)
{
	pair *p = *state;
	assert_ok(put(p, &p->a, "lamp", "on"));
	size_t ends = p->ends;
	fixture_submit(&p->b, "lamp", "off", on_end, p);
	fixture_submit(&p->b, "door", "open", on_end, p);
	fixture_wait(&p->b, &p->ends, ends + 2);
	assert_int_equal(p->last, ZT_E_CONFLICT);
	assert_ok(put(p, &p->b, "door", "shut"));
}

static void changes_of_other_records_do_not_collide(void **state)
{
	pair *p = *state;
	assert_ok(put(p, &p->a, "lamp", "on"));
	assert_ok(put(p, &p->b, "door", "open"));
}

static void where_the_last_wins_there_is_no_conflict(void **state)
{
	pair *p = *state;
	zt_changes *changes;
	assert_ok(put(p, &p->a, "lamp", "on"));
	assert_ok(zt_changes_new(&changes));
	fixture_put(changes, 1, "lamp", "off");
	zt_changes_let_last_win(changes);
	size_t ends = p->ends;
	zt_store_submit(p->b.store, changes, on_end, p);
	fixture_wait(&p->b, &p->ends, ends + 1);
	assert_int_equal(p->last, ZT_OK);
}

static void a_log_that_went_on_without_us_is_told_as_a_loss(void **state)
{
	pair *p = *state;
	sqlite3 *sqlite;
	assert_ok(put(p, &p->a, "lamp", "on"));
	fixture_wait(&p->b, &p->count, 1);
	assert_int_equal(sqlite3_open(p->a.path, &sqlite), SQLITE_OK);
	(void)sqlite3_busy_timeout(sqlite, 10000);
	/* As after many changes of which the oldest were trimmed. */
	assert_int_equal(sqlite3_exec(sqlite, "UPDATE sqlite_sequence SET seq = 200000", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
	assert_ok(put(p, &p->a, "lamp", "off"));
	fixture_wait(&p->b, &p->lost, 1);
	assert_int_equal(p->count, 1);
}

static int64_t ask(const char *path, const char *sql)
{
	sqlite3 *sqlite;
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	(void)sqlite3_busy_timeout(sqlite, 10000);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL), SQLITE_OK);
	int code = sqlite3_step(statement);
	assert_true(code == SQLITE_ROW || code == SQLITE_DONE);
	int64_t answer = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
	return answer;
}

/* Of processes that end before each has written a thousand records. */
static void the_log_is_trimmed_by_whoever_writes_first(void **state)
{
	pair *p = *state;
	assert_ok(put(p, &p->a, "lamp", "on"));
	(void)ask(p->a.path, "INSERT INTO change (kind, key, writer) "
			     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100500) "
			     "SELECT 9, x'00', 9 FROM n");
	assert_true(ask(p->a.path, "SELECT count(*) FROM change") > 100500);
	assert_ok(put(p, &p->b, "door", "shut"));
	assert_int_equal(ask(p->a.path, "SELECT count(*) FROM change"), 100000);
	assert_ok(put(p, &p->b, "door", "open"));
	assert_int_equal(ask(p->a.path, "SELECT count(*) FROM change"), 100001);
}

static void a_process_that_wants_the_file_alone_is_refused(void **state)
{
	pair *p = *state;
	zt_store *store;
	zt_error error = { 0 };
	assert_status(zt_store_open(p->a.loop, p->a.path, &store, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "in use by another process"));
}

int main(void)
{
#define PAIR(name) cmocka_unit_test_setup_teardown(name, set_up_pair, tear_down_pair)
	const struct CMUnitTest tests[] = {
		PAIR(what_one_writes_the_other_is_told),
		PAIR(a_deletion_is_told),
		PAIR(what_one_writes_itself_it_is_not_told),
		PAIR(a_change_of_what_another_changed_meanwhile_fails),
		PAIR(what_is_submitted_behind_a_conflict_fails_with_it),
		PAIR(changes_of_other_records_do_not_collide),
		PAIR(where_the_last_wins_there_is_no_conflict),
		PAIR(a_log_that_went_on_without_us_is_told_as_a_loss),
		PAIR(the_log_is_trimmed_by_whoever_writes_first),
		PAIR(a_process_that_wants_the_file_alone_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
