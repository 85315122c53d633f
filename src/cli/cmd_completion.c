/* zerotouch completion: scripts that make a shell complete our commands and options. */
#include <stdio.h>

#include "base/json.h"
#include "base/options.h"
#include "cli/completion.h"
#include "cli/verbs.h"

typedef struct {
	const char *name, *examples;
	void (*write)(const json_t *commands, FILE *out);
} shell;

static zt_status write_script(const shell *of, int argc, char **argv, zt_error *ret_error)
{
	char name[64], purpose[128];
	ZT_JSON_CLEANUP json_t *commands = NULL;
	zt_opt_result result;
	(void)snprintf(name, sizeof name, "zerotouch completion %s", of->name);
	(void)snprintf(purpose, sizeof purpose,
		       "Prints what %s needs to complete the commands and options of zerotouch.", of->name);
	const zt_command command = { .name = name, .usage = name, .purpose = purpose, .examples = of->examples };
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	TRY(zt_completion_read(zt_cli_verbs, zt_cli_verb_count, &commands));
	of->write(commands, stdout);
	return ZT_OK;
}

static zt_status for_bash(int argc, char **argv, zt_error *ret_error)
{
	static const shell bash = {
		"bash",
		"  eval \"$(zerotouch completion bash)\"\n"
		"  zerotouch completion bash >~/.local/share/bash-completion/completions/zerotouch\n",
		zt_completion_bash,
	};
	return write_script(&bash, argc, argv, ret_error);
}

static zt_status for_zsh(int argc, char **argv, zt_error *ret_error)
{
	static const shell zsh = {
		"zsh",
		"  eval \"$(zerotouch completion zsh)\"   # behind compinit\n"
		"  zerotouch completion zsh >\"${fpath[1]}/_zerotouch\"\n",
		zt_completion_zsh,
	};
	return write_script(&zsh, argc, argv, ret_error);
}

static zt_status for_fish(int argc, char **argv, zt_error *ret_error)
{
	static const shell fish = {
		"fish",
		"  zerotouch completion fish >~/.config/fish/completions/zerotouch.fish\n",
		zt_completion_fish,
	};
	return write_script(&fish, argc, argv, ret_error);
}

zt_status zt_cmd_completion(int argc, char **argv, zt_error *ret_error)
{
	static const zt_verb verbs[] = {
		{ "bash", "the script for bash", for_bash },
		{ "zsh", "the script for zsh", for_zsh },
		{ "fish", "the script for fish", for_fish },
	};
	return zt_verbs_run("zerotouch completion", "Makes your shell complete the commands and options of zerotouch.",
			    verbs, ZT_COUNT(verbs), argc, argv, ret_error);
}
