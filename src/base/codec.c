#include "base/codec.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool zt_is_hex(zt_view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (hex_value(text.p[i]) < 0)
			return false;
	return text.n > 0;
}

bool zt_is_guid(zt_view text)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };
	for (size_t i = 0; i < ZT_COUNT(groups); i++) {
		zt_view group;
		if (!zt_view_split(&text, '-', &group) || group.n != groups[i] || !zt_is_hex(group))
			return false;
	}
	return text.p == NULL;
}

zt_status zt_hex_decode(zt_view text, uint8_t *bytes, size_t cap)
{
	ENSURE(text.n == 2 * cap && (cap == 0 || zt_is_hex(text)), ZT_E_INVALID);
	for (size_t i = 0; i < cap; i++)
		bytes[i] = (uint8_t)(hex_value(text.p[2 * i]) << 4 | hex_value(text.p[2 * i + 1]));
	return ZT_OK;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

zt_status zt_base64_encode(zt_view bytes, zt_str *out)
{
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t group = (uint32_t)bytes.p[i] << 16 | (left > 1 ? (uint32_t)bytes.p[i + 1] << 8 : 0) |
				 (left > 2 ? bytes.p[i + 2] : 0u);
		uint8_t quad[] = { (uint8_t)base64_digits[group >> 18], (uint8_t)base64_digits[group >> 12 & 63],
				   left > 1 ? (uint8_t)base64_digits[group >> 6 & 63] : '=',
				   left > 2 ? (uint8_t)base64_digits[group & 63] : '=' };
		TRY(zt_str_put(out, (zt_view){ quad, 4 }));
	}
	return ZT_OK;
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\r' || c == '\n' || c == '\t';
}

zt_status zt_base64_decode(zt_view text, zt_str *out)
{
	uint32_t group = 0;
	size_t digits = 0, padding = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (is_blank(text.p[i]))
			continue;
		int value = base64_value(text.p[i]);
		if (value < 0) {
			ENSURE(text.p[i] == '=' && digits % 4 >= 2, ZT_E_INVALID);
			padding++;
			value = 0;
		} else {
			ENSURE(padding == 0, ZT_E_INVALID);
		}
		group = group << 6 | (uint32_t)value;
		if (++digits % 4 == 0) {
			ENSURE(padding <= 2, ZT_E_INVALID);
			uint8_t bytes[] = { (uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group };
			TRY(zt_str_put(out, (zt_view){ bytes, 3 - padding }));
			group = 0;
			ENSURE(padding == 0 || zt_view_trim(zt_view_from(text, i + 1)).n == 0, ZT_E_INVALID);
		}
	}
	return digits % 4 == 0 ? ZT_OK : ZT_E_INVALID;
}

static bool is_unreserved(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

zt_status zt_percent_encode(zt_view text, bool keep_slash, zt_str *out)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (is_unreserved(c) || (c == '/' && keep_slash)) {
			TRY(zt_str_put_u8(out, c));
			continue;
		}
		uint8_t escape[] = { '%', (uint8_t)digits[c >> 4], (uint8_t)digits[c & 15] };
		TRY(zt_str_put(out, (zt_view){ escape, 3 }));
	}
	return ZT_OK;
}

zt_status zt_percent_decode(zt_view text, bool plus_is_space, zt_str *out)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == '%') {
			zt_view pair = zt_view_from(text, i + 1);
			ENSURE(pair.n >= 2, ZT_E_INVALID);
			TRY(zt_hex_decode((zt_view){ pair.p, 2 }, &c, 1));
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		TRY(zt_str_put_u8(out, c));
	}
	return ZT_OK;
}
