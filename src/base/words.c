#include "base/words.h"

#include <string.h>

#include "zerotouch/defs.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Writes one word to *out, both moved behind it. False: a quote or an escape has no end. */
static bool take_word(const char **in, char **out)
{
	char quote = 0;
	for (; **in && (quote || !is_blank(**in)); (*in)++) {
		char c = **in;
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			continue;
		}
		if (c == '\\' && quote != '\'' && !*++*in)
			return false;
		*(*out)++ = **in;
	}
	*(*out)++ = '\0';
	return !quote;
}

zt_status zt_words_split(const char *command, zt_words *ret, zt_error *ret_error)
{
	char *out = ret->text;
	ret->count = 0;
	/* A word is never longer than what it was read from, its NUL taking the place of a blank or of the end. */
	if (strlen(command) >= sizeof ret->text)
		return zt_error_set(ret_error, ZT_E_USAGE, "a command of more than %d characters",
				    ZT_WORDS_TEXT_MAX - 1);
	for (;;) {
		while (is_blank(*command))
			command++;
		if (!*command)
			break;
		if (ret->count == ZT_WORDS_MAX)
			return zt_error_set(ret_error, ZT_E_USAGE, "a command of more than %d words", ZT_WORDS_MAX);
		ret->argv[ret->count++] = out;
		if (!take_word(&command, &out))
			return zt_error_set(ret_error, ZT_E_USAGE, "a quote or a \\ in the command has no end");
	}
	ret->argv[ret->count] = NULL;
	return ret->count ? ZT_OK : zt_error_set(ret_error, ZT_E_USAGE, "the command is empty");
}
