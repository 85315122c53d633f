/* The SELECT list, and SELECT within parentheses (SQL reference, "Nested object queries"). */
#include "cloud/rules/parser.h"

/* What an item is called without AS: the last name of a path, the name of a function, else its own text. */
static zt_view name_of(const zt_sql *sql, uint32_t item)
{
	const zt_node *node = &sql->nodes[item];
	bool named = node->kind == ZT_NODE_FIELD || node->kind == ZT_NODE_MEMBER || node->kind == ZT_NODE_CALL;
	return named ? node->name : node->text;
}

/* AS a.b.c */
static zt_status parse_alias(zt_parser *parser, zt_view *ret)
{
	const uint8_t *start = parser->now.text.p;
	bool dot;
	do {
		zt_token name = parser->now;
		if (name.kind != ZT_TOKEN_NAME)
			return zt_parser_expected(parser, "a name");
		*ret = zt_view_make(start, (size_t)(name.text.p + name.text.n - start));
		TRY(zt_parser_advance(parser));
		TRY(zt_parser_skip(parser, ZT_TOKEN_DOT, &dot));
	} while (dot);
	return ZT_OK;
}

/* A "*" that is no operand: nothing but the end of the item stands behind it. */
static zt_status at_bare_star(const zt_parser *parser, bool *ret)
{
	zt_parser ahead = *parser;
	*ret = parser->now.kind == ZT_TOKEN_STAR;
	if (!*ret)
		return ZT_OK;
	TRY(zt_parser_advance(&ahead));
	*ret = ahead.now.kind == ZT_TOKEN_COMMA || ahead.now.kind == ZT_TOKEN_END || ahead.now.kind == ZT_TOKEN_CLOSE ||
	       zt_parser_at_word(&ahead, "FROM") || zt_parser_at_word(&ahead, "WHERE");
	return ZT_OK;
}

static zt_status parse_item(zt_parser *parser, zt_select_item *ret)
{
	bool star;
	*ret = (zt_select_item){ .node = ZT_NODE_NONE, .next = ZT_ITEM_NONE };
	TRY(at_bare_star(parser, &star));
	if (star)
		return zt_parser_advance(parser);
	TRY(zt_parser_expression(parser, &ret->node));
	ret->alias = name_of(parser->sql, ret->node);
	TRY(zt_parser_skip_word(parser, "AS", &ret->nested));
	return ret->nested ? parse_alias(parser, &ret->alias) : ZT_OK;
}

/* "VALUE" is a keyword only before an expression; otherwise it is a field of that name. */
static zt_status skip_value(zt_parser *parser, bool *ret)
{
	static const char *const after_field[] = { "FROM", "WHERE", "AS", "AND", "OR", "IN" };
	zt_parser ahead = *parser;
	*ret = zt_parser_at_word(parser, "VALUE");
	if (!*ret)
		return ZT_OK;
	TRY(zt_parser_advance(&ahead));
	zt_token_kind kind = ahead.now.kind;
	*ret = kind == ZT_TOKEN_NAME || kind == ZT_TOKEN_NUMBER || kind == ZT_TOKEN_STRING || kind == ZT_TOKEN_OPEN ||
	       kind == ZT_TOKEN_OPEN_BRACE || kind == ZT_TOKEN_OPEN_BRACKET || kind == ZT_TOKEN_STAR;
	for (size_t i = 0; i < ZT_COUNT(after_field); i++)
		*ret = *ret && !zt_parser_at_word(&ahead, after_field[i]);
	return *ret ? zt_parser_advance(parser) : ZT_OK;
}

/* Appends a new item to the list. */
static zt_status add_item(zt_parser *parser, zt_select *select, uint32_t *ret)
{
	zt_sql *sql = parser->sql;
	if (sql->item_count == ZT_SQL_ITEMS_MAX)
		return zt_error_set(parser->error, ZT_E_INVALID, "SELECT has more than %d items", ZT_SQL_ITEMS_MAX);
	*ret = sql->item_count++;
	if (select->count++ == 0)
		select->first = *ret;
	else
		sql->items[select->last].next = *ret;
	select->last = *ret;
	return ZT_OK;
}

zt_status zt_parser_items(zt_parser *parser, zt_select *select)
{
	bool more;
	TRY(skip_value(parser, &select->value));
	do {
		uint32_t item = 0;
		TRY(add_item(parser, select, &item));
		TRY(parse_item(parser, &parser->sql->items[item]));
		TRY(zt_parser_skip(parser, ZT_TOKEN_COMMA, &more));
	} while (more);
	if (select->value && select->count > 1)
		return zt_error_set(parser->error, ZT_E_INVALID, "SELECT VALUE takes one expression");
	return ZT_OK;
}

/* FROM is a path here: an array whose elements are selected from, or one object. */
zt_status zt_parser_nested(zt_parser *parser, uint32_t *ret_node)
{
	zt_sql *sql = parser->sql;
	uint32_t source;
	bool from, where;
	if (sql->nested_count == ZT_SQL_SELECTS_MAX)
		return zt_error_set(parser->error, ZT_E_INVALID, "more than %d nested SELECTs", ZT_SQL_SELECTS_MAX);
	zt_select *select = &sql->nested[sql->nested_count++];
	select->where = ZT_NODE_NONE;
	TRY(zt_parser_advance(parser));
	TRY(zt_parser_items(parser, select));
	TRY(zt_parser_skip_word(parser, "FROM", &from));
	if (!from)
		return zt_parser_expected(parser, "FROM");
	TRY(zt_parser_path(parser, &source));
	TRY(zt_tree_add_unary(parser, ZT_NODE_SELECT, source, ret_node));
	sql->nodes[*ret_node].select = select;
	TRY(zt_parser_skip_word(parser, "WHERE", &where));
	return where ? zt_parser_expression(parser, &select->where) : ZT_OK;
}
