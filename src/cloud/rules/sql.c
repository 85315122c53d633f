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
	return where ? zt_parser_expression(parser, &parser->sql->select.where) : ZT_OK;
}

static zt_status parse_statement(zt_parser *parser)
{
	bool select;
	TRY(zt_parser_skip_word(parser, "SELECT", &select));
	if (!select)
		return zt_parser_expected(parser, "SELECT");
	TRY(zt_parser_items(parser, &parser->sql->select));
	TRY(parse_from(parser));
	return parse_where(parser);
}

static zt_status parse_bare_expression(zt_parser *parser)
{
	zt_sql *sql = parser->sql;
	sql->items[0] = (zt_select_item){ .next = ZT_ITEM_NONE };
	sql->item_count = 1;
	sql->select.count = 1;
	return zt_parser_expression(parser, &sql->items[0].node);
}

static zt_status parse_text(zt_view text, zt_status (*body)(zt_parser *), zt_sql **ret, zt_error *cause)
{
	if (text.n > ZT_SQL_TEXT_MAX)
		return zt_error_set(cause, ZT_E_INVALID, "longer than %d bytes", ZT_SQL_TEXT_MAX);
	if (!zt_view_is_utf8(text))
		return zt_error_set(cause, ZT_E_INVALID, "not UTF-8");
	ZT_CLEANUP(zt_sql_freep) zt_sql *sql = calloc(1, sizeof *sql);
	ENSURE(sql, ZT_E_NOMEM);
	sql->select.where = ZT_NODE_NONE;
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
