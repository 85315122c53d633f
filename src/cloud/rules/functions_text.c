/* Functions on strings; other arguments are taken as text. */
#include <string.h>

#include "cloud/rules/functions.h"

enum { TEXT_MAX = 256 * 1024, PAD_MAX = 1000 };

/* The argument as text; the view lives in *room. */
static bool text_of(const json_t *value, zt_str *room, zt_view *ret)
{
	*room = ZT_STR(TEXT_MAX);
	if (zt_value_text(value, room) != ZT_OK)
		return false;
	*ret = zt_str_view(room);
	return true;
}

/* ASCII letters only: the reference does not say more. */
static json_t *with_case(const json_t *argument, char first, char last)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	if (zt_value_text(argument, &text) != ZT_OK)
		return NULL;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= first && text.p[i] <= last)
			text.p[i] = (char)(text.p[i] ^ 0x20);
	return zt_value_of_str(&text);
}

static json_t *call_lower(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return with_case(arguments[0], 'A', 'Z');
}

static json_t *call_upper(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return with_case(arguments[0], 'a', 'z');
}

static bool continues(uint8_t byte)
{
	return (byte & 0xC0) == 0x80;
}

static size_t characters(zt_view text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += !continues(text.p[i]);
	return n;
}

/* Offset of the n-th character; the end when there are fewer, the beginning when n is negative. */
static size_t offset_of(zt_view text, int64_t n)
{
	size_t at = 0;
	for (; at < text.n && (n > 0 || continues(text.p[at])); at++)
		n -= !continues(text.p[at]);
	return at;
}

static json_t *call_length(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str room = { 0 };
	zt_view text;
	return text_of(arguments[0], &room, &text) ? json_integer((json_int_t)characters(text)) : NULL;
}

static json_t *call_numbytes(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str room = { 0 };
	zt_view text;
	return text_of(arguments[0], &room, &text) ? json_integer((json_int_t)text.n) : NULL;
}

/* Offset of the first `part`, or text.n + 1. */
static size_t find(zt_view text, zt_view part)
{
	const uint8_t *found = part.n ? memmem(text.p, text.n, part.p, part.n) : text.p;
	return found ? (size_t)(found - text.p) : text.n + 1;
}

/* Calls `use` with the first two arguments as text. */
static json_t *with_two(json_t *const *arguments, json_t *(*use)(zt_view, zt_view))
{
	ZT_CLEANUP(zt_str_free) zt_str room_a = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str room_b = { 0 };
	zt_view a, b;
	return text_of(arguments[0], &room_a, &a) && text_of(arguments[1], &room_b, &b) ? use(a, b) : NULL;
}

static json_t *index_of(zt_view text, zt_view part)
{
	size_t at = find(text, part);
	return json_integer(at > text.n ? -1 : (json_int_t)characters(zt_view_make(text.p, at)));
}

static json_t *starts(zt_view text, zt_view part)
{
	return json_boolean(zt_view_starts(text, part));
}

static json_t *ends(zt_view text, zt_view part)
{
	return json_boolean(zt_view_ends(text, part));
}

static json_t *call_indexof(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return with_two(arguments, index_of);
}

static json_t *call_startswith(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return with_two(arguments, starts);
}

static json_t *call_endswith(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return with_two(arguments, ends);
}

/* substring(text, from [, to]): counted from 0, `to` excluded. */
static json_t *call_substring(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input;
	ZT_CLEANUP(zt_str_free) zt_str room = { 0 };
	zt_view text;
	int64_t from, to = INT64_MAX;
	if (!text_of(arguments[0], &room, &text) || !zt_value_whole(arguments[1], &from))
		return NULL;
	if (count > 2 && !zt_value_whole(arguments[2], &to))
		return NULL;
	size_t start = offset_of(text, from), end = offset_of(text, to);
	return zt_json_string(start < end ? zt_view_make(text.p + start, end - start) : ZT_VIEW_EMPTY);
}

static zt_status replace_all(zt_view text, zt_view part, zt_view with, zt_str *out)
{
	size_t at;
	while (part.n && (at = find(text, part)) <= text.n) {
		TRY(zt_str_put(out, zt_view_make(text.p, at)));
		TRY(zt_str_put(out, with));
		text = zt_view_from(text, at + part.n);
		if (!text.n)
			return ZT_OK;
	}
	return zt_str_put(out, text);
}

static json_t *call_replace(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str room_text = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str room_part = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str room_with = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(TEXT_MAX);
	zt_view text, part, with;
	if (!text_of(arguments[0], &room_text, &text) || !text_of(arguments[1], &room_part, &part) ||
	    !text_of(arguments[2], &room_with, &with))
		return NULL;
	return replace_all(text, part, with, &out) == ZT_OK ? zt_value_of_str(&out) : NULL;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static json_t *trimmed(const json_t *argument, bool left, bool right)
{
	ZT_CLEANUP(zt_str_free) zt_str room = { 0 };
	zt_view text;
	if (!text_of(argument, &room, &text))
		return NULL;
	while (left && text.n && is_space(text.p[0]))
		text = zt_view_from(text, 1);
	while (right && text.n && is_space(text.p[text.n - 1]))
		text.n--;
	return zt_json_string(text);
}

static json_t *call_trim(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return trimmed(arguments[0], true, true);
}

static json_t *call_ltrim(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return trimmed(arguments[0], true, false);
}

static json_t *call_rtrim(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return trimmed(arguments[0], false, true);
}

/* So many spaces before or behind the text, from none to 1000. */
static json_t *padded(json_t *const *arguments, bool left)
{
	ZT_CLEANUP(zt_str_free) zt_str room = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(TEXT_MAX);
	zt_view text;
	int64_t spaces;
	if (!text_of(arguments[0], &room, &text) || !zt_value_whole(arguments[1], &spaces))
		return NULL;
	zt_status status = left ? ZT_OK : zt_str_put(&out, text);
	for (int64_t i = 0; i < spaces && i < PAD_MAX && status == ZT_OK; i++)
		status = zt_str_put_u8(&out, ' ');
	if (left && status == ZT_OK)
		status = zt_str_put(&out, text);
	return status == ZT_OK ? zt_value_of_str(&out) : NULL;
}

static json_t *call_lpad(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return padded(arguments, true);
}

static json_t *call_rpad(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return padded(arguments, false);
}

/* The ASCII character of a code. */
static json_t *call_chr(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	int64_t code;
	if (!zt_value_whole(arguments[0], &code) || code < 1 || code > 127)
		return NULL;
	const char text[] = { (char)code, 0 };
	return json_string(text);
}

const zt_sql_function zt_sql_text_functions[] = {
	{ "lower", 1, 1, call_lower },       { "upper", 1, 1, call_upper },
	{ "length", 1, 1, call_length },     { "numbytes", 1, 1, call_numbytes },
	{ "indexof", 2, 2, call_indexof },   { "startswith", 2, 2, call_startswith },
	{ "endswith", 2, 2, call_endswith }, { "substring", 2, 3, call_substring },
	{ "replace", 3, 3, call_replace },   { "trim", 1, 1, call_trim },
	{ "ltrim", 1, 1, call_ltrim },       { "rtrim", 1, 1, call_rtrim },
	{ "lpad", 2, 2, call_lpad },         { "rpad", 2, 2, call_rpad },
	{ "chr", 1, 1, call_chr },           { 0 },
};
