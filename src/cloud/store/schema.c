#include "cloud/store/schema.h"

#include "zerotouch/defs.h"

/* Step n brings version n to n + 1. A step that has been released is never changed. */
static const char *const steps[] = {
	/* A table with row ids: values are larger than what an index page keeps, and new rows go to the end. */
	"CREATE TABLE record ("
	"  kind INTEGER NOT NULL,"
	"  key BLOB NOT NULL,"
	"  value BLOB NOT NULL,"
	"  PRIMARY KEY (kind, key)"
	");"
	"PRAGMA user_version = 1",
	/* What processes that share the file tell one another; AUTOINCREMENT: a place in it is never used twice. */
	"CREATE TABLE change ("
	"  place INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  writer INTEGER NOT NULL,"
	"  kind INTEGER NOT NULL,"
	"  key BLOB NOT NULL"
	");"
	"PRAGMA user_version = 2",
};

/* locking_mode comes first: the log's index is then in this process's memory, and the lock is kept from the first
 * access on (SQLite, "Write-Ahead Logging", "Use of WAL Without Shared-Memory"). */
static const char lock[] = "PRAGMA locking_mode = EXCLUSIVE";
static const char set_up[] = "PRAGMA journal_mode = WAL;"
			     "PRAGMA synchronous = FULL;"
			     "PRAGMA trusted_schema = OFF";

static int execute(sqlite3 *sqlite, const char *sql)
{
	return sqlite3_exec(sqlite, sql, NULL, NULL, NULL);
}

static int read_version(sqlite3 *sqlite, sqlite3_int64 *ret)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(sqlite, "PRAGMA user_version", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret = sqlite3_column_int64(statement, 0);
	int end = sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : end != SQLITE_OK ? end : code;
}

static int migrate(sqlite3 *sqlite)
{
	sqlite3_int64 version = 0;
	int code = read_version(sqlite, &version);
	if (code == SQLITE_OK && (version < 0 || version > (sqlite3_int64)ZT_COUNT(steps)))
		return ZT_SCHEMA_NEWER;
	for (sqlite3_int64 i = version; code == SQLITE_OK && i < (sqlite3_int64)ZT_COUNT(steps); i++)
		code = execute(sqlite, steps[i]);
	return code;
}

int zt_schema_prepare(sqlite3 *sqlite, bool shared)
{
	int code = shared ? SQLITE_OK : execute(sqlite, lock);
	if (code == SQLITE_OK)
		code = execute(sqlite, set_up);
	if (code != SQLITE_OK)
		return code;
	code = execute(sqlite, "BEGIN IMMEDIATE");
	if (code != SQLITE_OK)
		return code;
	code = migrate(sqlite);
	int end = execute(sqlite, code == SQLITE_OK ? "COMMIT" : "ROLLBACK");
	return code != SQLITE_OK ? code : end;
}
