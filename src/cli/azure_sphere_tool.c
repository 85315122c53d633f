#include "cli/azure_sphere_tool.h"

#include <stdlib.h>
#include <string.h>

#include "base/capture.h"

typedef struct {
	const char *words[4];
	const char *name;
	bool windows, catalogs;
} program;

static const program programs[] = {
	{ { "az", "sphere" }, "az sphere", false, true },
	{ { "azsphere" }, "azsphere", false, false },
	{ { "cmd.exe", "/c", "az.cmd", "sphere" }, "az.cmd sphere", true, true },
	{ { "azsphere.exe" }, "azsphere.exe", true, false },
};

/* Where the two commands stand, newest first. */
static const struct {
	const char *group, *download, *proof;
} places[] = {
	{ "ca-certificate", "download", "download-proof" },
	{ "tenant", "download-ca-certificate", "download-validation-certificate" },
};

/* Each in the order in which a generation would mean it: `--output` is a format where there is something better. */
static const char *const file_options[] = { "--output-file", "--destination", "--output", "-o", NULL };
static const char *const code_options[] = { "--verification-code", "--verificationcode", "-c", NULL };
static const char *const tenant_options[] = { "--tenant", "--tenantid", NULL };

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* The first of them that the help names as a word of its own. */
static const char *find_option(const char *help, const char *const *options)
{
	for (; *options; options++)
		for (const char *at = strstr(help, *options); at; at = strstr(at + 1, *options))
			if ((at == help || !is_of_word(at[-1])) && !is_of_word(at[strlen(*options)]))
				return *options;
	return NULL;
}

static zt_status run(const char *const *first, const char *const *rest, zt_capture_what what, int timeout_ms,
		     zt_str *out, int *ret_exit, zt_error *ret_error)
{
	const char *argv[ZT_AZURE_WORDS_MAX + 1] = { NULL };
	size_t count = 0;
	for (size_t i = 0; i < ZT_COUNT(programs[0].words) && first[i]; i++)
		argv[count++] = first[i];
	for (; *rest; rest++) {
		ENSURE(count < ZT_AZURE_WORDS_MAX, ZT_E_LIMIT);
		argv[count++] = *rest;
	}
	return zt_capture(argv, what, timeout_ms, out, ret_exit, ret_error);
}

/* Whether the program has the command, by the options in its help; ZT_E_NOT_FOUND when there is no such program. */
static zt_status look_at(const program *p, size_t place, zt_azure_tool *tool, bool *ret_found)
{
	ZT_CLEANUP(zt_str_free) zt_str help = ZT_STR(ZT_AZURE_OUTPUT_MAX);
	const char *const words[] = { places[place].group, places[place].proof, "--help", NULL };
	int exit_status = -1;
	TRY(run(p->words, words, ZT_CAPTURE_BOTH, ZT_AZURE_HELP_MS, &help, &exit_status, NULL));
	const char *text = zt_str_text(&help);
	*tool = (zt_azure_tool){
		.program = p->words,
		.name = p->name,
		.group = places[place].group,
		.download = places[place].download,
		.proof = places[place].proof,
		.file_option = find_option(text, file_options),
		.code_option = find_option(text, code_options),
		.tenant_option = p->catalogs ? NULL : find_option(text, tenant_options),
		.catalogs = p->catalogs,
		.windows = p->windows,
	};
	/* Not by the exit status: help was an error to some. */
	*ret_found = tool->file_option && tool->code_option;
	return ZT_OK;
}

static bool is_wsl(void)
{
	return getenv("WSL_DISTRO_NAME") != NULL || getenv("WSL_INTEROP") != NULL;
}

zt_status zt_azure_tool_find(zt_azure_tool *ret, zt_error *ret_error)
{
	const char *incapable = NULL;
	for (size_t i = 0; i < ZT_COUNT(programs); i++) {
		bool found = false, there = false;
		if (programs[i].windows && !is_wsl())
			continue;
		for (size_t place = 0; place < ZT_COUNT(places) && !found; place++)
			there |= look_at(&programs[i], place, ret, &found) == ZT_OK;
		if (found)
			return ZT_OK;
		if (there && !incapable)
			incapable = programs[i].name;
	}
	if (incapable)
		return zt_error_set(ret_error, ZT_E_NOT_FOUND,
				    "%s is here, but has no command for a proof of possession: add the extension with "
				    "'az extension add --name azure-sphere', or update azsphere",
				    incapable);
	return zt_error_set(
	    ret_error, ZT_E_NOT_FOUND,
	    "neither az nor azsphere is in PATH: install the Azure CLI and its extension azure-sphere, or "
	    "bring the proof yourself (--ca-file with --proof-command or --proof)");
}

/* The last line that says something. */
static zt_view last_line(const zt_str *output)
{
	zt_view rest = zt_view_trim(zt_str_view(output)), line = ZT_VIEW_EMPTY;
	while (rest.n && zt_view_split(&rest, '\n', &line))
		continue;
	return zt_view_trim(line);
}

zt_status zt_azure_tool_run(const zt_azure_tool *tool, const char *const *words, zt_str *ret_output,
			    zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str output = ZT_STR(ZT_AZURE_OUTPUT_MAX);
	int exit_status = -1;
	zt_error cause = { 0 };
	char said[160];
	zt_status status =
	    run(tool->program, words, ZT_CAPTURE_OUTPUT, ZT_AZURE_COMMAND_MS, &output, &exit_status, &cause);
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "%s %s %s: %s", tool->name, words[0], words[1], cause.text);
	zt_text_cut(said, sizeof said, last_line(&output));
	if (exit_status != 0)
		return zt_error_set(ret_error, ZT_E_FAILED,
				    "%s %s %s ended with status %d%s%s; sign in with '%s' and look at what it says",
				    tool->name, words[0], words[1], exit_status, said[0] ? ": " : "", said,
				    tool->catalogs ? "az login" : "azsphere login");
	return ret_output ? zt_str_put(ret_output, zt_str_view(&output)) : ZT_OK;
}

zt_status zt_azure_tool_path(const zt_azure_tool *tool, const char *path, zt_str *ret, zt_error *ret_error)
{
	const char *const argv[] = { "wslpath", "-w", path, NULL };
	ZT_CLEANUP(zt_str_free) zt_str output = ZT_STR(ZT_AZURE_OUTPUT_MAX);
	int exit_status = -1;
	zt_error cause = { 0 };
	if (!tool->windows)
		return zt_str_put_text(ret, path);
	zt_status status = zt_capture(argv, ZT_CAPTURE_OUTPUT, ZT_AZURE_HELP_MS, &output, &exit_status, &cause);
	zt_view translated = zt_view_trim(zt_str_view(&output));
	if (status != ZT_OK || exit_status != 0 || translated.n == 0)
		return zt_error_set(ret_error, ZT_E_FAILED, "wslpath cannot tell what Windows calls %s%s%s", path,
				    cause.text[0] ? ": " : "", cause.text);
	return zt_str_put(ret, translated);
}
