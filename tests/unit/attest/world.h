/* A data folder and a clock that stands still until a test moves it. */
#ifndef ZT_TESTS_UNIT_ATTEST_WORLD_H
#define ZT_TESTS_UNIT_ATTEST_WORLD_H

#include "zt_cmocka.h"

#include <stdlib.h>

#include "attest/authority.h"
#include "base/fs.h"

#define GUID "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"
#define OTHER_GUID "00000000-0000-4000-8000-000000000001"
#define NOON_MS 1769860800000LL /* 2026-01-31T12:00:00Z */

typedef struct {
	int64_t ms; /* since the test began */
} fake_clock;

static inline int64_t fake_wall(void *context)
{
	return NOON_MS + ((fake_clock *)context)->ms;
}

static inline int64_t fake_mono(void *context)
{
	return ((fake_clock *)context)->ms;
}

static inline zt_clock clock_of(fake_clock *clock)
{
	return (zt_clock){ fake_wall, fake_mono, clock };
}

/* 128 hex digits that end in n. */
static inline zt_view device_id_of(unsigned n)
{
	static char text[129];
	(void)snprintf(text, sizeof text, "%0128x", n);
	return zt_view_of(text);
}

static inline void folder_make(char path[32])
{
	(void)snprintf(path, 32, "/tmp/zt-attest-XXXXXX");
	assert_non_null(mkdtemp(path));
}

#endif
