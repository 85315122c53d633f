/* zt_view: a borrowed range of bytes, passed by value. It never owns its bytes and
 * promises no NUL behind them. A NULL pointer with n == 0 is the empty view. */
#ifndef ZEROTOUCH_VIEW_H
#define ZEROTOUCH_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zerotouch/defs.h"

/* Aligned so that a compiler for a 32-bit machine keeps a view in a pair of registers, where it would go through the
 * stack: a twentieth of the device library's code. */
typedef struct {
	_Alignas(8) const uint8_t *p;
	size_t n;
} zt_view;

/* A view of a string literal, without its NUL. */
#define ZT_LIT(literal) ((zt_view){ (const uint8_t *)("" literal), sizeof(literal) - 1 })
#define ZT_LIT_INIT(literal)                                       \
	{                                                          \
		(const uint8_t *)("" literal), sizeof(literal) - 1 \
	}
#define ZT_VIEW_EMPTY ((zt_view){ NULL, 0 })
/* printf("%.*s", ZT_PRI(view)); cuts at INT_MAX. */
#define ZT_PRI(view) zt_view_pri_len(view), (const char *)zt_view_pri_ptr(view)

int zt_view_pri_len(zt_view v);
const uint8_t *zt_view_pri_ptr(zt_view v);

/* The bytes before the NUL; NULL gives the empty view. */
zt_view zt_view_of(const char *text);
static inline zt_view zt_view_make(const void *bytes, size_t n)
{
	return (zt_view){ (const uint8_t *)bytes, n };
}

bool zt_view_equal(zt_view a, zt_view b);
/* ASCII letters compare without case. */
bool zt_view_equal_nocase(zt_view a, zt_view b);
/* The same bytes as a text that ends in NUL. */
bool zt_view_is(zt_view v, const char *text);
/* <0, 0, >0 by unsigned bytes, shorter first. */
int zt_view_compare(zt_view a, zt_view b);
bool zt_view_starts(zt_view v, zt_view prefix);
bool zt_view_ends(zt_view v, zt_view suffix);

/* The only ways to advance a view. Each returns false and changes nothing when it cannot. */
bool zt_view_take(zt_view *in, size_t n, zt_view *ret_head);
bool zt_view_take_u8(zt_view *in, uint8_t *ret);
bool zt_view_take_be16(zt_view *in, uint16_t *ret);
bool zt_view_take_be32(zt_view *in, uint32_t *ret);
bool zt_view_take_prefix(zt_view *in, zt_view prefix);
bool zt_view_take_text(zt_view *in, const char *prefix);      /* which ends in NUL */
bool zt_view_take_prefix_nocase(zt_view *in, zt_view prefix); /* ASCII letters of either case */

/* From byte `from` on; empty when from >= n. */
zt_view zt_view_from(zt_view v, size_t from);
/* Index of the first `byte`, or v.n when there is none. */
size_t zt_view_find(zt_view v, uint8_t byte);
/* Next piece up to `separator`, which is consumed; false when *rest is exhausted.
 * "a,,b" gives "a", "", "b"; start with rest->p non-NULL. */
bool zt_view_split(zt_view *rest, uint8_t separator, zt_view *ret_piece);
/* Without leading and trailing spaces, tabs, CR and LF; the second takes the leading ones alone. */
zt_view zt_view_trim(zt_view v);
void zt_view_skip_space(zt_view *in);
/* Whether the byte is one of the set's, which never holds NUL. */
bool zt_byte_is_one_of(uint8_t byte, const char *set);
/* Whether all bytes are ASCII letters, digits or one of `more`. */
bool zt_view_is_made_of(zt_view v, const char *more);
/* Decimal digits only, the whole view, no overflow. */
ZT_NODISCARD bool zt_view_to_u64(zt_view v, uint64_t *ret);
/* Well-formed UTF-8 without U+0000 and surrogates (RFC 3629; MQTT-1.5.4). */
bool zt_view_is_utf8(zt_view v);

#endif
