/* The storage seam of the registry: records by (kind, key), written in transactions.
 *
 * One writer thread owns the database. A transaction is acknowledged only when it is durable; those
 * that arrive while a commit is under way are committed together. The event loop never waits for a
 * disk: it submits and is told later, on its own thread. SQLite is behind it (WAL, synchronous=FULL);
 * PostgreSQL can be, since nothing here says more than "records". */
#ifndef ZT_CLOUD_STORE_H
#define ZT_CLOUD_STORE_H

#include <event2/event.h>

#include "base/error.h"
#include "zerotouch/view.h"

typedef struct zt_store zt_store;
typedef struct zt_changes zt_changes;

typedef struct {
	unsigned kind; /* the registry's number for a noun */
	zt_view key;   /* at most ZT_STORE_KEY_MAX bytes */
	zt_view value; /* at most ZT_STORE_VALUE_MAX bytes */
} zt_record;

enum { ZT_STORE_KEY_MAX = 2048, ZT_STORE_VALUE_MAX = 64 * 1024 * 1024 };

/* Opens or creates the database file (0600), for this process alone, and brings its form up to date. ZT_E_CONFIG when a
 * newer version wrote it or another process has it; ZT_E_DISK_FULL; ZT_E_IO with SQLite's words. */
ZT_NODISCARD zt_status zt_store_open(struct event_base *loop, const char *path, zt_store **ret, zt_error *ret_error);
/* The same for a file that other processes open so too; ZT_E_CONFIG when one has it alone. Each change is noted in a
 * log beside the records, which every process looks at ten times a second. A transaction fails with ZT_E_CONFLICT when
 * one of its records was changed by another process since this one was last told. */
ZT_NODISCARD zt_status zt_store_open_shared(struct event_base *loop, const char *path, zt_store **ret,
					    zt_error *ret_error);
/* Told of each record that another process changed, in the order of the changes, between the ends of this one's own
 * transactions: the record as it is now, or `gone` (then without a value). NULL with the loss of the thread: this
 * process stood still for so long that the log goes on without it, and must start again. */
typedef void (*zt_store_foreign_fn)(void *context, const zt_record *record, bool gone);
/* Once, after zt_store_load and before the first submit; a store of one process alone has nothing to tell. */
ZT_NODISCARD zt_status zt_store_watch(zt_store *store, zt_store_foreign_fn foreign, void *context, zt_error *ret_error);
/* Waits for what is submitted, runs its callbacks, closes. NULL is fine. */
void zt_store_close(zt_store *store);

/* Calls visit for every record, ordered by kind and key. Only before the first submit. */
typedef zt_status (*zt_store_visit_fn)(void *context, const zt_record *record);
ZT_NODISCARD zt_status zt_store_load(zt_store *store, zt_store_visit_fn visit, void *context, zt_error *ret_error);

/* A transaction under construction; copies what it is given. */
ZT_NODISCARD zt_status zt_changes_new(zt_changes **ret);
void zt_changes_free(zt_changes *changes);
ZT_NODISCARD zt_status zt_changes_put(zt_changes *changes, const zt_record *record);
ZT_NODISCARD zt_status zt_changes_delete(zt_changes *changes, unsigned kind, zt_view key);
/* Of the record that was added last, whoever writes it later is right, whatever he knew: no ZT_E_CONFLICT. */
void zt_changes_let_last_win(zt_changes *changes);

/* Takes over `changes`. done runs on the loop's thread, in the order of submission: ZT_OK once durable; or
 * ZT_E_DISK_FULL, ZT_E_IO or ZT_E_NOMEM, and of a shared file also ZT_E_CONFLICT (zt_store_open_shared) or
 * ZT_E_UNAVAILABLE (another process wrote for ten seconds), with nothing of it written. When one fails, all submitted
 * behind it fail too, so that the caller can undo in reverse order; the store goes on with the next one submitted after
 * that. */
typedef void (*zt_store_done_fn)(void *context, zt_status status);
void zt_store_submit(zt_store *store, zt_changes *changes, zt_store_done_fn done, void *context);

typedef struct {
	uint64_t transactions, commits, failures; /* transactions / commits = how well they are grouped */
} zt_store_counters;
void zt_store_count(const zt_store *store, zt_store_counters *ret);

#endif
