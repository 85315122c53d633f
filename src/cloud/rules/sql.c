#include "cloud/rules/sql.h"

#include <stdlib.h>

#include "cloud/rules/parser.h"
#include "mqtt/topic.h"

void zt_sql_free(zt_sql *sql)
{
	if (!sql)
		return;
	for (uint32_t i = 0; i < sql->node_count; i++)
		json_decref(sql->nodes[i].literal);
	free(sql->nodes);
	free(sql->text);
	free(sql);
}

bool zt_sql_filter(const zt_sql *sql, zt_view *ret_filter)
{
	if (sql->has_from)
		*ret_filter = sql->from;
	return sql->has_from;
}

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
	*ret = ahead.now.kind == ZT_TOKEN_COMMA || ahead.now.kind == ZT_TOKEN_END ||
	       zt_parser_at_word(&ahead, "FROM") || zt_parser_at_word(&ahead, "WHERE");
	return ZT_OK;
}

static zt_status parse_item(zt_parser *parser, zt_select_item *ret)
{
	bool star;
	*ret = (zt_select_item){ .node = ZT_NODE_NONE };
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

static zt_status parse_items(zt_parser *parser)
{
	zt_sql *sql = parser->sql;
	bool more;
	TRY(skip_value(parser, &sql->value));
	do {
		if (sql->item_count == ZT_SQL_ITEMS_MAX)
			return zt_error_set(parser->error, ZT_E_INVALID, "SELECT has more than %d items",
					    ZT_SQL_ITEMS_MAX);
		TRY(parse_item(parser, &sql->items[sql->item_count++]));
		TRY(zt_parser_skip(parser, ZT_TOKEN_COMMA, &more));
	} while (more);
	if (sql->value && sql->item_count > 1)
		return zt_error_set(parser->error, ZT_E_INVALID, "SELECT VALUE takes one expression");
	return ZT_OK;
}

static zt_status parse_from(zt_parser *parser)
{
	zt_sql *sql = parser->sql;
	TRY(zt_parser_skip_word(parser, "FROM", &sql->has_from));
	if (!sql->has_from)
		return ZT_OK;
	if (parser->now.kind != ZT_TOKEN_STRING)
		return zt_parser_expected(parser, "a topic filter in quotes");
	sql->from = parser->now.text;
	if (!zt_filter_is_valid(sql->from) || zt_filter_is_shared(sql->from))
		return zt_error_set(parser->error, ZT_E_INVALID, "\"%.*s\" is no topic filter", ZT_PRI(sql->from));
	return zt_parser_advance(parser);
}

static zt_status parse_where(zt_parser *parser)
{
	bool where;
	TRY(zt_parser_skip_word(parser, "WHERE", &where));
	return where ? zt_parser_expression(parser, &parser->sql->where) : ZT_OK;
}

static zt_status parse_statement(zt_parser *parser)
{
	bool select;
	TRY(zt_parser_skip_word(parser, "SELECT", &select));
	if (!select)
		return zt_parser_expected(parser, "SELECT");
	TRY(parse_items(parser));
	TRY(parse_from(parser));
	return parse_where(parser);
}

static zt_status parse_bare_expression(zt_parser *parser)
{
	parser->sql->item_count = 1;
	return zt_parser_expression(parser, &parser->sql->items[0].node);
}

static zt_status parse_text(zt_view text, zt_status (*body)(zt_parser *), zt_sql **ret, zt_error *cause)
{
	if (text.n > ZT_SQL_TEXT_MAX)
		return zt_error_set(cause, ZT_E_INVALID, "longer than %d bytes", ZT_SQL_TEXT_MAX);
	if (!zt_view_is_utf8(text))
		return zt_error_set(cause, ZT_E_INVALID, "not UTF-8");
	ZT_CLEANUP(zt_sql_freep) zt_sql *sql = calloc(1, sizeof *sql);
	ENSURE(sql, ZT_E_NOMEM);
	sql->where = ZT_NODE_NONE;
	sql->text = zt_view_dup(text);
	sql->nodes = calloc(ZT_SQL_NODES_MAX, sizeof *sql->nodes);
	ENSURE(sql->text && sql->nodes, ZT_E_NOMEM);
	zt_parser parser;
	TRY(zt_parser_begin(&parser, sql, zt_view_make(sql->text, text.n), cause));
	TRY(body(&parser));
	if (parser.now.kind != ZT_TOKEN_END)
		return zt_parser_expected(&parser, "the end");
	/* A failure to give memory back leaves what was there. */
	zt_node *exact = sql->node_count ? realloc(sql->nodes, sql->node_count * sizeof *exact) : NULL;
	sql->nodes = exact ? exact : sql->nodes;
	*ret = ZT_STEAL(sql);
	return ZT_OK;
}

static zt_status parse(zt_view text, zt_status (*body)(zt_parser *), zt_sql **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_status status = parse_text(text, body, ret, &cause);
	if (status == ZT_OK || status == ZT_E_NOMEM)
		return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "out of memory");
	return zt_error_coded(ret_error, status, "SqlParseException", "SQL: %s", cause.text);
}

zt_status zt_sql_parse(zt_view statement, zt_sql **ret, zt_error *ret_error)
{
	return parse(statement, parse_statement, ret, ret_error);
}

zt_status zt_sql_parse_expression(zt_view expression, zt_sql **ret, zt_error *ret_error)
{
	return parse(expression, parse_bare_expression, ret, ret_error);
}
