#include "base/verbs.h"

#include <stdio.h>

#include "base/help.h"
#include "zerotouch/view.h"

void zt_verb_help(const zt_verb *verb, FILE *out)
{
	(void)fprintf(out, "  %-14s %s\n", verb->name, verb->purpose);
}

static void list(const char *program, const char *purpose, const zt_verb *verbs, size_t count)
{
	const zt_help_reader *reader = zt_help_reader_get();
	if (reader) {
		reader->verbs(reader->context, verbs, count);
		return;
	}
	(void)printf("%s\n\nUsage: %s COMMAND [options]\n\nCommands:\n", purpose, program);
	for (size_t i = 0; i < count; i++)
		zt_verb_help(&verbs[i], stdout);
	(void)printf("\n'%s COMMAND --help' tells more, with examples.\n", program);
}

/* The verb that shares the longest beginning with what was typed. */
static const zt_verb *closest(const char *word, const zt_verb *verbs, size_t count)
{
	const zt_verb *best = NULL;
	size_t best_n = 1;
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;
		while (word[n] && word[n] == verbs[i].name[n])
			n++;
		if (n > best_n) {
			best_n = n;
			best = &verbs[i];
		}
	}
	return best;
}

zt_status zt_verbs_run(const char *program, const char *purpose, const zt_verb *verbs, size_t count, int argc,
		       char **argv, zt_error *ret_error)
{
	const char *word = argc > 1 ? argv[1] : "--help";
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		list(program, purpose, verbs, count);
		return argc > 1 ? ZT_OK : zt_error_set(ret_error, ZT_E_USAGE, "a command is missing");
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1, ret_error);
	const zt_verb *guess = closest(word, verbs, count);
	if (guess)
		return zt_error_set(ret_error, ZT_E_USAGE, "there is no command '%s'; did you mean '%s'?", word,
				    guess->name);
	return zt_error_set(ret_error, ZT_E_USAGE, "there is no command '%s' (see %s --help)", word, program);
}
