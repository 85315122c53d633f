#include "policy/variable.h"

#include <string.h>

zt_key zt_key_parse(zt_view name)
{
	zt_key key = { .name = name };
	zt_view prefix = ZT_LIT("iot:Certificate.");
	if (name.n <= prefix.n || !zt_view_equal_nocase(zt_view_make(name.p, prefix.n), prefix))
		return key;
	size_t dot = name.n;
	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	zt_view last = zt_view_from(name, dot);
	uint64_t number;
	if (zt_view_equal_nocase(last, ZT_LIT("List")))
		key.list = true;
	else if (zt_view_to_u64(last, &number) && number > 0 && number < ZT_LIST_VALUES_MAX)
		key.index = (uint8_t)number;
	else
		return key;
	key.name.n = dot - 1;
	return key;
}

/* Reads ", 'text'" behind a variable's name (IAM, "specifying default values"). */
static zt_status parse_default(zt_view inner, size_t comma, zt_view *ret, zt_error *ret_error)
{
	zt_view text = zt_view_trim(zt_view_from(inner, comma + 1));
	if (text.n < 2 || text.p[0] != '\'' || text.p[text.n - 1] != '\'')
		return zt_error_set(ret_error, ZT_E_INVALID, "the default of variable ${%.*s} is not in single quotes",
				    ZT_PRI(inner));
	*ret = zt_view_make(text.p + 1, text.n - 2);
	return ZT_OK;
}

static zt_status check_name(zt_view name, zt_error *ret_error)
{
	if (!name.n)
		return zt_error_set(ret_error, ZT_E_INVALID, "a variable without a name");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || memchr("*?${'\"", name.p[i], 6))
			return zt_error_set(ret_error, ZT_E_INVALID,
					    "variable ${%.*s} holds a character that no name has", ZT_PRI(name));
	return ZT_OK;
}

static bool is_escape(zt_view inner)
{
	return inner.n == 1 && (inner.p[0] == '*' || inner.p[0] == '?' || inner.p[0] == '$');
}

zt_status zt_variable_parse(zt_view *rest, zt_piece *ret, zt_error *ret_error)
{
	zt_view body = zt_view_from(*rest, 2);
	size_t end = zt_view_find(body, '}');
	if (end == body.n)
		return zt_error_set(ret_error, ZT_E_INVALID, "a variable without its closing brace");
	zt_view inner = zt_view_make(body.p, end);
	zt_piece piece = { .kind = ZT_PIECE_LITERAL, .text = inner };
	if (!is_escape(inner)) {
		size_t comma = zt_view_find(inner, ',');
		zt_view name = zt_view_make(inner.p, comma);
		piece = (zt_piece){ .kind = ZT_PIECE_VARIABLE, .variable = zt_key_parse(name) };
		TRY(check_name(name, ret_error));
		if (comma < inner.n)
			TRY(parse_default(inner, comma, &piece.text, ret_error));
	}
	*rest = zt_view_from(body, end + 1);
	*ret = piece;
	return ZT_OK;
}

static bool may_substitute(zt_view value)
{
	if (value.n > ZT_VARIABLE_VALUE_MAX)
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (memchr("*$+?#", value.p[i], 5))
			return false;
	return true;
}

bool zt_variable_resolve(const zt_piece *variable, const zt_policy_values *values, zt_view *ret)
{
	/* A list has no place inside a text. */
	if (variable->variable.list)
		return false;
	zt_view value;
	if (!values->value ||
	    !values->value(values->context, variable->variable.name, variable->variable.index, &value)) {
		if (!variable->text.p)
			return false;
		value = variable->text;
	}
	if (!may_substitute(value))
		return false;
	*ret = value;
	return true;
}
