/* A command given as one text, split into the words of an argv: blanks separate, '…' and "…" hold together, \ takes the
 * next character as it is (within '…' it is a character like any other). Nothing else has a meaning: no variables, no
 * wildcards, no pipes, and no shell ever sees it. */
#ifndef ZT_BASE_WORDS_H
#define ZT_BASE_WORDS_H

#include <stddef.h>

#include "base/error.h"

enum { ZT_WORDS_MAX = 32, ZT_WORDS_TEXT_MAX = 4096 };

typedef struct {
	char text[ZT_WORDS_TEXT_MAX];
	const char *argv[ZT_WORDS_MAX + 2]; /* into text; room for one more word, and the NULL */
	size_t count;
} zt_words;

/* ZT_E_USAGE: no word, an open quote, a \ at the end, too long or too many. *ret must not move afterwards. */
ZT_NODISCARD zt_status zt_words_split(const char *command, zt_words *ret, zt_error *ret_error);

#endif
