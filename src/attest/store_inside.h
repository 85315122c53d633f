/* The store's inside, shared by store.c and store_rows.c. */
#ifndef ZT_ATTEST_STORE_INSIDE_H
#define ZT_ATTEST_STORE_INSIDE_H

#include <sqlite3.h>

struct zt_attest_store {
	sqlite3 *db;
	int lock_fd; /* held by flock(2) as long as the process lives */
};

#endif
