/* A folder of a test's own, gone when the test ends. */
#ifndef ZT_TESTS_UNIT_CLOUD_TEMPORARY_H
#define ZT_TESTS_UNIT_CLOUD_TEMPORARY_H

#include "base/fs.h"

typedef struct {
	char path[64];
} zt_temporary;

static inline void zt_temporary_make(zt_temporary *folder)
{
	(void)snprintf(folder->path, sizeof folder->path, "/tmp/zt-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
}

static inline void zt_temporary_remove(zt_temporary *folder)
{
	assert_ok(zt_path_remove(folder->path, NULL));
}

#endif
