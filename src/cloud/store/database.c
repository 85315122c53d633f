#include "cloud/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "cloud/store/schema.h"

typedef enum {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_PUT,
	SQL_DELETE,
	SQL_NOTE,
	SQL_TRIM,
	SQL_CONFLICTS,
	SQL_FOREIGN,
	SQL_PLACE,
	SQL_COUNT
} sql_kind;

enum {
	BUSY_MS = 10000,       /* another process writes */
	LOG_MAX = 100000,      /* entries of the log that are kept for processes that are behind */
	TRIM_EVERY = 1000,     /* notes */
	FOREIGN_MAX = 1000,    /* entries looked at at a time */
	CONFLICT = SQLITE_ROW, /* among SQLite's codes, one that no writing statement ends with */
};

static const char *const sql_texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_PUT] = ("INSERT INTO record (kind, key, value) VALUES (?1, ?2, ?3) "
		     "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"),
	[SQL_DELETE] = "DELETE FROM record WHERE kind = ?1 AND key = ?2",
	[SQL_NOTE] = "INSERT INTO change (kind, key, writer) VALUES (?1, ?2, ?3)",
	[SQL_TRIM] = "DELETE FROM change WHERE place <= ?1",
	[SQL_CONFLICTS] = "SELECT 1 FROM change WHERE kind = ?1 AND key = ?2 AND writer <> ?3 AND place > ?4 LIMIT 1",
	[SQL_FOREIGN] = ("SELECT c.place, c.writer = ?1, c.kind, c.key, r.value FROM change AS c "
			 "LEFT JOIN record AS r ON c.writer <> ?1 AND r.kind = c.kind AND r.key = c.key "
			 "WHERE c.place > ?2 ORDER BY c.place LIMIT ?3"),
	[SQL_PLACE] = "SELECT ifnull(max(place), 0) FROM change",
};

struct zt_database {
	sqlite3 *sqlite;
	sqlite3_stmt *statements[SQL_COUNT];
	bool shared;
	int64_t writer; /* this process among the writers of the log */
	unsigned notes; /* since the log was trimmed */
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

zt_status zt_database_open(const char *path, bool shared, zt_database **ret, zt_error *ret_error)
{
	TRY(make_file(path, ret_error));
	ZT_CLEANUP(zt_database_closep) zt_database *database = calloc(1, sizeof *database);
	ENSURE(database, ZT_E_NOMEM);
	int code = sqlite3_open_v2(path, &database->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return sqlite_error(database->sqlite, code, path, ret_error);
	database->shared = shared;
	/* The first note trims: processes that end before they made enough of them would leave the log to grow. */
	database->notes = TRIM_EVERY - 1;
	zt_random_bytes(&database->writer, sizeof database->writer);
	if (shared)
		(void)sqlite3_busy_timeout(database->sqlite, BUSY_MS);
	code = zt_schema_prepare(database->sqlite, shared);
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

static int bind_change(zt_database *database, sql_kind kind, const zt_change *change)
{
	sqlite3_stmt *statement = database->statements[kind];
	int code = sqlite3_bind_int64(statement, 1, change->kind);
	if (code == SQLITE_OK)
		code = bind_bytes(statement, 2, change->bytes, change->key_n);
	return code == SQLITE_OK ? sqlite3_bind_int64(statement, 3, database->writer) : code;
}

/* Whether nobody else changed the record since place `seen`. */
static int check_change(zt_database *database, const zt_change *change, int64_t seen)
{
	if (change->last_wins)
		return SQLITE_OK;
	int code = bind_change(database, SQL_CONFLICTS, change);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(database->statements[SQL_CONFLICTS], 4, seen);
	return code == SQLITE_OK ? run(database, SQL_CONFLICTS) : code;
}

static int trim(zt_database *database)
{
	int64_t last = sqlite3_last_insert_rowid(database->sqlite);
	if (++database->notes < TRIM_EVERY)
		return SQLITE_OK;
	database->notes = 0;
	int code = sqlite3_bind_int64(database->statements[SQL_TRIM], 1, last - LOG_MAX);
	return code == SQLITE_OK ? run(database, SQL_TRIM) : code;
}

static int note_change(zt_database *database, const zt_change *change)
{
	int code = bind_change(database, SQL_NOTE, change);
	if (code == SQLITE_OK)
		code = run(database, SQL_NOTE);
	return code == SQLITE_OK ? trim(database) : code;
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

static int write_transaction(zt_database *database, const zt_changes *changes)
{
	int code = SQLITE_OK;
	for (size_t i = 0; i < changes->count && code == SQLITE_OK && database->shared; i++)
		code = check_change(database, &changes->items[i], changes->seen);
	for (size_t i = 0; i < changes->count && code == SQLITE_OK; i++) {
		code = write_change(database, &changes->items[i]);
		if (code == SQLITE_OK && database->shared)
			code = note_change(database, &changes->items[i]);
	}
	return code;
}

static int write_transactions(zt_database *database, const zt_changes *first, size_t count)
{
	int code = run(database, SQL_BEGIN);
	for (const zt_changes *changes = first; count > 0 && code == SQLITE_OK; changes = changes->next, count--)
		code = write_transaction(database, changes);
	return code == SQLITE_OK ? run(database, SQL_COMMIT) : code;
}

static zt_status write_error(sqlite3 *sqlite, int code, zt_error *ret_error)
{
	if (code == CONFLICT)
		return zt_error_set(ret_error, ZT_E_CONFLICT,
				    "another process changed what this one was about to change");
	if (code == SQLITE_BUSY)
		return zt_error_set(ret_error, ZT_E_UNAVAILABLE, "another process keeps the store locked");
	return sqlite_error(sqlite, code, "cannot write the store", ret_error);
}

zt_status zt_database_write(zt_database *database, const zt_changes *first, size_t count, zt_error *ret_error)
{
	int code = write_transactions(database, first, count);
	if (code == SQLITE_OK)
		return ZT_OK;
	zt_status status = write_error(database->sqlite, code, ret_error);
	/* SQLite ends the transaction by itself after some failures (SQLite, "Response To Errors Within A
	 * Transaction"). */
	if (!sqlite3_get_autocommit(database->sqlite))
		(void)run(database, SQL_ROLLBACK);
	return status;
}

/* Takes one row of SQL_FOREIGN; a place that is not the next one means that those between were trimmed. */
static zt_status take_foreign(sqlite3_stmt *rows, zt_changes *changes)
{
	int64_t place = sqlite3_column_int64(rows, 0);
	bool own = sqlite3_column_int64(rows, 1) != 0, gone = sqlite3_column_type(rows, 4) == SQLITE_NULL;
	unsigned kind = (unsigned)sqlite3_column_int64(rows, 2);
	ENSURE(place == changes->seen + 1, ZT_E_EXPIRED);
	changes->seen = place;
	if (own)
		return ZT_OK;
	if (gone)
		return zt_changes_delete(changes, kind, column(rows, 3));
	return zt_changes_put(changes, &(zt_record){ .kind = kind, .key = column(rows, 3), .value = column(rows, 4) });
}

ZT_DEFINE_CLEANUP(zt_changes, zt_changes_free)

static zt_status read_foreign(zt_database *database, int64_t since, zt_changes **ret, int *ret_code)
{
	ZT_CLEANUP(zt_changes_freep) zt_changes *changes = NULL;
	sqlite3_stmt *rows = database->statements[SQL_FOREIGN];
	TRY(zt_changes_new(&changes));
	changes->is_foreign = true;
	changes->seen = since;
	if ((*ret_code = sqlite3_bind_int64(rows, 1, database->writer)) != SQLITE_OK ||
	    (*ret_code = sqlite3_bind_int64(rows, 2, since)) != SQLITE_OK ||
	    (*ret_code = sqlite3_bind_int64(rows, 3, FOREIGN_MAX)) != SQLITE_OK)
		return ZT_E_IO;
	while ((*ret_code = sqlite3_step(rows)) == SQLITE_ROW)
		TRY(take_foreign(rows, changes));
	ENSURE(*ret_code == SQLITE_DONE, ZT_E_IO);
	*ret = ZT_STEAL(changes);
	return ZT_OK;
}

zt_status zt_database_foreign(zt_database *database, int64_t since, zt_changes **ret, zt_error *ret_error)
{
	int code = SQLITE_DONE;
	zt_status status = read_foreign(database, since, ret, &code);
	if (status == ZT_E_IO)
		status = sqlite_error(database->sqlite, code, "cannot read what others changed", ret_error);
	(void)sqlite3_reset(database->statements[SQL_FOREIGN]);
	return status;
}

zt_status zt_database_place(zt_database *database, int64_t *ret, zt_error *ret_error)
{
	sqlite3_stmt *statement = database->statements[SQL_PLACE];
	int code = sqlite3_step(statement);
	zt_status status = ZT_OK;
	if (code == SQLITE_ROW)
		*ret = sqlite3_column_int64(statement, 0);
	else
		status = sqlite_error(database->sqlite, code, "cannot read the store", ret_error);
	(void)sqlite3_reset(statement);
	return status;
}
