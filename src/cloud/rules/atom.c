/* What an expression is made of: literals, fields, calls, CASE, nested SELECT. */
#include <stdlib.h>

#include "cloud/rules/functions.h"
#include "cloud/rules/parser.h"
#include "cloud/rules/value.h"

static zt_status parse_number(zt_parser *parser, uint32_t *ret)
{
	char text[64];
	uint64_t whole;
	zt_view view = parser->now.text;
	if (zt_text_copy(text, sizeof text, view) != ZT_OK)
		return zt_error_set(parser->error, ZT_E_INVALID, "the number at character %zu is too long",
				    parser->now.at + 1);
	bool integer = zt_view_to_u64(view, &whole) && whole <= INT64_MAX;
	json_t *value = integer ? json_integer((json_int_t)whole) : zt_value_of_double(strtod(text, NULL));
	if (!value)
		return zt_error_set(parser->error, ZT_E_INVALID, "the number at character %zu is too large",
				    parser->now.at + 1);
	TRY(zt_tree_add_literal(parser, value, ret));
	return zt_parser_advance(parser);
}

/* "a, b, c" up to `end`, each adopted by `parent`; the opening sign is behind us. */
static zt_status parse_list(zt_parser *parser, uint32_t parent, zt_token_kind end, const char *what)
{
	bool more;
	TRY(zt_parser_skip(parser, end, &more));
	if (more)
		return ZT_OK;
	do {
		uint32_t child;
		TRY(zt_parser_expression(parser, &child));
		zt_tree_adopt(parser, parent, child);
		TRY(zt_parser_skip(parser, ZT_TOKEN_COMMA, &more));
	} while (more);
	return zt_parser_expect(parser, end, what);
}

static zt_status parse_object(zt_parser *parser, uint32_t *ret)
{
	bool more = false;
	TRY(zt_tree_add(parser, ZT_NODE_OBJECT, ret));
	TRY(zt_parser_expect(parser, ZT_TOKEN_OPEN_BRACE, "{"));
	if (parser->now.kind == ZT_TOKEN_CLOSE_BRACE)
		return zt_parser_advance(parser);
	do {
		uint32_t key, value;
		if (parser->now.kind != ZT_TOKEN_STRING)
			return zt_parser_expected(parser, "a member's name in quotes");
		TRY(zt_tree_add_literal(parser, zt_parser_string(&parser->now), &key));
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expect(parser, ZT_TOKEN_COLON, "\":\""));
		TRY(zt_parser_expression(parser, &value));
		zt_tree_adopt(parser, *ret, key);
		zt_tree_adopt(parser, *ret, value);
		TRY(zt_parser_skip(parser, ZT_TOKEN_COMMA, &more));
	} while (more);
	return zt_parser_expect(parser, ZT_TOKEN_CLOSE_BRACE, "\"}\"");
}

/* CASE value WHEN value THEN result … [ELSE result] END */
static zt_status parse_case(zt_parser *parser, uint32_t *ret)
{
	bool more;
	uint32_t child;
	TRY(zt_parser_advance(parser));
	TRY(zt_tree_add(parser, ZT_NODE_CASE, ret));
	TRY(zt_parser_expression(parser, &child));
	zt_tree_adopt(parser, *ret, child);
	if (!zt_parser_at_word(parser, "WHEN"))
		return zt_parser_expected(parser, "WHEN");
	while (zt_parser_at_word(parser, "WHEN")) {
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expression(parser, &child));
		zt_tree_adopt(parser, *ret, child);
		if (!zt_parser_at_word(parser, "THEN"))
			return zt_parser_expected(parser, "THEN");
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expression(parser, &child));
		zt_tree_adopt(parser, *ret, child);
	}
	TRY(zt_parser_skip_word(parser, "ELSE", &more));
	if (more) {
		TRY(zt_parser_expression(parser, &child));
		zt_tree_adopt(parser, *ret, child);
	}
	if (!zt_parser_at_word(parser, "END"))
		return zt_parser_expected(parser, "END");
	return zt_parser_advance(parser);
}

/* "AS type" behind cast's value becomes a second argument, the type's name. */
static zt_status parse_cast_type(zt_parser *parser, uint32_t call)
{
	bool as;
	uint32_t type;
	TRY(zt_parser_skip_word(parser, "AS", &as));
	if (!as || parser->now.kind != ZT_TOKEN_NAME)
		return zt_parser_expected(parser, as ? "a type" : "AS");
	TRY(zt_tree_add_literal(parser, zt_json_string(parser->now.text), &type));
	zt_tree_adopt(parser, call, type);
	TRY(zt_parser_advance(parser));
	return zt_parser_expect(parser, ZT_TOKEN_CLOSE, "\")\"");
}

static zt_status parse_arguments(zt_parser *parser, uint32_t call, zt_view name)
{
	if (!zt_view_equal_nocase(name, ZT_LIT("cast")))
		return parse_list(parser, call, ZT_TOKEN_CLOSE, "\",\" or \")\"");
	uint32_t value;
	TRY(zt_parser_expression(parser, &value));
	zt_tree_adopt(parser, call, value);
	return parse_cast_type(parser, call);
}

static zt_status parse_call(zt_parser *parser, zt_view name, uint32_t *ret)
{
	const zt_sql_function *function = zt_sql_function_find(name);
	if (!function)
		return zt_error_set(parser->error, ZT_E_INVALID, "there is no function %.*s", ZT_PRI(name));
	TRY(zt_tree_add(parser, ZT_NODE_CALL, ret));
	TRY(zt_parser_expect(parser, ZT_TOKEN_OPEN, "\"(\""));
	TRY(parse_arguments(parser, *ret, name));
	zt_node *call = &parser->sql->nodes[*ret];
	if (call->children < function->min || call->children > function->max)
		return zt_error_set(parser->error, ZT_E_INVALID, "function %s takes %u to %u arguments", function->name,
				    function->min, function->max);
	bool of_payload = call->first != ZT_NODE_NONE && parser->sql->nodes[call->first].kind == ZT_NODE_PAYLOAD;
	call->function =
	    of_payload && function == zt_sql_function_find(ZT_LIT("encode")) ? &zt_sql_encode_payload : function;
	call->name = name;
	return ZT_OK;
}

static zt_status parse_word(zt_parser *parser, uint32_t *ret)
{
	static const char *const reserved[] = { "SELECT", "FROM", "WHERE", "AS",   "AND",
						"OR",     "WHEN", "THEN",  "ELSE", "END" };
	zt_token word = parser->now;
	for (size_t i = 0; i < ZT_COUNT(reserved); i++)
		if (zt_parser_at_word(parser, reserved[i]))
			return zt_parser_expected(parser, "an expression");
	if (zt_parser_at_word(parser, "CASE"))
		return parse_case(parser, ret);
	TRY(zt_parser_advance(parser));
	if (zt_view_equal_nocase(word.text, ZT_LIT("TRUE")))
		return zt_tree_add_literal(parser, json_true(), ret);
	if (zt_view_equal_nocase(word.text, ZT_LIT("FALSE")))
		return zt_tree_add_literal(parser, json_false(), ret);
	if (zt_view_equal_nocase(word.text, ZT_LIT("NULL")))
		return zt_tree_add_literal(parser, json_null(), ret);
	if (parser->now.kind == ZT_TOKEN_OPEN)
		return parse_call(parser, word.text, ret);
	TRY(zt_tree_add(parser, ZT_NODE_FIELD, ret));
	parser->sql->nodes[*ret].name = word.text;
	return ZT_OK;
}

static zt_status parse_string_literal(zt_parser *parser, uint32_t *ret)
{
	TRY(zt_tree_add_literal(parser, zt_parser_string(&parser->now), ret));
	return zt_parser_advance(parser);
}

/* "(a + b)", or "(SELECT … FROM … WHERE …)". */
static zt_status parse_parentheses(zt_parser *parser, uint32_t *ret)
{
	TRY(zt_parser_advance(parser));
	TRY(zt_parser_at_word(parser, "SELECT") ? zt_parser_nested(parser, ret) : zt_parser_expression(parser, ret));
	return zt_parser_expect(parser, ZT_TOKEN_CLOSE, "\")\"");
}

zt_status zt_parser_atom(zt_parser *parser, uint32_t *ret)
{
	switch (parser->now.kind) {
	case ZT_TOKEN_NUMBER:
		return parse_number(parser, ret);
	case ZT_TOKEN_STRING:
		return parse_string_literal(parser, ret);
	case ZT_TOKEN_STAR:
		TRY(zt_tree_add(parser, ZT_NODE_PAYLOAD, ret));
		return zt_parser_advance(parser);
	case ZT_TOKEN_OPEN:
		return parse_parentheses(parser, ret);
	case ZT_TOKEN_OPEN_BRACE:
		return parse_object(parser, ret);
	case ZT_TOKEN_OPEN_BRACKET:
		TRY(zt_tree_add(parser, ZT_NODE_ARRAY, ret));
		TRY(zt_parser_advance(parser));
		return parse_list(parser, *ret, ZT_TOKEN_CLOSE_BRACKET, "\",\" or \"]\"");
	case ZT_TOKEN_NAME:
		return parse_word(parser, ret);
	default:
		return zt_parser_expected(parser, "an expression");
	}
}
