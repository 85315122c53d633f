/* Storage in memory that can lose power: what is written or erased is there at once, or fails as the test says. */
#ifndef ZT_TESTS_DEVICE_FAKE_STORAGE_H
#define ZT_TESTS_DEVICE_FAKE_STORAGE_H

#include <string.h>

#include "zerotouch/storage.h"

enum { FAKE_SLOTS = 4, FAKE_SLOT_BYTES = 256 };

typedef struct {
	uint8_t bytes[FAKE_SLOTS][FAKE_SLOT_BYTES];
	size_t n[FAKE_SLOTS];         /* 0: empty */
	zt_status read, write, erase; /* what each call gives instead, unless ZT_OK */
} fake_storage;

static zt_status fake_read(void *context, uint32_t slot, uint8_t *bytes, size_t cap, size_t *ret_n)
{
	fake_storage *s = context;
	ENSURE(s->read == ZT_OK, s->read);
	ENSURE(s->n[slot], ZT_E_NOT_FOUND);
	ENSURE(s->n[slot] <= cap, ZT_E_SPACE);
	memcpy(bytes, s->bytes[slot], s->n[slot]);
	*ret_n = s->n[slot];
	return ZT_OK;
}

static zt_status fake_write(void *context, uint32_t slot, zt_view bytes)
{
	fake_storage *s = context;
	ENSURE(s->write == ZT_OK, s->write);
	ENSURE(bytes.n <= FAKE_SLOT_BYTES, ZT_E_DISK_FULL);
	memcpy(s->bytes[slot], bytes.p, bytes.n);
	s->n[slot] = bytes.n;
	return ZT_OK;
}

static zt_status fake_erase(void *context, uint32_t slot)
{
	fake_storage *s = context;
	ENSURE(s->erase == ZT_OK, s->erase);
	s->n[slot] = 0;
	return ZT_OK;
}

static inline zt_storage fake_storage_seam(fake_storage *storage)
{
	return (zt_storage){ fake_read, fake_write, fake_erase, FAKE_SLOTS, storage };
}

#endif
