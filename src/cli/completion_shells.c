#include <string.h>

#include "base/json.h"
#include "cli/completion.h"

#define HELP "show this and end"

static const char *member(const json_t *object, const char *name)
{
	return zt_json_text(object, name);
}

/* Within single quotes of bash, zsh and, where a backslash is escaped too, of fish. */
static void put_quoted(FILE *out, const char *text, bool fish)
{
	(void)fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs(fish ? "\\'" : "'\\''", out);
		else if (*text == '\\' && fish)
			(void)fputs("\\\\", out);
		else
			(void)fputc(*text, out);
	}
	(void)fputc('\'', out);
}

/* A pattern of all commands but the program itself: /setup|/tenant|/tenant/create. */
static void put_commands(FILE *out, const json_t *commands, const char *between)
{
	const char *before = "";
	size_t i;
	json_t *command;
	json_array_foreach(commands, i, command) {
		if (!member(command, "at")[0])
			continue;
		(void)fprintf(out, "%s%s", before, member(command, "at"));
		before = between;
	}
}

/* The cases of options that have a value: what completes it, or nothing. */
static void put_values(FILE *out, const json_t *commands, const char *file, const char *folder)
{
	size_t i, j;
	json_t *command, *option;
	json_array_foreach(commands, i, command)
		json_array_foreach(json_object_get(command, "options"), j, option) {
			const char *at = member(command, "at"), *value = member(option, "value");
			const char *letter = member(option, "letter");
			if (!value[0])
				continue;
			(void)fprintf(out, "\t'%s --%s'", at, member(option, "name"));
			if (letter[0])
				(void)fprintf(out, "|'%s -%s'", at, letter);
			(void)fprintf(out, ")\n\t\t%s\n\t\treturn\n\t\t;;\n",
				      strcmp(value, "file") == 0     ? file
				      : strcmp(value, "folder") == 0 ? folder
								     : ":");
		}
}

/* ---- bash ---- */

static void put_bash_words(FILE *out, const json_t *commands)
{
	size_t i, j;
	json_t *command, *one;
	json_array_foreach(commands, i, command) {
		(void)fprintf(out, "\t'%s')\n\t\twords='", member(command, "at"));
		json_array_foreach(json_object_get(command, "verbs"), j, one)
			(void)fprintf(out, "%s ", member(one, "name"));
		json_array_foreach(json_object_get(command, "options"), j, one)
			(void)fprintf(out, "--%s ", member(one, "name"));
		(void)fprintf(out, "--help'\n\t\t;;\n");
	}
}

void zt_completion_bash(const json_t *commands, FILE *out)
{
	/* bash takes "--name=value" apart at the sign. */
	(void)fputs("# Completion of zerotouch for bash, made by 'zerotouch completion bash'.\n"
		    "_zerotouch()\n{\n"
		    "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} at= words= i\n"
		    "\tif [ \"$word\" = = ]; then\n"
		    "\t\tword=\n"
		    "\telif [ \"$before\" = = ]; then\n"
		    "\t\tbefore=${COMP_WORDS[COMP_CWORD - 2]}\n"
		    "\tfi\n"
		    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		    "\t\tcase \"$at/${COMP_WORDS[i]}\" in\n\t\t",
		    out);
	put_commands(out, commands, "|");
	(void)fputs(")\n\t\t\tat=$at/${COMP_WORDS[i]}\n\t\t\t;;\n\t\tesac\n\tdone\n\tCOMPREPLY=()\n"
		    "\tcase \"$at $before\" in\n",
		    out);
	put_values(out, commands,
		   "compopt -o filenames 2>/dev/null\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")",
		   "compopt -o filenames 2>/dev/null\n\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$word\")");
	(void)fputs("\tesac\n\tcase \"$at\" in\n", out);
	put_bash_words(out, commands);
	(void)fputs("\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n"
		    "complete -F _zerotouch zerotouch\n",
		    out);
}

/* ---- zsh ---- */

static void put_zsh_choice(FILE *out, const char *dashes, const char *name, const char *help)
{
	(void)fprintf(out, "\t\t\t'%s%s:'", dashes, name);
	put_quoted(out, help, false);
	(void)fputc('\n', out);
}

static void put_zsh_choices(FILE *out, const json_t *commands)
{
	size_t i, j;
	json_t *command, *one;
	json_array_foreach(commands, i, command) {
		(void)fprintf(out, "\t'%s')\n\t\tchoices=(\n", member(command, "at"));
		json_array_foreach(json_object_get(command, "verbs"), j, one)
			put_zsh_choice(out, "", member(one, "name"), member(one, "help"));
		json_array_foreach(json_object_get(command, "options"), j, one)
			put_zsh_choice(out, "--", member(one, "name"), member(one, "help"));
		put_zsh_choice(out, "--", "help", HELP);
		(void)fputs("\t\t)\n\t\t;;\n", out);
	}
}

void zt_completion_zsh(const json_t *commands, FILE *out)
{
	(void)fputs("#compdef zerotouch\n# Completion of zerotouch for zsh, made by 'zerotouch completion zsh'.\n"
		    "_zerotouch()\n{\n\tlocal at= i\n\tlocal -a choices\n"
		    "\tfor ((i = 2; i < CURRENT; i++)); do\n\t\tcase \"$at/${words[i]}\" in\n\t\t",
		    out);
	put_commands(out, commands, "|");
	(void)fputs(")\n\t\t\tat=$at/${words[i]}\n\t\t\t;;\n\t\tesac\n\tdone\n"
		    "\tcase \"$at ${words[CURRENT - 1]}\" in\n",
		    out);
	put_values(out, commands, "_files", "_files -/");
	(void)fputs("\tesac\n\tcase \"$at\" in\n", out);
	put_zsh_choices(out, commands);
	(void)fputs("\tesac\n\t_describe zerotouch choices\n}\n"
		    "if [ \"${funcstack[1]}\" = _zerotouch ]; then\n\t_zerotouch \"$@\"\nelse\n"
		    "\tcompdef _zerotouch zerotouch\nfi\n",
		    out);
}

/* ---- fish ---- */

static void put_fish_line(FILE *out, const json_t *command, const char *help)
{
	(void)fprintf(out, "complete -c zerotouch -n '__zerotouch_at \"%s\"' -d ", member(command, "at"));
	put_quoted(out, help, true);
}

static void put_fish_option(FILE *out, const json_t *command, const json_t *option)
{
	const char *letter = member(option, "letter"), *value = member(option, "value");
	put_fish_line(out, command, member(option, "help"));
	(void)fprintf(out, " -l %s", member(option, "name"));
	if (letter[0])
		(void)fprintf(out, " -s %s", letter);
	if (strcmp(value, "file") == 0)
		(void)fputs(" -r -F", out);
	else if (strcmp(value, "folder") == 0)
		(void)fputs(" -x -a '(__fish_complete_directories)'", out);
	else if (value[0])
		(void)fputs(" -x", out);
	(void)fputc('\n', out);
}

void zt_completion_fish(const json_t *commands, FILE *out)
{
	size_t i, j;
	json_t *command, *one;
	(void)fputs("# Completion of zerotouch for fish, made by 'zerotouch completion fish'.\n"
		    "function __zerotouch_at\n\tset -l at ''\n"
		    "\tfor word in (commandline -opc)[2..-1]\n\t\tswitch \"$at/$word\"\n\t\t\tcase ",
		    out);
	put_commands(out, commands, " ");
	(void)fputs("\n\t\t\t\tset at \"$at/$word\"\n\t\tend\n\tend\n\ttest \"$at\" = \"$argv[1]\"\nend\n"
		    "complete -c zerotouch -f\n",
		    out);
	json_array_foreach(commands, i, command) {
		json_array_foreach(json_object_get(command, "verbs"), j, one) {
			put_fish_line(out, command, member(one, "help"));
			(void)fprintf(out, " -a %s\n", member(one, "name"));
		}
		json_array_foreach(json_object_get(command, "options"), j, one)
			put_fish_option(out, command, one);
		put_fish_line(out, command, HELP);
		(void)fputs(" -s h -l help\n", out);
	}
}
