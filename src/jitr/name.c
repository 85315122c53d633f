#include "jitr/name.h"

#include "zerotouch/buf.h"

#define PLACEHOLDER "{device_id"

static bool is_allowed(zt_view text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter_or_digit && !memchr(":_-", c, 3))
			return false;
	}
	return true;
}

/* Behind "{device_id": "}" or ":5}". */
static bool take_digits(zt_view *rest, unsigned *ret_digits)
{
	uint64_t digits = ZT_JITR_DEVICE_ID_HEX;
	if (zt_view_take_prefix(rest, ZT_LIT(":"))) {
		zt_view number;
		if (!zt_view_take(rest, zt_view_find(*rest, '}'), &number) || !zt_view_to_u64(number, &digits))
			return false;
	}
	*ret_digits = (unsigned)digits;
	return zt_view_take_prefix(rest, ZT_LIT("}")) && digits >= 1 && digits <= ZT_JITR_DEVICE_ID_HEX;
}

static zt_status parse(zt_view text, zt_name_template *names)
{
	zt_view before, rest = text;
	ENSURE(zt_view_take(&rest, zt_view_find(rest, '{'), &before), ZT_E_CONFIG);
	ENSURE(zt_view_take_prefix(&rest, ZT_LIT(PLACEHOLDER)), ZT_E_CONFIG);
	ENSURE(take_digits(&rest, &names->digits_min), ZT_E_CONFIG);
	ENSURE(is_allowed(before) && is_allowed(rest), ZT_E_CONFIG);
	ENSURE(before.n + rest.n + names->digits_min <= ZT_THING_NAME_MAX, ZT_E_CONFIG);
	names->digits_max = ZT_THING_NAME_MAX - (unsigned)(before.n + rest.n);
	TRY(zt_text_copy(names->before, sizeof names->before, before));
	return zt_text_copy(names->behind, sizeof names->behind, rest);
}

zt_status zt_name_template_parse(zt_view text, zt_name_template *ret, zt_error *ret_error)
{
	zt_name_template names = { 0 };
	if (parse(text, &names) != ZT_OK)
		return zt_error_set(
		    ret_error, ZT_E_CONFIG,
		    "thing name template \"%.*s\": want one {device_id} or {device_id:N}, letters, digits and "
		    ":_- around it, at most %d characters in all",
		    ZT_PRI(text), ZT_THING_NAME_MAX);
	*ret = names;
	return ZT_OK;
}

zt_status zt_name_template_put(const zt_name_template *names, const char *device_id, unsigned grown,
			       char ret_name[ZT_THING_NAME_MAX + 1])
{
	unsigned digits = names->digits_min + grown;
	ENSURE(digits <= names->digits_max, ZT_E_LIMIT);
	zt_buf name = zt_buf_make(ret_name, ZT_THING_NAME_MAX + 1);
	zt_buf_put_text(&name, names->before);
	zt_buf_put(&name, zt_view_make(device_id, strnlen(device_id, digits)));
	zt_buf_put_text(&name, names->behind);
	return zt_buf_finish_text(&name);
}
