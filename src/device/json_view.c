#include "zerotouch/json_view.h"

static zt_status take_value(zt_view *in, unsigned depth);

static bool take_byte(zt_view *in, uint8_t byte)
{
	if (in->n == 0 || *in->p != byte)
		return false;
	in->p++;
	in->n--;
	return true;
}

static bool take_behind_space(zt_view *in, uint8_t byte)
{
	zt_view_skip_space(in);
	return take_byte(in, byte);
}

static bool take_one_of(zt_view *in, const char *set)
{
	return in->n && zt_byte_is_one_of(*in->p, set) && take_byte(in, *in->p);
}

static bool take_escaped(zt_view *in)
{
	if (!take_byte(in, 'u'))
		return take_one_of(in, "\"\\/bfnrt");
	for (int i = 0; i < 4; i++)
		if (!take_one_of(in, "0123456789abcdefABCDEF"))
			return false;
	return true;
}

/* From the opening quote on. */
static bool take_string(zt_view *in, zt_view *ret_raw)
{
	if (!take_behind_space(in, '"'))
		return false;
	const uint8_t *from = in->p;
	while (!take_byte(in, '"')) {
		uint8_t c;
		if (!zt_view_take_u8(in, &c) || c < 0x20 || (c == '\\' && !take_escaped(in)))
			return false;
	}
	*ret_raw = zt_view_make(from, (size_t)(in->p - from) - 1);
	return true;
}

static bool take_digits(zt_view *in)
{
	size_t before = in->n;
	while (take_one_of(in, "0123456789"))
		;
	return in->n < before;
}

static bool take_number(zt_view *in)
{
	(void)take_byte(in, '-');
	if (!take_byte(in, '0') && !take_digits(in))
		return false;
	if (take_byte(in, '.') && !take_digits(in))
		return false;
	if (!take_one_of(in, "eE"))
		return true;
	(void)take_one_of(in, "+-");
	return take_digits(in);
}

/* Behind the opening bracket: members of an object or elements of an array. */
static zt_status take_items(zt_view *in, bool named, unsigned depth)
{
	uint8_t close = named ? '}' : ']';
	zt_view name;
	ENSURE(depth < ZT_JV_DEPTH_MAX, ZT_E_LIMIT);
	if (take_behind_space(in, close))
		return ZT_OK;
	do {
		if (named)
			ENSURE(take_string(in, &name) && take_behind_space(in, ':'), ZT_E_PROTOCOL);
		TRY(take_value(in, depth + 1));
	} while (take_behind_space(in, ','));
	return take_byte(in, close) ? ZT_OK : ZT_E_PROTOCOL;
}

static zt_status take_value(zt_view *in, unsigned depth)
{
	zt_view raw;
	if (take_behind_space(in, '{'))
		return take_items(in, true, depth);
	if (take_byte(in, '['))
		return take_items(in, false, depth);
	if (in->n && *in->p == '"')
		return take_string(in, &raw) ? ZT_OK : ZT_E_PROTOCOL;
	if (zt_view_take_text(in, "true") || zt_view_take_text(in, "false") || zt_view_take_text(in, "null"))
		return ZT_OK;
	return take_number(in) ? ZT_OK : ZT_E_PROTOCOL;
}

zt_status zt_jv_check(zt_view text)
{
	ENSURE(zt_view_is_utf8(text), ZT_E_PROTOCOL);
	TRY(take_value(&text, 0));
	zt_view_skip_space(&text);
	return text.n == 0 ? ZT_OK : ZT_E_PROTOCOL;
}

bool zt_jv_member(zt_view object, const char *name, zt_view *ret_value)
{
	zt_view found;
	if (!take_behind_space(&object, '{'))
		return false;
	do {
		if (!take_string(&object, &found) || !take_behind_space(&object, ':'))
			return false;
		zt_view_skip_space(&object);
		zt_view value = object;
		if (take_value(&object, 0) != ZT_OK)
			return false;
		if (zt_view_is(found, name)) {
			*ret_value = zt_view_make(value.p, value.n - object.n);
			return true;
		}
	} while (take_behind_space(&object, ','));
	return false;
}

bool zt_jv_text(zt_view value, zt_view *ret)
{
	zt_view raw;
	if (!take_string(&value, &raw) || zt_view_find(raw, '\\') < raw.n)
		return false;
	*ret = raw;
	return true;
}

void zt_jv_put_text(zt_buf *out, zt_view text)
{
	zt_buf_put_u8(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c < 0x20) {
			zt_buf_put_escape(out, "\\u00", c);
			continue;
		}
		if (c == '"' || c == '\\')
			zt_buf_put_u8(out, '\\');
		zt_buf_put_u8(out, c);
	}
	zt_buf_put_u8(out, '"');
}
