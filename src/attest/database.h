/* SQLite in three words: run, query, transaction. Inside the authority's store. */
#ifndef ZT_ATTEST_DATABASE_H
#define ZT_ATTEST_DATABASE_H

#include <sqlite3.h>

#include "base/error.h"
#include "zerotouch/view.h"

static inline void zt_statement_end(sqlite3_stmt **statement)
{
	(void)sqlite3_finalize(*statement);
}
#define ZT_STATEMENT ZT_CLEANUP(zt_statement_end) sqlite3_stmt

/* The status that fits SQLite's result, with its text in the error. */
zt_status zt_sql_error(sqlite3 *db, zt_error *ret_error);
/* Prepares and binds; `kinds` tells what follows: 't' zt_view as text, 'b' zt_view as blob, 'i' int64_t. */
ZT_NODISCARD zt_status zt_sql_prepare(sqlite3 *db, sqlite3_stmt **ret, zt_error *ret_error, const char *sql,
				      const char *kinds, ...);
/* The next row; false with ZT_OK behind the last one. */
ZT_NODISCARD zt_status zt_sql_row(sqlite3_stmt *statement, bool *ret_row, zt_error *ret_error);
/* Runs a statement that gives no rows. */
ZT_NODISCARD zt_status zt_sql_run(sqlite3 *db, zt_error *ret_error, const char *sql, const char *kinds, ...);
/* Text or blob, valid until the next row. */
zt_view zt_sql_view(sqlite3_stmt *statement, int column);

/* zt_sql_end commits when the status so far is ZT_OK, rolls back otherwise, and returns what came of it. */
ZT_NODISCARD zt_status zt_sql_begin(sqlite3 *db, zt_error *ret_error);
ZT_NODISCARD zt_status zt_sql_end(sqlite3 *db, zt_status status, zt_error *ret_error);

#endif
