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

bool zt_view_is(zt_view v, const char *text)
{
	return zt_view_take_text(&v, text) && v.n == 0;
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
	return zt_view_take_prefix(&v, prefix);
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
	if (in->n < prefix.n || (prefix.n && memcmp(in->p, prefix.p, prefix.n) != 0))
		return false;
	*in = zt_view_from(*in, prefix.n);
	return true;
}

bool zt_view_take_text(zt_view *in, const char *prefix)
{
	return zt_view_take_prefix(in, zt_view_of(prefix));
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

bool zt_byte_is_one_of(uint8_t byte, const char *set)
{
	while (*set && (uint8_t)*set != byte)
		set++;
	return *set;
}

static bool is_space(uint8_t c)
{
	return zt_byte_is_one_of(c, " \t\r\n");
}

void zt_view_skip_space(zt_view *in)
{
	while (in->n && is_space(in->p[0])) {
		in->p++;
		in->n--;
	}
}

zt_view zt_view_trim(zt_view v)
{
	zt_view_skip_space(&v);
	while (v.n && is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

bool zt_view_is_made_of(zt_view v, const char *more)
{
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i], lower = c | 32;
		bool alnum = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
		if (!alnum && !zt_byte_is_one_of(c, more))
			return false;
	}
	return true;
}

bool zt_view_to_u64(zt_view v, uint64_t *ret)
{
	uint64_t value = 0;
	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		uint8_t digit = (uint8_t)(v.p[i] - '0');
		if (digit > 9 || value > UINT64_MAX / 10)
			return false;
		value *= 10;
		if (value > UINT64_MAX - digit)
			return false;
		value += digit;
	}
	*ret = value;
	return true;
}

bool zt_view_is_utf8(zt_view v)
{
	for (size_t i = 0; i < v.n;) {
		uint8_t lead = v.p[i++];
		if (lead > 0 && lead < 0x80)
			continue;
		if (lead < 0xC2 || lead > 0xF4)
			return false;
		unsigned more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
		uint32_t point = lead & (0x3Fu >> more);
		for (unsigned left = more; left; left--, i++) {
			if (i == v.n || (v.p[i] & 0xC0) != 0x80)
				return false;
			point = point << 6 | (v.p[i] & 0x3Fu);
		}
		/* In fewer bytes than these, beyond Unicode, half of a surrogate pair. */
		if (point < 1u << (5 * more + 1) || point > 0x10FFFF || point >> 11 == 0xD800 >> 11)
			return false;
	}
	return true;
}
