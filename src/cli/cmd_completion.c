/* zerotouch completion: scripts that make a shell complete our commands and options. */
#include <stdio.h>

#include "base/json.h"
#include "base/options.h"
#include "cli/completion.h"
#include "cli/verbs.h"

static zt_status write_script(const zt_command *command, void (*write)(const json_t *commands, FILE *out), int argc,
			      char **argv, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *commands = NULL;
	zt_opt_result result;
	TRY(zt_options_read(command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	TRY(zt_completion_read(zt_cli_verbs, zt_cli_verb_count, &commands));
	write(commands, stdout);
	return ZT_OK;
}

static zt_status for_bash(int argc, char **argv, zt_error *ret_error)
{
	static const zt_command command = {
		.name = "zerotouch completion bash",
		.usage = "zerotouch completion bash",
		.purpose = "Prints what bash needs to complete the commands and options of zerotouch.",
		.examples = "  eval \"$(zerotouch completion bash)\"\n"
			    "  zerotouch completion bash >~/.local/share/bash-completion/completions/zerotouch\n",
	};
	return write_script(&command, zt_completion_bash, argc, argv, ret_error);
}

static zt_status for_zsh(int argc, char **argv, zt_error *ret_error)
{
	static const zt_command command = {
		.name = "zerotouch completion zsh",
		.usage = "zerotouch completion zsh",
		.purpose = "Prints what zsh needs to complete the commands and options of zerotouch.",
		.examples = "  eval \"$(zerotouch completion zsh)\"   # behind compinit\n"
			    "  zerotouch completion zsh >\"${fpath[1]}/_zerotouch\"\n",
	};
	return write_script(&command, zt_completion_zsh, argc, argv, ret_error);
}

static zt_status for_fish(int argc, char **argv, zt_error *ret_error)
{
	static const zt_command command = {
		.name = "zerotouch completion fish",
		.usage = "zerotouch completion fish",
		.purpose = "Prints what fish needs to complete the commands and options of zerotouch.",
		.examples = "  zerotouch completion fish >~/.config/fish/completions/zerotouch.fish\n",
	};
	return write_script(&command, zt_completion_fish, argc, argv, ret_error);
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
