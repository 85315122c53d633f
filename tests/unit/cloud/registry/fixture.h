/* A registry on a store in a folder of its own, with a clock that the test moves. */
#ifndef ZT_TESTS_UNIT_CLOUD_REGISTRY_FIXTURE_H
#define ZT_TESTS_UNIT_CLOUD_REGISTRY_FIXTURE_H

#include "zt_cmocka.h"

#include "cloud/registry/registry.h"
#include "unit/cloud/temporary.h"

#define ACCOUNT "123456789012"
#define ARN_PREFIX "arn:aws:iot:eu-west-1:" ACCOUNT ":"

/* 2025-01-31T12:00:00Z, within the dates of the certificates in tests/unit/x509/fixtures. */
static const int64_t fixture_start_ms = 1738324800000;

typedef struct {
	zt_temporary folder;
	char path[96];
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_txn *txn;
	int64_t now_ms;
	zt_error error;
} registry_fixture;

static inline int64_t fixture_now(void *context)
{
	return ((registry_fixture *)context)->now_ms;
}

static inline void fixture_open(registry_fixture *f)
{
	static const zt_account account = { "aws", "eu-west-1", ACCOUNT, "localhost" };
	zt_clock clock = { fixture_now, fixture_now, f };
	if (zt_store_open(f->loop, f->path, &f->store, &f->error) != ZT_OK ||
	    zt_registry_new(f->store, &account, clock, &f->registry, &f->error) != ZT_OK)
		fail_msg("%s", f->error.text);
}

static inline void fixture_close(registry_fixture *f)
{
	zt_store_close(f->store);
	zt_registry_free(f->registry);
	f->store = NULL;
	f->registry = NULL;
}

static inline zt_txn *begin(registry_fixture *f)
{
	assert_ok(zt_txn_begin(f->registry, &f->txn));
	return f->txn;
}

static inline void fixture_done(void *context, zt_status status)
{
	*(zt_status *)context = status;
}

/* Commits and waits for the disk. */
static inline zt_status commit(registry_fixture *f)
{
	zt_status status = ZT_E_AGAIN;
	zt_txn_commit(f->txn, fixture_done, &status);
	f->txn = NULL;
	while (status == ZT_E_AGAIN)
		assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
	return status;
}

/* Commits what is open, ends everything and loads it again. */
static inline void reload(registry_fixture *f)
{
	if (f->txn)
		assert_ok(commit(f));
	fixture_close(f);
	fixture_open(f);
}

static inline int set_up(void **state)
{
	static registry_fixture fixture;
	fixture = (registry_fixture){ .now_ms = fixture_start_ms };
	zt_temporary_make(&fixture.folder);
	(void)snprintf(fixture.path, sizeof fixture.path, "%s/store.db", fixture.folder.path);
	fixture.loop = event_base_new();
	fixture_open(&fixture);
	*state = &fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	registry_fixture *f = *state;
	zt_txn_abort(f->txn);
	fixture_close(f);
	event_base_free(f->loop);
	zt_temporary_remove(&f->folder);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* `call` fails with AWS's exception and HTTP status, and its text holds `words`. `f->error` is its last argument. */
#define assert_refused(f, call, exception, http_status, words)                           \
	do {                                                                             \
		(f)->error = (zt_error){ .status = ZT_OK };                              \
		if ((call) == ZT_OK)                                                     \
			fail_msg("%s succeeded", #call);                                 \
		assert_string_equal((f)->error.code, exception);                         \
		assert_int_equal((f)->error.http, http_status);                          \
		if (!strstr((f)->error.text, words))                                     \
			fail_msg("\"%s\" does not hold \"%s\"", (f)->error.text, words); \
	} while (0)

#endif
