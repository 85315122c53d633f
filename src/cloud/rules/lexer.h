/* Words of a rule's SQL statement. Inside of the room; sources for all of the SQL: AWS IoT SQL reference. */
#ifndef ZT_CLOUD_RULES_LEXER_H
#define ZT_CLOUD_RULES_LEXER_H

#include "base/error.h"
#include "zerotouch/view.h"

typedef enum {
	ZT_TOKEN_END,
	ZT_TOKEN_NAME, /* a name or a keyword */
	ZT_TOKEN_NUMBER,
	ZT_TOKEN_STRING, /* text: between the quotes; a doubled quote stands for one */
	ZT_TOKEN_COMMA,
	ZT_TOKEN_DOT,
	ZT_TOKEN_COLON,
	ZT_TOKEN_OPEN, /* ( ) { } [ ] */
	ZT_TOKEN_CLOSE,
	ZT_TOKEN_OPEN_BRACE,
	ZT_TOKEN_CLOSE_BRACE,
	ZT_TOKEN_OPEN_BRACKET,
	ZT_TOKEN_CLOSE_BRACKET,
	ZT_TOKEN_STAR,
	ZT_TOKEN_SLASH,
	ZT_TOKEN_PERCENT,
	ZT_TOKEN_PLUS,
	ZT_TOKEN_MINUS,
	ZT_TOKEN_EQUAL,
	ZT_TOKEN_NOT_EQUAL,
	ZT_TOKEN_LESS,
	ZT_TOKEN_LESS_EQUAL,
	ZT_TOKEN_GREATER,
	ZT_TOKEN_GREATER_EQUAL,
} zt_token_kind;

typedef struct {
	zt_token_kind kind;
	zt_view text;
	size_t at; /* offset in the statement */
} zt_token;

typedef struct {
	zt_view statement;
	size_t at;
} zt_lexer;

/* ZT_E_INVALID with the place of what no word begins with. */
ZT_NODISCARD zt_status zt_lexer_next(zt_lexer *lexer, zt_token *ret, zt_error *ret_error);

#endif
