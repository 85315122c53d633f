#include "attest/database.h"

#include <limits.h>
#include <stdarg.h>

zt_status zt_sql_error(sqlite3 *db, zt_error *ret_error)
{
	int result = sqlite3_errcode(db) & 0xff;
	zt_status status = result == SQLITE_FULL         ? ZT_E_DISK_FULL
			   : result == SQLITE_NOMEM      ? ZT_E_NOMEM
			   : result == SQLITE_CONSTRAINT ? ZT_E_EXISTS
							 : ZT_E_IO;
	return zt_error_set(ret_error, status, "the database: %s", sqlite3_errmsg(db));
}

static int bind_view(sqlite3_stmt *statement, int index, zt_view value, char kind)
{
	if (value.n > INT_MAX)
		return SQLITE_TOOBIG;
	if (kind == 'b')
		return sqlite3_bind_blob(statement, index, zt_view_pri_ptr(value), (int)value.n, SQLITE_TRANSIENT);
	return sqlite3_bind_text(statement, index, (const char *)zt_view_pri_ptr(value), (int)value.n,
				 SQLITE_TRANSIENT);
}

static zt_status prepare(sqlite3 *db, sqlite3_stmt **ret, zt_error *ret_error, const char *sql, const char *kinds,
			 va_list values)
{
	ZT_STATEMENT *statement = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return zt_sql_error(db, ret_error);
	for (int i = 0; kinds[i]; i++) {
		int result = kinds[i] == 'i' ? sqlite3_bind_int64(statement, i + 1, va_arg(values, int64_t))
					     : bind_view(statement, i + 1, va_arg(values, zt_view), kinds[i]);
		if (result != SQLITE_OK)
			return zt_sql_error(db, ret_error);
	}
	*ret = ZT_STEAL(statement);
	return ZT_OK;
}

zt_status zt_sql_prepare(sqlite3 *db, sqlite3_stmt **ret, zt_error *ret_error, const char *sql, const char *kinds, ...)
{
	va_list values;
	va_start(values, kinds);
	zt_status status = prepare(db, ret, ret_error, sql, kinds, values);
	va_end(values);
	return status;
}

zt_status zt_sql_row(sqlite3_stmt *statement, bool *ret_row, zt_error *ret_error)
{
	int result = sqlite3_step(statement);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		return zt_sql_error(sqlite3_db_handle(statement), ret_error);
	*ret_row = result == SQLITE_ROW;
	return ZT_OK;
}

zt_status zt_sql_run(sqlite3 *db, zt_error *ret_error, const char *sql, const char *kinds, ...)
{
	ZT_STATEMENT *statement = NULL;
	bool row;
	va_list values;
	va_start(values, kinds);
	zt_status status = prepare(db, &statement, ret_error, sql, kinds, values);
	va_end(values);
	TRY(status);
	return zt_sql_row(statement, &row, ret_error);
}

zt_view zt_sql_view(sqlite3_stmt *statement, int column)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	return zt_view_make(bytes, (size_t)sqlite3_column_bytes(statement, column));
}

zt_status zt_sql_begin(sqlite3 *db, zt_error *ret_error)
{
	return zt_sql_run(db, ret_error, "BEGIN IMMEDIATE", "");
}

zt_status zt_sql_end(sqlite3 *db, zt_status status, zt_error *ret_error)
{
	if (status == ZT_OK)
		status = zt_sql_run(db, ret_error, "COMMIT", "");
	if (status != ZT_OK && !sqlite3_get_autocommit(db))
		/* The cause is known; a rollback that fails leaves nothing behind either. */
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}
