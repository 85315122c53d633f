/* Operators by their precedence: the recursive descent. */
#include "cloud/rules/parser.h"

/* a.b.c */
zt_status zt_parser_path(zt_parser *parser, uint32_t *ret)
{
	TRY(zt_parser_atom(parser, ret));
	while (parser->now.kind == ZT_TOKEN_DOT) {
		TRY(zt_parser_advance(parser));
		if (parser->now.kind != ZT_TOKEN_NAME)
			return zt_parser_expected(parser, "a name");
		TRY(zt_tree_add_unary(parser, ZT_NODE_MEMBER, *ret, ret));
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
	TRY(zt_parser_path(parser, ret));
	for (; minus > 0; minus--)
		TRY(zt_tree_add_unary(parser, ZT_NODE_NEGATE, *ret, ret));
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
		TRY(zt_tree_add_binary(parser, ZT_NODE_BINARY, op, *ret, right, ret));
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
	return zt_tree_add_binary(parser, ZT_NODE_IN, ZT_TOKEN_END, *ret, right, ret);
}

static zt_status parse_not(zt_parser *parser, uint32_t *ret)
{
	unsigned nots = 0;
	for (; zt_parser_at_word(parser, "NOT"); nots++)
		TRY(zt_parser_advance(parser));
	TRY(parse_comparison(parser, ret));
	for (; nots > 0; nots--)
		TRY(zt_tree_add_unary(parser, ZT_NODE_NOT, *ret, ret));
	return ZT_OK;
}

static zt_status parse_words(zt_parser *parser, parse_fn operand, const char *word, zt_node_kind kind, uint32_t *ret)
{
	TRY(operand(parser, ret));
	while (zt_parser_at_word(parser, word)) {
		uint32_t right;
		TRY(zt_parser_advance(parser));
		TRY(operand(parser, &right));
		TRY(zt_tree_add_binary(parser, kind, ZT_TOKEN_END, *ret, right, ret));
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
