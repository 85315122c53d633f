#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/help.h"
#include "zerotouch/view.h"

static const zt_opt *find_long(const zt_command *command, zt_view name)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (zt_view_equal(name, zt_view_of(command->options[i].name)))
			return &command->options[i];
	return NULL;
}

static const zt_opt *find_letter(const zt_command *command, char letter)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].letter == letter)
			return &command->options[i];
	return NULL;
}

static zt_status store_number(const zt_opt *option, const char *value, zt_error *ret_error)
{
	uint64_t number;
	if (!zt_view_to_u64(zt_view_of(value), &number) || number < option->min || number > option->max)
		return zt_error_set(ret_error, ZT_E_USAGE, "--%s takes a number from %u to %u, not '%s'", option->name,
				    option->min, option->max, value);
	*(unsigned *)option->target = (unsigned)number;
	return ZT_OK;
}

static zt_status store(const zt_opt *option, const char *value, zt_error *ret_error)
{
	zt_opt_list *list = option->target;
	switch (option->kind) {
	case ZT_OPT_FLAG:
		*(bool *)option->target = true;
		return ZT_OK;
	case ZT_OPT_TEXT:
		*(const char **)option->target = value;
		return ZT_OK;
	case ZT_OPT_NUMBER:
		return store_number(option, value, ret_error);
	case ZT_OPT_LIST:
		if (list->count == ZT_OPT_LIST_MAX)
			return zt_error_set(ret_error, ZT_E_USAGE, "--%s is given more than %d times", option->name,
					    ZT_OPT_LIST_MAX);
		list->values[list->count++] = value;
		return ZT_OK;
	}
	return ZT_E_INTERNAL;
}

/* Reads the option at argv[*at]; *at ends on the last word that belongs to it. */
static zt_status take_option(const zt_command *command, int argc, char **argv, int *at, zt_opt_result *result,
			     zt_error *ret_error)
{
	const char *word = argv[*at], *value = NULL;
	const zt_opt *option;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		result->help = true;
		return ZT_OK;
	}
	if (word[1] == '-') {
		zt_view name = zt_view_of(word + 2);
		size_t eq = zt_view_find(name, '=');
		value = eq < name.n ? word + 2 + eq + 1 : NULL;
		name.n = eq;
		option = find_long(command, name);
	} else {
		option = find_letter(command, word[1]);
		value = word[2] ? word + 2 : NULL;
	}
	if (!option)
		return zt_error_set(ret_error, ZT_E_USAGE, "unknown option %s (see %s --help)", word, command->name);
	if (option->kind == ZT_OPT_FLAG && value)
		return zt_error_set(ret_error, ZT_E_USAGE, "--%s takes no value", option->name);
	if (option->kind != ZT_OPT_FLAG && !value) {
		if (*at + 1 == argc)
			return zt_error_set(ret_error, ZT_E_USAGE, "--%s needs %s", option->name, option->argument);
		value = argv[++*at];
	}
	return store(option, value, ret_error);
}

zt_status zt_options_parse(const zt_command *command, int argc, char **argv, zt_opt_result *ret, zt_error *ret_error)
{
	zt_opt_result result = { 0 };
	bool only_positional = false;
	for (int i = 1; i < argc; i++) {
		if (!only_positional && strcmp(argv[i], "--") == 0) {
			only_positional = true;
			continue;
		}
		if (!only_positional && argv[i][0] == '-' && argv[i][1]) {
			TRY(take_option(command, argc, argv, &i, &result, ret_error));
			continue;
		}
		if (result.positional_count == command->positional_max || result.positional_count == ZT_OPT_LIST_MAX)
			return zt_error_set(ret_error, ZT_E_USAGE, "'%s' is one argument too many (see %s --help)",
					    argv[i], command->name);
		result.positional[result.positional_count++] = argv[i];
	}
	if (!result.help && result.positional_count < command->positional_min)
		return zt_error_set(ret_error, ZT_E_USAGE, "an argument is missing; usage: %s", command->usage);
	*ret = result;
	return ZT_OK;
}

/* Those of the table in zerotouch/status.h that any command may end with. */
#define ZT_EXITS                                                                                             \
	"  0 done, 1 failed, 2 usage, 3 configuration, 4 credentials, 5 not found, 6 exists or conflicts,\n" \
	"  7 network or TLS, 8 throttled or unavailable, 9 denied, 10 partly done, 130 interrupted\n"

static void help_option(const zt_opt *option, FILE *out)
{
	char left[64];
	int n = option->letter ? snprintf(left, sizeof left, "-%c, --%s", option->letter, option->name)
			       : snprintf(left, sizeof left, "    --%s", option->name);
	if (option->argument && n > 0 && (size_t)n < sizeof left)
		(void)snprintf(left + n, sizeof left - (size_t)n, " %s", option->argument);
	(void)fprintf(out, "  %-30s %s\n", left, option->help);
}

void zt_options_help(const zt_command *command, FILE *out)
{
	const zt_help_reader *reader = zt_help_reader_get();
	if (reader) {
		reader->command(reader->context, command);
		return;
	}
	(void)fprintf(out, "%s\n\nUsage: %s\n", command->purpose, command->usage);
	if (command->verb_count)
		(void)fprintf(out, "\nCommands:\n");
	for (size_t i = 0; i < command->verb_count; i++)
		zt_verb_help(&command->verbs[i], out);
	(void)fprintf(out, "\nOptions:\n");
	for (size_t i = 0; i < command->option_count; i++)
		help_option(&command->options[i], out);
	(void)fprintf(out, "  %-30s %s\n", "-h, --help", "show this and end");
	if (command->examples)
		(void)fprintf(out, "\nExamples:\n%s", command->examples);
	(void)fprintf(out, "\nExit status:\n" ZT_EXITS "%s", command->exits ? command->exits : "");
}

zt_status zt_options_read(const zt_command *command, int argc, char **argv, zt_opt_result *ret, zt_error *ret_error)
{
	TRY(zt_options_parse(command, argc, argv, ret, ret_error));
	if (ret->help)
		zt_options_help(command, stdout);
	return ZT_OK;
}

zt_status zt_options_port(const char *variable, unsigned otherwise, unsigned *ret, zt_error *ret_error)
{
	const char *text = getenv(variable);
	uint64_t port = otherwise;
	if (text && (!zt_view_to_u64(zt_view_of(text), &port) || port == 0 || port > UINT16_MAX))
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is no port: '%s'", variable, text);
	*ret = (unsigned)port;
	return ZT_OK;
}
