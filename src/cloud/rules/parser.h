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

/* expression.c: an expression of any kind; a path "a.b.c". */
ZT_NODISCARD zt_status zt_parser_expression(zt_parser *parser, uint32_t *ret_node);
ZT_NODISCARD zt_status zt_parser_path(zt_parser *parser, uint32_t *ret_node);
/* atom.c: what stands between operators. */
ZT_NODISCARD zt_status zt_parser_atom(zt_parser *parser, uint32_t *ret_node);
/* select.c: SELECT within parentheses, up to the closing one. */
ZT_NODISCARD zt_status zt_parser_nested(zt_parser *parser, uint32_t *ret_node);
/* select.c: the list between SELECT and FROM. */
ZT_NODISCARD zt_status zt_parser_items(zt_parser *parser, zt_select *select);

/* tree.c */
ZT_NODISCARD zt_status zt_tree_add(zt_parser *parser, zt_node_kind kind, uint32_t *ret_node);
void zt_tree_adopt(zt_parser *parser, uint32_t parent, uint32_t child);
/* Takes over `value`; ZT_E_NOMEM when it is NULL. */
ZT_NODISCARD zt_status zt_tree_add_literal(zt_parser *parser, json_t *value, uint32_t *ret_node);
ZT_NODISCARD zt_status zt_tree_add_unary(zt_parser *parser, zt_node_kind kind, uint32_t child, uint32_t *ret_node);
ZT_NODISCARD zt_status zt_tree_add_binary(zt_parser *parser, zt_node_kind kind, zt_token_kind op, uint32_t left,
					  uint32_t right, uint32_t *ret_node);

/* Texts of string tokens, with doubled quotes made single. */
json_t *zt_parser_string(const zt_token *token);

#endif
