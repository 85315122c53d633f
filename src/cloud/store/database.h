/* The SQLite file behind the store: its form, its lock, and writing whole transactions.
 *
 * Used by one thread at a time: the loop's until the first submit, or, when shared, until the writer begins to look at
 * what others do (zt_store_watch); the writer's from then on. */
#ifndef ZT_CLOUD_STORE_DATABASE_H
#define ZT_CLOUD_STORE_DATABASE_H

#include "cloud/store/changes.h"

typedef struct zt_database zt_database;

/* As zt_store_open, which holds the file's lock until the close; `shared`: as zt_store_open_shared, which takes it for
 * each transaction. */
ZT_NODISCARD zt_status zt_database_open(const char *path, bool shared, zt_database **ret, zt_error *ret_error);
void zt_database_close(zt_database *database);
ZT_DEFINE_CLEANUP(zt_database, zt_database_close)
/* As zt_store_load. */
ZT_NODISCARD zt_status zt_database_walk(zt_database *database, zt_store_visit_fn visit, void *context,
					zt_error *ret_error);
/* Writes `count` transactions, linked by `next`, in one commit: durable when it returns ZT_OK, otherwise
 * nothing of it is written (ZT_E_DISK_FULL, ZT_E_IO, ZT_E_NOMEM; shared: ZT_E_CONFLICT, ZT_E_UNAVAILABLE when
 * others kept it locked). */
ZT_NODISCARD zt_status zt_database_write(zt_database *database, const zt_changes *first, size_t count,
					 zt_error *ret_error);
/* Shared: what others changed behind place `since` of the log, as a zt_changes with `seen` at the place that was
 * reached; it has no items when there is nothing. ZT_E_EXPIRED when the log no longer reaches back so far. */
ZT_NODISCARD zt_status zt_database_foreign(zt_database *database, int64_t since, zt_changes **ret, zt_error *ret_error);
/* The end of the log. */
ZT_NODISCARD zt_status zt_database_place(zt_database *database, int64_t *ret, zt_error *ret_error);

#endif
