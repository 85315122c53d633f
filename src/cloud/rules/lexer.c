#include "cloud/rules/lexer.h"

#include <string.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(uint8_t c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t peek(const zt_lexer *lexer, size_t ahead)
{
	return lexer->at + ahead < lexer->statement.n ? lexer->statement.p[lexer->at + ahead] : 0;
}

static zt_token take(zt_lexer *lexer, zt_token_kind kind, size_t n)
{
	zt_token token = { kind, zt_view_make(lexer->statement.p + lexer->at, n), lexer->at };
	lexer->at += n;
	return token;
}

static zt_token take_name(zt_lexer *lexer)
{
	size_t n = 1;
	while (is_name_start(peek(lexer, n)) || is_digit(peek(lexer, n)))
		n++;
	return take(lexer, ZT_TOKEN_NAME, n);
}

/* Digits, a fraction and an exponent, each as far as it is whole. */
static zt_token take_number(zt_lexer *lexer)
{
	size_t n = 0;
	while (is_digit(peek(lexer, n)))
		n++;
	if (peek(lexer, n) == '.' && is_digit(peek(lexer, n + 1)))
		for (n += 2; is_digit(peek(lexer, n)); n++)
			continue;
	if (peek(lexer, n) == 'e' || peek(lexer, n) == 'E') {
		size_t sign = peek(lexer, n + 1) == '-' || peek(lexer, n + 1) == '+';
		if (is_digit(peek(lexer, n + 1 + sign)))
			for (n += 2 + sign; is_digit(peek(lexer, n)); n++)
				continue;
	}
	return take(lexer, ZT_TOKEN_NUMBER, n);
}

static zt_status take_string(zt_lexer *lexer, zt_token *ret, zt_error *ret_error)
{
	uint8_t quote = peek(lexer, 0);
	size_t start = lexer->at, n = 1;
	while (peek(lexer, n) != quote || peek(lexer, n + 1) == quote) {
		if (lexer->at + n >= lexer->statement.n)
			return zt_error_set(ret_error, ZT_E_INVALID,
					    "a string that begins at character %zu does not end", start + 1);
		n += peek(lexer, n) == quote ? 2 : 1;
	}
	zt_token token = take(lexer, ZT_TOKEN_STRING, n + 1);
	token.text = zt_view_make(token.text.p + 1, n - 1);
	*ret = token;
	return ZT_OK;
}

static const struct {
	char text[3];
	zt_token_kind kind;
} signs[] = {
	/* The longer ones first. */
	{ "<>", ZT_TOKEN_NOT_EQUAL },    { "<=", ZT_TOKEN_LESS_EQUAL }, { ">=", ZT_TOKEN_GREATER_EQUAL },
	{ "!=", ZT_TOKEN_NOT_EQUAL },    { "<", ZT_TOKEN_LESS },        { ">", ZT_TOKEN_GREATER },
	{ "=", ZT_TOKEN_EQUAL },         { ",", ZT_TOKEN_COMMA },       { ".", ZT_TOKEN_DOT },
	{ ":", ZT_TOKEN_COLON },         { "(", ZT_TOKEN_OPEN },        { ")", ZT_TOKEN_CLOSE },
	{ "{", ZT_TOKEN_OPEN_BRACE },    { "}", ZT_TOKEN_CLOSE_BRACE }, { "[", ZT_TOKEN_OPEN_BRACKET },
	{ "]", ZT_TOKEN_CLOSE_BRACKET }, { "*", ZT_TOKEN_STAR },        { "/", ZT_TOKEN_SLASH },
	{ "%", ZT_TOKEN_PERCENT },       { "+", ZT_TOKEN_PLUS },        { "-", ZT_TOKEN_MINUS },
};

zt_status zt_lexer_next(zt_lexer *lexer, zt_token *ret, zt_error *ret_error)
{
	while (lexer->at < lexer->statement.n && strchr(" \t\r\n", lexer->statement.p[lexer->at]) &&
	       lexer->statement.p[lexer->at])
		lexer->at++;
	uint8_t c = peek(lexer, 0);
	if (lexer->at >= lexer->statement.n) {
		*ret = take(lexer, ZT_TOKEN_END, 0);
		return ZT_OK;
	}
	if (is_name_start(c)) {
		*ret = take_name(lexer);
		return ZT_OK;
	}
	if (is_digit(c)) {
		*ret = take_number(lexer);
		return ZT_OK;
	}
	if (c == '\'' || c == '"')
		return take_string(lexer, ret, ret_error);
	for (size_t i = 0; i < ZT_COUNT(signs); i++) {
		size_t n = strlen(signs[i].text);
		if (zt_view_starts(zt_view_from(lexer->statement, lexer->at), zt_view_make(signs[i].text, n))) {
			*ret = take(lexer, signs[i].kind, n);
			return ZT_OK;
		}
	}
	return zt_error_set(ret_error, ZT_E_INVALID, "character %zu begins no word of SQL", lexer->at + 1);
}
