/* A store in a folder of its own, its loop, and the disk's calls under the test's control. */
#ifndef ZT_TESTS_UNIT_CLOUD_STORE_FIXTURE_H
#define ZT_TESTS_UNIT_CLOUD_STORE_FIXTURE_H

#include "zt_cmocka.h"

#include "unit/cloud/temporary.h"
#include "cloud/store/store.h"

typedef struct {
	zt_temporary folder;
	char path[96];
	struct event_base *loop;
	zt_store *store;
} store_fixture;

static inline void fixture_open(store_fixture *f)
{
	zt_error error = { 0 };
	if (zt_store_open(f->loop, f->path, &f->store, &error) != ZT_OK)
		fail_msg("%s", error.text);
}

static inline void fixture_close(store_fixture *f)
{
	zt_store_close(f->store);
	f->store = NULL;
}

static inline void fixture_reopen(store_fixture *f)
{
	fixture_close(f);
	fixture_open(f);
}

static inline int fixture_set_up(void **state)
{
	static store_fixture fixture;
	zt_temporary_make(&fixture.folder);
	(void)snprintf(fixture.path, sizeof fixture.path, "%s/store.db", fixture.folder.path);
	fixture.loop = event_base_new();
	fixture_open(&fixture);
	*state = &fixture;
	return 0;
}

static inline int fixture_tear_down(void **state)
{
	store_fixture *f = *state;
	fixture_close(f);
	event_base_free(f->loop);
	zt_temporary_remove(&f->folder);
	return 0;
}

/* Runs the loop until *count callbacks have come. */
static inline void fixture_wait(store_fixture *f, const size_t *count, size_t wanted)
{
	while (*count < wanted)
		assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
}

static inline void fixture_put(zt_changes *changes, unsigned kind, const char *key, const char *value)
{
	zt_record record = { kind, zt_view_of(key), zt_view_of(value) };
	assert_ok(zt_changes_put(changes, &record));
}

/* Puts one record in a transaction of its own. */
static inline void fixture_submit(store_fixture *f, const char *key, const char *value, zt_store_done_fn done,
				  void *context)
{
	zt_changes *changes;
	assert_ok(zt_changes_new(&changes));
	fixture_put(changes, 1, key, value);
	zt_store_submit(f->store, changes, done, context);
}

typedef struct {
	char text[1024]; /* "1 a=x;1 b=y;" */
	size_t count;
} fixture_dump;

static inline zt_status fixture_visit(void *context, const zt_record *record)
{
	fixture_dump *dump = context;
	size_t n = strlen(dump->text);
	(void)snprintf(dump->text + n, sizeof dump->text - n, "%u %.*s=%.*s;", record->kind, ZT_PRI(record->key),
		       ZT_PRI(record->value));
	dump->count++;
	return ZT_OK;
}

#define assert_stored(f, expected)                                                 \
	do {                                                                       \
		fixture_dump dump_ = { 0 };                                        \
		fixture_reopen(f);                                                 \
		assert_ok(zt_store_load((f)->store, fixture_visit, &dump_, NULL)); \
		assert_string_equal(dump_.text, expected);                         \
	} while (0)

#endif
