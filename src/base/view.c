#include "zerotouch/view.h"

#include <limits.h>
#include <string.h>

int zt_view_pri_len(zt_view v)
{
	return v.n > INT_MAX ? INT_MAX : (int)v.n;
}

const uint8_t *zt_view_pri_ptr(zt_view v)
{
	return v.p ? v.p : (const uint8_t *)"";
}

zt_view zt_view_of(const char *text)
{
	return text ? (zt_view){ (const uint8_t *)text, strlen(text) } : ZT_VIEW_EMPTY;
}

zt_view zt_view_make(const void *bytes, size_t n)
{
	return (zt_view){ bytes, n };
}

bool zt_view_equal(zt_view a, zt_view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool zt_view_equal_nocase(zt_view a, zt_view b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

int zt_view_compare(zt_view a, zt_view b)
{
	size_t shared = a.n < b.n ? a.n : b.n;
	int order = shared ? memcmp(a.p, b.p, shared) : 0;
	if (order != 0)
		return order;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool zt_view_starts(zt_view v, zt_view prefix)
{
	return v.n >= prefix.n && zt_view_equal((zt_view){ v.p, prefix.n }, prefix);
}

bool zt_view_ends(zt_view v, zt_view suffix)
{
	return v.n >= suffix.n && zt_view_equal(zt_view_from(v, v.n - suffix.n), suffix);
}

bool zt_view_take(zt_view *in, size_t n, zt_view *ret_head)
{
	if (in->n < n)
		return false;
	*ret_head = (zt_view){ in->p, n };
	*in = zt_view_from(*in, n);
	return true;
}

bool zt_view_take_u8(zt_view *in, uint8_t *ret)
{
	zt_view head;
	if (!zt_view_take(in, 1, &head))
		return false;
	*ret = head.p[0];
	return true;
}

bool zt_view_take_be16(zt_view *in, uint16_t *ret)
{
	zt_view head;
	if (!zt_view_take(in, 2, &head))
		return false;
	*ret = (uint16_t)(head.p[0] << 8 | head.p[1]);
	return true;
}

bool zt_view_take_be32(zt_view *in, uint32_t *ret)
{
	zt_view head;
	if (!zt_view_take(in, 4, &head))
		return false;
	*ret = (uint32_t)head.p[0] << 24 | (uint32_t)head.p[1] << 16 | (uint32_t)head.p[2] << 8 | head.p[3];
	return true;
}

bool zt_view_take_prefix_nocase(zt_view *in, zt_view prefix)
{
	if (in->n < prefix.n || !zt_view_equal_nocase(zt_view_make(in->p, prefix.n), prefix))
		return false;
	*in = zt_view_from(*in, prefix.n);
	return true;
}

bool zt_view_take_prefix(zt_view *in, zt_view prefix)
{
	if (!zt_view_starts(*in, prefix))
		return false;
	*in = zt_view_from(*in, prefix.n);
	return true;
}

zt_view zt_view_from(zt_view v, size_t from)
{
	if (v.n == 0)
		return v;
	if (from > v.n)
		from = v.n;
	return (zt_view){ v.p + from, v.n - from };
}

size_t zt_view_find(zt_view v, uint8_t byte)
{
	const uint8_t *hit = v.n ? memchr(v.p, byte, v.n) : NULL;
	return hit ? (size_t)(hit - v.p) : v.n;
}

bool zt_view_split(zt_view *rest, uint8_t separator, zt_view *ret_piece)
{
	if (!rest->p)
		return false;
	size_t at = zt_view_find(*rest, separator);
	*ret_piece = (zt_view){ rest->p, at };
	*rest = at == rest->n ? ZT_VIEW_EMPTY : (zt_view){ rest->p + at + 1, rest->n - at - 1 };
	return true;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

zt_view zt_view_trim(zt_view v)
{
	while (v.n && is_space(v.p[v.n - 1]))
		v.n--;
	while (v.n && is_space(v.p[0]))
		v = zt_view_from(v, 1);
	return v;
}

bool zt_view_to_u64(zt_view v, uint64_t *ret)
{
	uint64_t value = 0;
	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		uint8_t digit = (uint8_t)(v.p[i] - '0');
		if (digit > 9 || __builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

/* Length of the UTF-8 sequence at the head of v and its code point; 0 when ill-formed. */
static size_t utf8_sequence(zt_view v, uint32_t *ret_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t lead = v.p[0];
	size_t n = lead < 0x80             ? 1
		   : (lead & 0xE0) == 0xC0 ? 2
		   : (lead & 0xF0) == 0xE0 ? 3
		   : (lead & 0xF8) == 0xF0 ? 4
					   : 0;
	if (n == 0 || n > v.n)
		return 0;
	uint32_t point = n == 1 ? lead : lead & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((v.p[i] & 0xC0) != 0x80)
			return 0;
		point = point << 6 | (v.p[i] & 0x3Fu);
	}
	*ret_point = point;
	return point < smallest[n] ? 0 : n;
}

bool zt_view_is_utf8(zt_view v)
{
	while (v.n) {
		uint32_t point = 0;
		size_t n = utf8_sequence(v, &point);
		if (n == 0 || point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
			return false;
		v = zt_view_from(v, n);
	}
	return true;
}
