#include "cloud/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cloud/store/schema.h"

typedef enum { SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK, SQL_PUT, SQL_DELETE, SQL_COUNT } sql_kind;

static const char *const sql_texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_PUT] = ("INSERT INTO record (kind, key, value) VALUES (?1, ?2, ?3) "
		     "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"),
	[SQL_DELETE] = "DELETE FROM record WHERE kind = ?1 AND key = ?2",
};

struct zt_database {
	sqlite3 *sqlite;
	sqlite3_stmt *statements[SQL_COUNT];
};

static zt_status sqlite_error(sqlite3 *sqlite, int code, const char *what, zt_error *ret_error)
{
	int cause = sqlite ? sqlite3_system_errno(sqlite) : 0;
	if (code == SQLITE_NOMEM)
		return zt_error_set(ret_error, ZT_E_NOMEM, "%s: out of memory", what);
	if (code == SQLITE_BUSY)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is in use by another process", what);
	bool full = code == SQLITE_FULL || (code == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT));
	return zt_error_set(ret_error, full ? ZT_E_DISK_FULL : ZT_E_IO, "%s: %s", what,
			    sqlite ? sqlite3_errmsg(sqlite) : sqlite3_errstr(code));
}

/* The file exists with its mode before SQLite opens it; the journals inherit the mode. An existing one is not opened
 * here: closing it would drop the lock that this process may hold through SQLite (fcntl(2), "Advisory record locking").
 */
static zt_status make_file(const char *path, zt_error *ret_error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	else if (errno != EEXIST)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", path);
	if (chmod(path, 0600) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot make %s private", path);
	return ZT_OK;
}

static zt_status prepare_all(zt_database *database, const char *path, zt_error *ret_error)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		int code = sqlite3_prepare_v3(database->sqlite, sql_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
					      &database->statements[i], NULL);
		if (code != SQLITE_OK)
			return sqlite_error(database->sqlite, code, path, ret_error);
	}
	return ZT_OK;
}

zt_status zt_database_open(const char *path, zt_database **ret, zt_error *ret_error)
{
	TRY(make_file(path, ret_error));
	ZT_CLEANUP(zt_database_closep) zt_database *database = calloc(1, sizeof *database);
	ENSURE(database, ZT_E_NOMEM);
	int code = sqlite3_open_v2(path, &database->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return sqlite_error(database->sqlite, code, path, ret_error);
	code = zt_schema_prepare(database->sqlite);
	if (code == ZT_SCHEMA_NEWER)
		return zt_error_set(
		    ret_error, ZT_E_CONFIG,
		    "%s was written by a newer version of this program: use that version or another folder", path);
	if (code != SQLITE_OK)
		return sqlite_error(database->sqlite, code, path, ret_error);
	TRY(prepare_all(database, path, ret_error));
	*ret = ZT_STEAL(database);
	return ZT_OK;
}

void zt_database_close(zt_database *database)
{
	if (!database)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(database->statements[i]);
	(void)sqlite3_close(database->sqlite);
	free(database);
}

static zt_view column(sqlite3_stmt *statement, int index)
{
	const void *bytes = sqlite3_column_blob(statement, index);
	return zt_view_make(bytes, (size_t)sqlite3_column_bytes(statement, index));
}

static void finalize(sqlite3_stmt **statement)
{
	(void)sqlite3_finalize(*statement);
}

zt_status zt_database_walk(zt_database *database, zt_store_visit_fn visit, void *context, zt_error *ret_error)
{
	ZT_CLEANUP(finalize) sqlite3_stmt *rows = NULL;
	int code = sqlite3_prepare_v2(database->sqlite, "SELECT kind, key, value FROM record ORDER BY kind, key", -1,
				      &rows, NULL);
	if (code != SQLITE_OK)
		return sqlite_error(database->sqlite, code, "cannot read the store", ret_error);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		zt_record record = { (unsigned)sqlite3_column_int64(rows, 0), column(rows, 1), column(rows, 2) };
		TRY(visit(context, &record));
	}
	return code == SQLITE_DONE ? ZT_OK : sqlite_error(database->sqlite, code, "cannot read the store", ret_error);
}

/* Steps a statement that gives no rows, and makes it ready again. */
static int run(zt_database *database, sql_kind kind)
{
	sqlite3_stmt *statement = database->statements[kind];
	int code = sqlite3_step(statement);
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* A blob of no bytes, not NULL. */
static int bind_bytes(sqlite3_stmt *statement, int index, const uint8_t *bytes, size_t n)
{
	return sqlite3_bind_blob64(statement, index, bytes, n, SQLITE_STATIC);
}

static int write_change(zt_database *database, const zt_change *change)
{
	sql_kind kind = change->is_delete ? SQL_DELETE : SQL_PUT;
	sqlite3_stmt *statement = database->statements[kind];
	int code = sqlite3_bind_int64(statement, 1, change->kind);
	if (code == SQLITE_OK)
		code = bind_bytes(statement, 2, change->bytes, change->key_n);
	if (code == SQLITE_OK && !change->is_delete)
		code = bind_bytes(statement, 3, change->bytes + change->key_n, change->value_n);
	return code == SQLITE_OK ? run(database, kind) : code;
}

static int write_transactions(zt_database *database, const zt_changes *first, size_t count)
{
	int code = run(database, SQL_BEGIN);
	for (const zt_changes *changes = first; count > 0 && code == SQLITE_OK; changes = changes->next, count--)
		for (size_t i = 0; i < changes->count && code == SQLITE_OK; i++)
			code = write_change(database, &changes->items[i]);
	return code == SQLITE_OK ? run(database, SQL_COMMIT) : code;
}

zt_status zt_database_write(zt_database *database, const zt_changes *first, size_t count, zt_error *ret_error)
{
	int code = write_transactions(database, first, count);
	if (code == SQLITE_OK)
		return ZT_OK;
	zt_status status = sqlite_error(database->sqlite, code, "cannot write the store", ret_error);
	/* SQLite ends the transaction by itself after some failures (SQLite, "Response To Errors Within A
	 * Transaction"). */
	if (!sqlite3_get_autocommit(database->sqlite))
		(void)run(database, SQL_ROLLBACK);
	return status;
}
