/* JSON (RFC 8259) read where it lies: no heap, no copies, strict. For the small documents that a device meets; a value
 * is the range of bytes that holds it.
 *
 *	TRY(zt_jv_check(payload));
 *	if (zt_jv_member(payload, "version", &value) && zt_jv_number(value, &version)) … */
#ifndef ZEROTOUCH_JSON_VIEW_H
#define ZEROTOUCH_JSON_VIEW_H

#include "zerotouch/buf.h"

enum { ZT_JV_DEPTH_MAX = 16 }; /* a shadow has 8 levels (AWS), its messages put three around them */

/* One well-formed value and nothing else. ZT_E_PROTOCOL, ZT_E_LIMIT when it is nested deeper than that. */
ZT_NODISCARD zt_status zt_jv_check(zt_view text);
/* The readers below are for checked texts; they find nothing in others. */

/* The first member of that name. Names with escapes in them are never found. */
bool zt_jv_member(zt_view object, const char *name, zt_view *ret_value);
/* What stands between the quotes; false when it is no string or has escapes in it. */
bool zt_jv_text(zt_view value, zt_view *ret);
/* A whole number that is not negative. */
static inline bool zt_jv_number(zt_view value, uint64_t *ret)
{
	return zt_view_to_u64(value, ret);
}
static inline bool zt_jv_is_object(zt_view value)
{
	return value.n && *value.p == '{';
}
/* Appends a string with its quotes, escaped (RFC 8259 §7). */
void zt_jv_put_text(zt_buf *out, zt_view text);

#endif
