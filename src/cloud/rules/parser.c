#include "cloud/rules/parser.h"

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
