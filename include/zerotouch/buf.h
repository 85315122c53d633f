/* zt_buf: a fixed writer over the caller's memory. A put that does not fit writes
 * nothing and sets a sticky flag, so one zt_buf_finish at the end is enough. */
#ifndef ZEROTOUCH_BUF_H
#define ZEROTOUCH_BUF_H

#include "zerotouch/status.h"
#include "zerotouch/view.h"

typedef struct {
	uint8_t *p;
	size_t n;   /* bytes written */
	size_t cap; /* bytes that may be written */
	bool overflow;
} zt_buf;

#define ZT_BUF(array) ((zt_buf){ (uint8_t *)(array), 0, sizeof(array), false })
static inline zt_buf zt_buf_make(void *memory, size_t cap)
{
	return (zt_buf){ (uint8_t *)memory, 0, cap, false };
}

void zt_buf_put(zt_buf *b, zt_view v);
void zt_buf_put_text(zt_buf *b, const char *text);
void zt_buf_put_u8(zt_buf *b, uint8_t byte);
void zt_buf_put_be16(zt_buf *b, uint16_t value);
void zt_buf_put_be32(zt_buf *b, uint32_t value);
/* Decimal digits. */
void zt_buf_put_u64(zt_buf *b, uint64_t value);
/* Lower-case hex of the bytes. */
void zt_buf_put_hex(zt_buf *b, zt_view bytes);
/* Two digits of upper-case hex behind what announces them: "%2F", "\u001F". */
void zt_buf_put_escape(zt_buf *b, const char *announced, uint8_t byte);

static inline zt_view zt_buf_view(const zt_buf *b)
{
	return (zt_view){ b->p, b->n };
}
/* ZT_E_SPACE if any put did not fit. */
ZT_NODISCARD static inline zt_status zt_buf_finish(const zt_buf *b)
{
	return b->overflow ? ZT_E_SPACE : ZT_OK;
}
/* As zt_buf_finish, and adds a NUL behind the bytes (not counted in n). */
ZT_NODISCARD zt_status zt_buf_finish_text(zt_buf *b);

#endif
