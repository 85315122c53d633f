#include "cloud/rules/parser.h"

#include <stdlib.h>

#include "cloud/rules/functions.h"

zt_status zt_parser_begin(zt_parser *parser, zt_sql *sql, zt_view statement, zt_error *error)
{
	*parser = (zt_parser){ .sql = sql, .lexer = { .statement = statement }, .error = error };
	return zt_parser_advance(parser);
}

zt_status zt_parser_advance(zt_parser *parser)
{
	return zt_lexer_next(&parser->lexer, &parser->now, parser->error);
}

bool zt_parser_at_word(const zt_parser *parser, const char *keyword)
{
	return parser->now.kind == ZT_TOKEN_NAME && zt_view_equal_nocase(parser->now.text, zt_view_of(keyword));
}

zt_status zt_parser_skip_word(zt_parser *parser, const char *keyword, bool *ret_was)
{
	bool was = zt_parser_at_word(parser, keyword);
	if (was)
		TRY(zt_parser_advance(parser));
	*ret_was = was;
	return ZT_OK;
}

zt_status zt_parser_skip(zt_parser *parser, zt_token_kind kind, bool *ret_was)
{
	bool was = parser->now.kind == kind;
	if (was)
		TRY(zt_parser_advance(parser));
	*ret_was = was;
	return ZT_OK;
}

zt_status zt_parser_expected(const zt_parser *parser, const char *what)
{
	if (parser->now.kind == ZT_TOKEN_END)
		return zt_error_set(parser->error, ZT_E_INVALID, "%s expected at the end", what);
	return zt_error_set(parser->error, ZT_E_INVALID, "%s expected at character %zu, before \"%.*s\"", what,
			    parser->now.at + 1, ZT_PRI(parser->now.text));
}

zt_status zt_parser_expect(zt_parser *parser, zt_token_kind kind, const char *what)
{
	if (parser->now.kind != kind)
		return zt_parser_expected(parser, what);
	return zt_parser_advance(parser);
}

json_t *zt_parser_string(const zt_token *token)
{
	uint8_t quote = token->text.p[-1];
	zt_view rest = token->text;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SQL_TEXT_MAX);
	while (rest.n) {
		size_t n = zt_view_find(rest, quote);
		if (zt_str_put(&text, zt_view_make(rest.p, n < rest.n ? n + 1 : n)) != ZT_OK)
			return NULL;
		rest = zt_view_from(rest, n + 2);
	}
	return json_stringn(zt_str_text(&text), text.n);
}

static zt_status add(zt_parser *parser, zt_node_kind kind, uint32_t *ret)
{
	zt_sql *sql = parser->sql;
	if (sql->node_count == ZT_SQL_NODES_MAX)
		return zt_error_set(parser->error, ZT_E_INVALID, "the statement has more than %d parts",
				    ZT_SQL_NODES_MAX);
	*ret = sql->node_count++;
	sql->nodes[*ret] = (zt_node){ .kind = kind, .first = ZT_NODE_NONE, .last = ZT_NODE_NONE, .next = ZT_NODE_NONE };
	return ZT_OK;
}

static void adopt(zt_parser *parser, uint32_t parent, uint32_t child)
{
	zt_node *nodes = parser->sql->nodes, *up = &nodes[parent];
	if (up->first == ZT_NODE_NONE)
		up->first = child;
	else
		nodes[up->last].next = child;
	up->last = child;
	up->children++;
}

static zt_status add_literal(zt_parser *parser, json_t *value, uint32_t *ret)
{
	uint32_t node = ZT_NODE_NONE;
	zt_status status = value ? add(parser, ZT_NODE_LITERAL, &node) : ZT_E_NOMEM;
	if (status != ZT_OK) {
		json_decref(value);
		return status;
	}
	parser->sql->nodes[node].literal = value;
	*ret = node;
	return ZT_OK;
}

static zt_status add_unary(zt_parser *parser, zt_node_kind kind, uint32_t child, uint32_t *ret)
{
	TRY(add(parser, kind, ret));
	adopt(parser, *ret, child);
	return ZT_OK;
}

static zt_status add_binary(zt_parser *parser, zt_node_kind kind, zt_token_kind op, uint32_t left, uint32_t right,
			    uint32_t *ret)
{
	TRY(add(parser, kind, ret));
	parser->sql->nodes[*ret].op = op;
	adopt(parser, *ret, left);
	adopt(parser, *ret, right);
	return ZT_OK;
}

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
	TRY(add_literal(parser, value, ret));
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
		adopt(parser, parent, child);
		TRY(zt_parser_skip(parser, ZT_TOKEN_COMMA, &more));
	} while (more);
	return zt_parser_expect(parser, end, what);
}

static zt_status parse_object(zt_parser *parser, uint32_t *ret)
{
	bool more = false;
	TRY(add(parser, ZT_NODE_OBJECT, ret));
	TRY(zt_parser_expect(parser, ZT_TOKEN_OPEN_BRACE, "{"));
	if (parser->now.kind == ZT_TOKEN_CLOSE_BRACE)
		return zt_parser_advance(parser);
	do {
		uint32_t key, value;
		if (parser->now.kind != ZT_TOKEN_STRING)
			return zt_parser_expected(parser, "a member's name in quotes");
		TRY(add_literal(parser, zt_parser_string(&parser->now), &key));
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expect(parser, ZT_TOKEN_COLON, "\":\""));
		TRY(zt_parser_expression(parser, &value));
		adopt(parser, *ret, key);
		adopt(parser, *ret, value);
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
	TRY(add(parser, ZT_NODE_CASE, ret));
	TRY(zt_parser_expression(parser, &child));
	adopt(parser, *ret, child);
	if (!zt_parser_at_word(parser, "WHEN"))
		return zt_parser_expected(parser, "WHEN");
	while (zt_parser_at_word(parser, "WHEN")) {
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expression(parser, &child));
		adopt(parser, *ret, child);
		if (!zt_parser_at_word(parser, "THEN"))
			return zt_parser_expected(parser, "THEN");
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expression(parser, &child));
		adopt(parser, *ret, child);
	}
	TRY(zt_parser_skip_word(parser, "ELSE", &more));
	if (more) {
		TRY(zt_parser_expression(parser, &child));
		adopt(parser, *ret, child);
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
	TRY(add_literal(parser, zt_json_string(parser->now.text), &type));
	adopt(parser, call, type);
	TRY(zt_parser_advance(parser));
	return zt_parser_expect(parser, ZT_TOKEN_CLOSE, "\")\"");
}

static zt_status parse_arguments(zt_parser *parser, uint32_t call, zt_view name)
{
	if (!zt_view_equal_nocase(name, ZT_LIT("cast")))
		return parse_list(parser, call, ZT_TOKEN_CLOSE, "\",\" or \")\"");
	uint32_t value;
	TRY(zt_parser_expression(parser, &value));
	adopt(parser, call, value);
	return parse_cast_type(parser, call);
}

static zt_status parse_call(zt_parser *parser, zt_view name, uint32_t *ret)
{
	const zt_sql_function *function = zt_sql_function_find(name);
	if (!function)
		return zt_error_set(parser->error, ZT_E_INVALID, "there is no function %.*s", ZT_PRI(name));
	TRY(add(parser, ZT_NODE_CALL, ret));
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
		return add_literal(parser, json_true(), ret);
	if (zt_view_equal_nocase(word.text, ZT_LIT("FALSE")))
		return add_literal(parser, json_false(), ret);
	if (zt_view_equal_nocase(word.text, ZT_LIT("NULL")))
		return add_literal(parser, json_null(), ret);
	if (parser->now.kind == ZT_TOKEN_OPEN)
		return parse_call(parser, word.text, ret);
	TRY(add(parser, ZT_NODE_FIELD, ret));
	parser->sql->nodes[*ret].name = word.text;
	return ZT_OK;
}

static zt_status parse_string_literal(zt_parser *parser, uint32_t *ret)
{
	TRY(add_literal(parser, zt_parser_string(&parser->now), ret));
	return zt_parser_advance(parser);
}

static zt_status parse_atom(zt_parser *parser, uint32_t *ret)
{
	switch (parser->now.kind) {
	case ZT_TOKEN_NUMBER:
		return parse_number(parser, ret);
	case ZT_TOKEN_STRING:
		return parse_string_literal(parser, ret);
	case ZT_TOKEN_STAR:
		TRY(add(parser, ZT_NODE_PAYLOAD, ret));
		return zt_parser_advance(parser);
	case ZT_TOKEN_OPEN:
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_expression(parser, ret));
		return zt_parser_expect(parser, ZT_TOKEN_CLOSE, "\")\"");
	case ZT_TOKEN_OPEN_BRACE:
		return parse_object(parser, ret);
	case ZT_TOKEN_OPEN_BRACKET:
		TRY(add(parser, ZT_NODE_ARRAY, ret));
		TRY(zt_parser_advance(parser));
		return parse_list(parser, *ret, ZT_TOKEN_CLOSE_BRACKET, "\",\" or \"]\"");
	case ZT_TOKEN_NAME:
		return parse_word(parser, ret);
	default:
		return zt_parser_expected(parser, "an expression");
	}
}

/* a.b.c */
static zt_status parse_path(zt_parser *parser, uint32_t *ret)
{
	TRY(parse_atom(parser, ret));
	while (parser->now.kind == ZT_TOKEN_DOT) {
		TRY(zt_parser_advance(parser));
		if (parser->now.kind != ZT_TOKEN_NAME)
			return zt_parser_expected(parser, "a name");
		TRY(add_unary(parser, ZT_NODE_MEMBER, *ret, ret));
		parser->sql->nodes[*ret].name = parser->now.text;
		TRY(zt_parser_advance(parser));
	}
	return ZT_OK;
}

static zt_status parse_sign(zt_parser *parser, uint32_t *ret)
{
	unsigned minus = 0;
	for (; parser->now.kind == ZT_TOKEN_MINUS; minus++)
		TRY(zt_parser_advance(parser));
	TRY(parse_path(parser, ret));
	for (; minus > 0; minus--)
		TRY(add_unary(parser, ZT_NODE_NEGATE, *ret, ret));
	return ZT_OK;
}

typedef zt_status (*parse_fn)(zt_parser *parser, uint32_t *ret);

/* Operands of the next level with signs out of `ops` between them, from the left. */
static zt_status parse_chain(zt_parser *parser, parse_fn operand, const zt_token_kind *ops, size_t count, uint32_t *ret)
{
	TRY(operand(parser, ret));
	for (;;) {
		zt_token_kind op = parser->now.kind;
		bool found = false;
		for (size_t i = 0; i < count; i++)
			found |= ops[i] == op;
		if (!found)
			return ZT_OK;
		uint32_t right;
		TRY(zt_parser_advance(parser));
		TRY(operand(parser, &right));
		TRY(add_binary(parser, ZT_NODE_BINARY, op, *ret, right, ret));
	}
}

static zt_status parse_product(zt_parser *parser, uint32_t *ret)
{
	static const zt_token_kind ops[] = { ZT_TOKEN_STAR, ZT_TOKEN_SLASH, ZT_TOKEN_PERCENT };
	return parse_chain(parser, parse_sign, ops, ZT_COUNT(ops), ret);
}

static zt_status parse_sum(zt_parser *parser, uint32_t *ret)
{
	static const zt_token_kind ops[] = { ZT_TOKEN_PLUS, ZT_TOKEN_MINUS };
	return parse_chain(parser, parse_product, ops, ZT_COUNT(ops), ret);
}

static zt_status parse_comparison(zt_parser *parser, uint32_t *ret)
{
	static const zt_token_kind ops[] = { ZT_TOKEN_EQUAL,      ZT_TOKEN_NOT_EQUAL, ZT_TOKEN_LESS,
					     ZT_TOKEN_LESS_EQUAL, ZT_TOKEN_GREATER,   ZT_TOKEN_GREATER_EQUAL };
	bool in;
	TRY(parse_chain(parser, parse_sum, ops, ZT_COUNT(ops), ret));
	TRY(zt_parser_skip_word(parser, "IN", &in));
	if (!in)
		return ZT_OK;
	uint32_t right;
	TRY(parse_sum(parser, &right));
	return add_binary(parser, ZT_NODE_IN, ZT_TOKEN_END, *ret, right, ret);
}

static zt_status parse_not(zt_parser *parser, uint32_t *ret)
{
	unsigned nots = 0;
	for (; zt_parser_at_word(parser, "NOT"); nots++)
		TRY(zt_parser_advance(parser));
	TRY(parse_comparison(parser, ret));
	for (; nots > 0; nots--)
		TRY(add_unary(parser, ZT_NODE_NOT, *ret, ret));
	return ZT_OK;
}

static zt_status parse_words(zt_parser *parser, parse_fn operand, const char *word, zt_node_kind kind, uint32_t *ret)
{
	TRY(operand(parser, ret));
	while (zt_parser_at_word(parser, word)) {
		uint32_t right;
		TRY(zt_parser_advance(parser));
		TRY(operand(parser, &right));
		TRY(add_binary(parser, kind, ZT_TOKEN_END, *ret, right, ret));
	}
	return ZT_OK;
}

static zt_status parse_and(zt_parser *parser, uint32_t *ret)
{
	return parse_words(parser, parse_not, "AND", ZT_NODE_AND, ret);
}

zt_status zt_parser_expression(zt_parser *parser, uint32_t *ret_node)
{
	if (parser->nesting == ZT_SQL_NESTING_MAX)
		return zt_error_set(parser->error, ZT_E_INVALID, "nested deeper than %d", ZT_SQL_NESTING_MAX);
	parser->nesting++;
	size_t start = parser->now.at;
	TRY(parse_words(parser, parse_and, "OR", ZT_NODE_OR, ret_node));
	parser->sql->nodes[*ret_node].text =
	    zt_view_trim(zt_view_make(parser->lexer.statement.p + start, parser->now.at - start));
	parser->nesting--;
	return ZT_OK;
}
