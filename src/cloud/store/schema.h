/* The database's form, brought up to date step by step; PRAGMA user_version counts the steps. */
#ifndef ZT_CLOUD_STORE_SCHEMA_H
#define ZT_CLOUD_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

/* No code of SQLite's: the file's form is of a later version. */
enum { ZT_SCHEMA_NEWER = -1 };

/* Sets the connection up (WAL, every commit synced, the file locked for this process alone unless `shared`) and applies
 * the steps that are missing, each whole or not at all. Returns SQLITE_OK, ZT_SCHEMA_NEWER or SQLite's code. */
int zt_schema_prepare(sqlite3 *sqlite, bool shared);

#endif
