#include "zerotouch/json_view.h"

static zt_status take_value(zt_view *in, unsigned depth);

static void skip_space(zt_view *in)
{
	while (in->n && (*in->p == ' ' || *in->p == '\t' || *in->p == '\n' || *in->p == '\r'))
		*in = zt_view_from(*in, 1);
}

static bool take_byte(zt_view *in, uint8_t byte)
{
	skip_space(in);
	if (in->n == 0 || *in->p != byte)
		return false;
	*in = zt_view_from(*in, 1);
	return true;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static zt_status take_escape(zt_view *in)
{
	uint8_t c;
	ENSURE(zt_view_take_u8(in, &c), ZT_E_PROTOCOL);
	if (c == 'u') {
		for (int i = 0; i < 4; i++)
			ENSURE(zt_view_take_u8(in, &c) && is_hex(c), ZT_E_PROTOCOL);
		return ZT_OK;
	}
	ENSURE(c && zt_view_find(ZT_LIT("\"\\/bfnrt"), c) < 8, ZT_E_PROTOCOL);
	return ZT_OK;
}

/* From the opening quote on. */
static zt_status take_string(zt_view *in, zt_view *ret_raw)
{
	const uint8_t *from;
	uint8_t c = 0;
	ENSURE(take_byte(in, '"'), ZT_E_PROTOCOL);
	from = in->p;
	while (zt_view_take_u8(in, &c) && c != '"') {
		ENSURE(c >= 0x20, ZT_E_PROTOCOL);
		if (c == '\\')
			TRY(take_escape(in));
	}
	ENSURE(c == '"', ZT_E_PROTOCOL);
	*ret_raw = (zt_view){ from, (size_t)(in->p - from) - 1 };
	return ZT_OK;
}

static size_t take_digits(zt_view *in)
{
	size_t n = 0;
	while (n < in->n && is_digit(in->p[n]))
		n++;
	*in = zt_view_from(*in, n);
	return n;
}

static bool take_one_of(zt_view *in, zt_view set)
{
	if (in->n == 0 || zt_view_find(set, *in->p) == set.n)
		return false;
	*in = zt_view_from(*in, 1);
	return true;
}

static zt_status take_number(zt_view *in)
{
	(void)take_one_of(in, ZT_LIT("-"));
	bool zero = in->n && *in->p == '0';
	size_t digits = take_digits(in);
	ENSURE(digits && !(zero && digits > 1), ZT_E_PROTOCOL);
	if (take_one_of(in, ZT_LIT(".")))
		ENSURE(take_digits(in), ZT_E_PROTOCOL);
	if (take_one_of(in, ZT_LIT("eE"))) {
		(void)take_one_of(in, ZT_LIT("+-"));
		ENSURE(take_digits(in), ZT_E_PROTOCOL);
	}
	return ZT_OK;
}

/* Behind the opening bracket: members of an object or elements of an array. */
static zt_status take_items(zt_view *in, bool named, unsigned depth)
{
	uint8_t close = named ? '}' : ']';
	zt_view name;
	ENSURE(depth < ZT_JV_DEPTH_MAX, ZT_E_LIMIT);
	if (take_byte(in, close))
		return ZT_OK;
	do {
		if (named) {
			TRY(take_string(in, &name));
			ENSURE(take_byte(in, ':'), ZT_E_PROTOCOL);
		}
		TRY(take_value(in, depth + 1));
	} while (take_byte(in, ','));
	ENSURE(take_byte(in, close), ZT_E_PROTOCOL);
	return ZT_OK;
}

static zt_status take_value(zt_view *in, unsigned depth)
{
	zt_view raw;
	if (take_byte(in, '{'))
		return take_items(in, true, depth);
	if (take_byte(in, '['))
		return take_items(in, false, depth);
	if (in->n && *in->p == '"')
		return take_string(in, &raw);
	if (zt_view_take_prefix(in, ZT_LIT("true")) || zt_view_take_prefix(in, ZT_LIT("false")) ||
	    zt_view_take_prefix(in, ZT_LIT("null")))
		return ZT_OK;
	return take_number(in);
}

zt_status zt_jv_check(zt_view text)
{
	ENSURE(zt_view_is_utf8(text), ZT_E_PROTOCOL);
	TRY(take_value(&text, 0));
	skip_space(&text);
	ENSURE(text.n == 0, ZT_E_PROTOCOL);
	return ZT_OK;
}

bool zt_jv_member(zt_view object, zt_view name, zt_view *ret_value)
{
	zt_view found;
	if (!take_byte(&object, '{'))
		return false;
	while (take_string(&object, &found) == ZT_OK && take_byte(&object, ':')) {
		skip_space(&object);
		zt_view value = object;
		if (take_value(&object, 0) != ZT_OK)
			return false;
		value.n -= object.n;
		if (zt_view_equal(found, name)) {
			*ret_value = value;
			return true;
		}
		if (!take_byte(&object, ','))
			return false;
	}
	return false;
}

bool zt_jv_text(zt_view value, zt_view *ret)
{
	zt_view raw;
	if (take_string(&value, &raw) != ZT_OK || zt_view_find(raw, '\\') < raw.n)
		return false;
	*ret = raw;
	return true;
}

bool zt_jv_number(zt_view value, uint64_t *ret)
{
	return zt_view_to_u64(value, ret);
}

bool zt_jv_is_object(zt_view value)
{
	return value.n && *value.p == '{';
}

void zt_jv_put_text(zt_buf *out, zt_view text)
{
	zt_buf_put_u8(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c < 0x20) {
			zt_buf_put(out, ZT_LIT("\\u00"));
			zt_buf_put_hex(out, (zt_view){ &c, 1 });
			continue;
		}
		if (c == '"' || c == '\\')
			zt_buf_put_u8(out, '\\');
		zt_buf_put_u8(out, c);
	}
	zt_buf_put_u8(out, '"');
}
