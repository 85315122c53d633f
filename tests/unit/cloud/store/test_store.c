#include "fixture.h"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	store_fixture *fixture;
	size_t count;
	char order[64];
	zt_status last;
	pthread_t thread;
} outcome;

static void note(void *context, zt_status status)
{
	outcome *seen = context;
	seen->count++;
	seen->last = status;
	seen->thread = pthread_self();
}

static void a_record_is_there_after_reopening(void **state)
{
	store_fixture *f = *state;
	outcome seen = { 0 };
	fixture_submit(f, "lamp", "on", note, &seen);
	fixture_wait(f, &seen.count, 1);
	assert_int_equal(seen.last, ZT_OK);
	assert_stored(f, "1 lamp=on;");
}

static void records_come_ordered_by_kind_and_key(void **state)
{
	store_fixture *f = *state;
	zt_changes *changes;
	assert_ok(zt_changes_new(&changes));
	fixture_put(changes, 2, "a", "4");
	fixture_put(changes, 1, "b", "3");
	fixture_put(changes, 1, "ab", "2");
	fixture_put(changes, 1, "a", "1");
	zt_store_submit(f->store, changes, NULL, NULL);
	assert_stored(f, "1 a=1;1 ab=2;1 b=3;2 a=4;");
}

static void a_later_put_replaces_and_a_delete_removes(void **state)
{
	store_fixture *f = *state;
	zt_changes *changes;
	fixture_submit(f, "a", "old", NULL, NULL);
	fixture_submit(f, "b", "gone", NULL, NULL);
	assert_ok(zt_changes_new(&changes));
	fixture_put(changes, 1, "a", "new");
	assert_ok(zt_changes_delete(changes, 1, ZT_LIT("b")));
	assert_ok(zt_changes_delete(changes, 1, ZT_LIT("never there")));
	zt_store_submit(f->store, changes, NULL, NULL);
	assert_stored(f, "1 a=new;");
}

static void an_empty_value_is_a_value(void **state)
{
	store_fixture *f = *state;
	fixture_submit(f, "a", "", NULL, NULL);
	assert_stored(f, "1 a=;");
}

static void done_runs_on_the_loop_in_the_order_of_submission(void **state)
{
	store_fixture *f = *state;
	outcome seen[20] = { 0 };
	for (size_t i = 0; i < ZT_COUNT(seen); i++)
		fixture_submit(f, "a", "x", note, &seen[i]);
	for (size_t i = ZT_COUNT(seen); i-- > 0;) {
		fixture_wait(f, &seen[i].count, 1);
		for (size_t before = 0; before < i; before++)
			assert_int_equal(seen[before].count, 1);
		assert_true(pthread_equal(seen[i].thread, pthread_self()));
	}
}

static void resubmit(void *context, zt_status status)
{
	outcome *seen = context;
	assert_int_equal(status, ZT_OK);
	if (seen->count++ == 0)
		fixture_submit(seen->fixture, "second", "2", resubmit, seen);
}

static void closing_finishes_what_is_submitted_even_by_callbacks(void **state)
{
	store_fixture *f = *state;
	outcome seen = { .fixture = f };
	fixture_submit(f, "first", "1", resubmit, &seen);
	fixture_close(f);
	assert_int_equal(seen.count, 2);
	fixture_open(f);
	assert_stored(f, "1 first=1;1 second=2;");
}

static void keys_and_values_have_limits(void **state)
{
	(void)state;
	static const uint8_t bytes[ZT_STORE_KEY_MAX + 1];
	zt_record record = { 1, { bytes, sizeof bytes }, { bytes, 1 } };
	zt_changes *changes;
	assert_ok(zt_changes_new(&changes));
	assert_status(zt_changes_put(changes, &record), ZT_E_LIMIT);
	assert_status(zt_changes_delete(changes, 1, record.key), ZT_E_LIMIT);
	record.key.n = ZT_STORE_KEY_MAX;
	assert_ok(zt_changes_put(changes, &record));
	record.value.n = ZT_STORE_VALUE_MAX + 1;
	assert_status(zt_changes_put(changes, &record), ZT_E_LIMIT);
	zt_changes_free(changes);
}

static zt_status stop_at_first(void *context, const zt_record *record)
{
	(void)record;
	++*(size_t *)context;
	return ZT_E_INVALID;
}

static void a_visitor_ends_the_load(void **state)
{
	store_fixture *f = *state;
	size_t visited = 0;
	fixture_submit(f, "a", "1", NULL, NULL);
	fixture_submit(f, "b", "2", NULL, NULL);
	fixture_reopen(f);
	assert_status(zt_store_load(f->store, stop_at_first, &visited, NULL), ZT_E_INVALID);
	assert_int_equal(visited, 1);
}

static unsigned mode_of(const char *path)
{
	struct stat seen;
	assert_int_equal(stat(path, &seen), 0);
	return seen.st_mode & 0777;
}

static void database_and_log_are_private(void **state)
{
	store_fixture *f = *state;
	char log[128];
	(void)snprintf(log, sizeof log, "%s-wal", f->path);
	assert_int_equal(mode_of(f->path), 0600);
	assert_int_equal(mode_of(log), 0600);
	fixture_close(f);
	assert_int_equal(chmod(f->path, 0644), 0);
	fixture_open(f);
	assert_int_equal(mode_of(f->path), 0600);
}

static void a_second_process_is_refused(void **state)
{
	store_fixture *f = *state;
	pid_t child = fork();
	if (child == 0) {
		zt_store *store = NULL;
		zt_error error = { 0 };
		zt_status status = zt_store_open(f->loop, f->path, &store, &error);
		_exit(status == ZT_E_CONFIG && strstr(error.text, "is in use by another process") ? 0 : 1);
	}
	int ended;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_int_equal(ended, 0);
	/* The attempt left the first one's lock and work alone. */
	fixture_submit(f, "a", "1", NULL, NULL);
	assert_stored(f, "1 a=1;");
}

static void assert_opens_as(store_fixture *f, const char *path, zt_status expected, const char *words)
{
	zt_error error = { 0 };
	zt_store *store = NULL;
	assert_status(zt_store_open(f->loop, path, &store, &error), expected);
	assert_non_null(strstr(error.text, words));
	assert_null(store);
}

static void the_same_process_is_refused_too(void **state)
{
	store_fixture *f = *state;
	assert_opens_as(f, f->path, ZT_E_CONFIG, "is in use by another process");
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *sqlite;
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

static void a_newer_form_is_refused(void **state)
{
	store_fixture *f = *state;
	fixture_close(f);
	execute(f->path, "PRAGMA user_version = 3");
	assert_opens_as(f, f->path, ZT_E_CONFIG, "newer version");
	execute(f->path, "PRAGMA user_version = 2");
	fixture_open(f);
}

static void another_program_reads_what_was_written(void **state)
{
	store_fixture *f = *state;
	fixture_submit(f, "lamp", "on", NULL, NULL);
	fixture_close(f);
	sqlite3 *sqlite;
	sqlite3_stmt *row;
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sqlite, "SELECT kind, key, value FROM record", -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(row, 0), 1);
	assert_string_equal(sqlite3_column_text(row, 1), "lamp");
	assert_string_equal(sqlite3_column_text(row, 2), "on");
	assert_int_equal(sqlite3_step(row), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
	assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
	fixture_open(f);
}

static void what_is_no_database_is_refused(void **state)
{
	store_fixture *f = *state;
	char path[128];
	(void)snprintf(path, sizeof path, "%s/notes.txt", f->folder.path);
	assert_ok(zt_file_write(path, ZT_LIT("This is no database, but it is long enough to be looked at by SQLite."),
				0600, NULL));
	assert_opens_as(f, path, ZT_E_IO, "not a database");
}

static void a_missing_folder_is_named(void **state)
{
	store_fixture *f = *state;
	char path[128];
	(void)snprintf(path, sizeof path, "%s/missing/store.db", f->folder.path);
	assert_opens_as(f, path, ZT_E_IO, "missing/store.db: No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_there_after_reopening),
		TEST(records_come_ordered_by_kind_and_key),
		TEST(a_later_put_replaces_and_a_delete_removes),
		TEST(an_empty_value_is_a_value),
		TEST(done_runs_on_the_loop_in_the_order_of_submission),
		TEST(closing_finishes_what_is_submitted_even_by_callbacks),
		TEST(keys_and_values_have_limits),
		TEST(a_visitor_ends_the_load),
		TEST(database_and_log_are_private),
		TEST(a_second_process_is_refused),
		TEST(the_same_process_is_refused_too),
		TEST(a_newer_form_is_refused),
		TEST(another_program_reads_what_was_written),
		TEST(what_is_no_database_is_refused),
		TEST(a_missing_folder_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
