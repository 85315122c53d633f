#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "zerotouch/buf.h"

void zt_random_bytes(void *memory, size_t n)
{
	uint8_t *at = memory;
	while (n) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

uint64_t zt_random_below(uint64_t bound)
{
	if (bound == 0)
		return 0;
	/* Rejecting the uneven tail keeps the result uniform. */
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound, value;
	do
		zt_random_bytes(&value, sizeof value);
	while (value >= limit);
	return value % bound;
}

void zt_uuid(char ret_text[ZT_UUID_TEXT])
{
	uint8_t bytes[16];
	zt_random_bytes(bytes, sizeof bytes);
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	zt_buf b = zt_buf_make(ret_text, ZT_UUID_TEXT - 1);
	static const size_t pieces[] = { 4, 2, 2, 2, 6 };
	size_t at = 0;
	for (size_t i = 0; i < ZT_COUNT(pieces); i++) {
		if (i)
			zt_buf_put_u8(&b, '-');
		zt_buf_put_hex(&b, (zt_view){ bytes + at, pieces[i] });
		at += pieces[i];
	}
	ret_text[ZT_UUID_TEXT - 1] = 0;
}
