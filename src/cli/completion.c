#include "cli/completion.h"

#include <string.h>

#include "base/help.h"
#include "base/json.h"

enum { AT_MAX = 128 };

typedef struct {
	json_t *commands;
	char at[AT_MAX]; /* of what is being read */
	zt_status status;
} walk;

static const char *kind_of(const zt_opt *option)
{
	if (!option->argument)
		return "";
	if (strcmp(option->argument, "FILE") == 0 || strcmp(option->argument, "PATH") == 0)
		return "file";
	return strcmp(option->argument, "DIR") == 0 ? "folder" : "other";
}

/* The object of the command at w->at, made when it is new. */
static json_t *command_at(walk *w)
{
	size_t i;
	json_t *command;
	json_array_foreach(w->commands, i, command)
		if (strcmp(zt_json_text(command, "at"), w->at) == 0)
			return command;
	command = json_pack("{s:s, s:[], s:[]}", "at", w->at, "verbs", "options");
	if (json_array_append_new(w->commands, command) == 0)
		return command;
	w->status = ZT_E_NOMEM;
	return NULL;
}

static void keep(walk *w, const char *list, json_t *item)
{
	if (json_array_append_new(json_object_get(command_at(w), list), item) != 0)
		w->status = ZT_E_NOMEM;
}

static void read_verbs(void *context, const zt_verb *verbs, size_t count);
static void read_command(void *context, const zt_command *command);

static void read_verb(walk *w, const zt_verb *verb)
{
	char name[] = "verb", help[] = "--help", *argv[] = { name, help, NULL };
	size_t n = strlen(w->at);
	const zt_help_reader reader = { read_command, read_verbs, w };
	int more = snprintf(w->at + n, sizeof w->at - n, "/%s", verb->name);
	const zt_help_reader *before = zt_help_read(&reader);
	zt_status status = more < 0 || (size_t)more >= sizeof w->at - n ? ZT_E_LIMIT : verb->run(2, argv, NULL);
	(void)zt_help_read(before);
	w->at[n] = 0;
	if (status != ZT_OK)
		w->status = status;
}

static void read_verbs(void *context, const zt_verb *verbs, size_t count)
{
	walk *w = context;
	for (size_t i = 0; i < count; i++)
		keep(w, "verbs", json_pack("{s:s, s:s}", "name", verbs[i].name, "help", verbs[i].purpose));
	for (size_t i = 0; i < count; i++)
		read_verb(w, &verbs[i]);
}

static void read_command(void *context, const zt_command *command)
{
	walk *w = context;
	(void)command_at(w);
	for (size_t i = 0; i < command->option_count; i++) {
		const zt_opt *option = &command->options[i];
		const char letter[] = { option->letter, 0 };
		keep(w, "options",
		     json_pack("{s:s, s:s, s:s, s:s}", "name", option->name, "letter", letter, "value", kind_of(option),
			       "help", option->help));
	}
	read_verbs(w, command->verbs, command->verb_count);
}

zt_status zt_completion_read(const zt_verb *verbs, size_t count, json_t **ret)
{
	ZT_JSON_CLEANUP json_t *commands = json_array();
	walk w = { .commands = commands };
	ENSURE(commands, ZT_E_NOMEM);
	read_verbs(&w, verbs, count);
	TRY(w.status);
	*ret = ZT_STEAL(commands);
	return ZT_OK;
}
