#include "attest/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/database.h"
#include "attest/store_inside.h"
#include "base/fs.h"

enum { PATH_TEXT_MAX = 4096, BUSY_MS = 5000 };

/* Step n brings a database from version n to n + 1; a step that was published is never changed. */
static const char *const migrations[] = {
	"CREATE TABLE tenants(guid TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) STRICT;"
	"CREATE TABLE cas(id TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants, der BLOB NOT NULL,"
	"  key_pem BLOB NOT NULL, not_after_ms INTEGER NOT NULL, active INTEGER NOT NULL, created_ms INTEGER NOT NULL) "
	"STRICT;"
	"CREATE INDEX cas_of_tenant ON cas(tenant);"
	"CREATE UNIQUE INDEX active_ca_of_tenant ON cas(tenant) WHERE active;"
	"CREATE TABLE devices(tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, claimed_ms INTEGER NOT NULL,"
	"  PRIMARY KEY(tenant, id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE issued(serial TEXT PRIMARY KEY, tenant TEXT NOT NULL, device TEXT NOT NULL, ca TEXT NOT NULL,"
	"  issued_ms INTEGER NOT NULL, not_after_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX issued_by_end ON issued(not_after_ms);",
};

static zt_status lock_folder(zt_attest_store *store, const char *data_dir, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	char pid[24] = "";
	TRY(zt_path_join(&path, data_dir, "lock"));
	store->lock_fd = open(zt_str_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->lock_fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot open %s", zt_str_text(&path));
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		ssize_t n = read(store->lock_fd, pid, sizeof pid - 1);
		return zt_error_set(ret_error, ZT_E_CONFIG, "another zerotouch-attest (process %s) has its data in %s",
				    n > 0 ? pid : "unknown", data_dir);
	}
	int n = snprintf(pid, sizeof pid, "%ld", (long)getpid());
	if (ftruncate(store->lock_fd, 0) != 0 || write(store->lock_fd, pid, (size_t)n) != n)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot write %s", zt_str_text(&path));
	return ZT_OK;
}

static zt_status read_version(sqlite3 *db, int64_t *ret, zt_error *ret_error)
{
	ZT_STATEMENT *statement = NULL;
	bool row = false;
	TRY(zt_sql_prepare(db, &statement, ret_error, "PRAGMA user_version", ""));
	TRY(zt_sql_row(statement, &row, ret_error));
	*ret = sqlite3_column_int64(statement, 0);
	return ZT_OK;
}

static zt_status migrate(sqlite3 *db, zt_error *ret_error)
{
	int64_t version = 0;
	TRY(read_version(db, &version, ret_error));
	if (version > (int64_t)ZT_COUNT(migrations))
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "the database was written by a newer zerotouch-attest (version %d, we know %zu)",
				    (int)version, ZT_COUNT(migrations));
	for (size_t i = (size_t)version; i < ZT_COUNT(migrations); i++) {
		char mark[40];
		(void)snprintf(mark, sizeof mark, "PRAGMA user_version = %zu", i + 1);
		TRY(zt_sql_begin(db, ret_error));
		zt_status status = ZT_OK;
		if (sqlite3_exec(db, migrations[i], NULL, NULL, NULL) != SQLITE_OK ||
		    sqlite3_exec(db, mark, NULL, NULL, NULL) != SQLITE_OK)
			status = zt_sql_error(db, ret_error);
		TRY(zt_sql_end(db, status, ret_error));
	}
	return ZT_OK;
}

static zt_status open_database(zt_attest_store *store, const char *data_dir, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&path, data_dir, "attest.db"));
	/* SQLite gives its journals the mode of the database, so that is made first, before a byte is in it. */
	int fd = open(zt_str_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot open %s", zt_str_text(&path));
	bool owned = fchmod(fd, 0600) == 0;
	(void)close(fd);
	if (!owned || sqlite3_open_v2(zt_str_text(&path), &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
				      NULL) != SQLITE_OK)
		return zt_error_set(ret_error, ZT_E_IO, "cannot open %s", zt_str_text(&path));
	if (sqlite3_busy_timeout(store->db, BUSY_MS) != SQLITE_OK ||
	    sqlite3_exec(store->db,
			 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
			 "PRAGMA secure_delete = ON;",
			 NULL, NULL, NULL) != SQLITE_OK)
		return zt_sql_error(store->db, ret_error);
	return migrate(store->db, ret_error);
}

zt_status zt_attest_store_open(const char *data_dir, zt_attest_store **ret, zt_error *ret_error)
{
	TRY(zt_dir_make(data_dir, 0700, ret_error));
	if (chmod(data_dir, 0700) != 0)
		return zt_error_errno(ret_error, ZT_E_CONFIG, "cannot close %s to others", data_dir);
	zt_attest_store *store = calloc(1, sizeof *store);
	ENSURE(store, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	store->lock_fd = -1;
	zt_status status = lock_folder(store, data_dir, ret_error);
	if (status == ZT_OK)
		status = open_database(store, data_dir, ret_error);
	if (status != ZT_OK) {
		zt_attest_store_close(store);
		return status;
	}
	*ret = store;
	return ZT_OK;
}

void zt_attest_store_close(zt_attest_store *store)
{
	if (!store)
		return;
	(void)sqlite3_close(store->db);
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd);
	free(store);
}
