/* Statement to tree: the recursive descent. Inside of the room. */
#ifndef ZT_CLOUD_RULES_PARSER_H
#define ZT_CLOUD_RULES_PARSER_H

#include "cloud/rules/ast.h"

typedef struct {
	zt_sql *sql;
	zt_lexer lexer;
	zt_token now; /* the token that is looked at */
	unsigned nesting;
	zt_error *error;
} zt_parser;

/* Reads the first token. */
ZT_NODISCARD zt_status zt_parser_begin(zt_parser *parser, zt_sql *sql, zt_view statement, zt_error *error);
ZT_NODISCARD zt_status zt_parser_advance(zt_parser *parser);
bool zt_parser_at_word(const zt_parser *parser, const char *keyword);
/* Steps over the keyword or token when it is there. */
ZT_NODISCARD zt_status zt_parser_skip_word(zt_parser *parser, const char *keyword, bool *ret_was);
ZT_NODISCARD zt_status zt_parser_skip(zt_parser *parser, zt_token_kind kind, bool *ret_was);
ZT_NODISCARD zt_status zt_parser_expect(zt_parser *parser, zt_token_kind kind, const char *what);
/* "<what> expected at character 12, before \"FROM\"" */
zt_status zt_parser_expected(const zt_parser *parser, const char *what);
ZT_NODISCARD zt_status zt_parser_expression(zt_parser *parser, uint32_t *ret_node);

/* Texts of string tokens, with doubled quotes made single. */
json_t *zt_parser_string(const zt_token *token);

#endif
