#include "zerotouch/buf.h"

#include <string.h>

void zt_buf_put(zt_buf *b, zt_view v)
{
	if (b->overflow || v.n > b->cap - b->n) {
		b->overflow = true;
		return;
	}
	if (v.n)
		memcpy(b->p + b->n, v.p, v.n);
	b->n += v.n;
}

void zt_buf_put_text(zt_buf *b, const char *text)
{
	zt_buf_put(b, zt_view_of(text));
}

void zt_buf_put_u8(zt_buf *b, uint8_t byte)
{
	zt_buf_put(b, (zt_view){ &byte, 1 });
}

void zt_buf_put_be16(zt_buf *b, uint16_t value)
{
	uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };
	zt_buf_put(b, (zt_view){ bytes, sizeof bytes });
}

void zt_buf_put_be32(zt_buf *b, uint32_t value)
{
	uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };
	zt_buf_put(b, (zt_view){ bytes, sizeof bytes });
}

void zt_buf_put_u64(zt_buf *b, uint64_t value)
{
	uint8_t digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (uint8_t)('0' + value % 10);
		value /= 10;
	} while (value);
	zt_buf_put(b, (zt_view){ digits + at, sizeof digits - at });
}

void zt_buf_put_hex(zt_buf *b, zt_view bytes)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.n; i++) {
		uint8_t pair[] = { (uint8_t)digits[bytes.p[i] >> 4], (uint8_t)digits[bytes.p[i] & 15] };
		zt_buf_put(b, (zt_view){ pair, 2 });
	}
}

void zt_buf_put_escape(zt_buf *b, const char *announced, uint8_t byte)
{
	static const char digits[] = "0123456789ABCDEF";
	zt_buf_put_text(b, announced);
	zt_buf_put_u8(b, (uint8_t)digits[byte >> 4]);
	zt_buf_put_u8(b, (uint8_t)digits[byte & 15]);
}

zt_status zt_buf_finish_text(zt_buf *b)
{
	if (b->n == b->cap)
		b->overflow = true;
	TRY(zt_buf_finish(b));
	b->p[b->n] = 0;
	return ZT_OK;
}
