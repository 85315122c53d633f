/* Microsoft's command lines for Azure Sphere: which of them is here, and what it understands.
 *
 * Four generations are in use, and their versions cannot be compared; so each is asked for the help of the command that
 * is needed, and the options that stand there are the ones that are used. */
#ifndef ZT_CLI_AZURE_SPHERE_TOOL_H
#define ZT_CLI_AZURE_SPHERE_TOOL_H

#include "base/error.h"
#include "base/str.h"

enum {
	ZT_AZURE_HELP_MS = 60000,     /* az takes seconds to start, more through WSL */
	ZT_AZURE_COMMAND_MS = 300000, /* it may ask somebody to sign in */
	ZT_AZURE_OUTPUT_MAX = 4 * 1024 * 1024,
	ZT_AZURE_WORDS_MAX = 24,
};

typedef struct {
	const char *const *program;            /* words: "az" "sphere"; "cmd.exe" "/c" "az.cmd" "sphere" */
	const char *name;                      /* for people: "az sphere" */
	const char *group;                     /* "ca-certificate", "tenant" */
	const char *download, *proof;          /* verbs in it */
	const char *file_option, *code_option; /* "--output-file", "-c" */
	const char *tenant_option;             /* NULL: it takes the tenant that is selected */
	bool catalogs;                         /* tenants are catalogs of a resource group */
	bool windows;                          /* a Windows program under WSL: paths are translated */
} zt_azure_tool;

/* ZT_E_NOT_FOUND when none is installed or none can prove a CA, with what is missing. */
ZT_NODISCARD zt_status zt_azure_tool_find(zt_azure_tool *ret, zt_error *ret_error);
/* Runs the tool with these words (ended by NULL) behind its own, to its end. *ret_output may be NULL. The error names
 * the command, what it said last and the way to sign in. */
ZT_NODISCARD zt_status zt_azure_tool_run(const zt_azure_tool *tool, const char *const *words, zt_str *ret_output,
					 zt_error *ret_error);
/* The path as the tool knows it. Appends. */
ZT_NODISCARD zt_status zt_azure_tool_path(const zt_azure_tool *tool, const char *path, zt_str *ret,
					  zt_error *ret_error);

#endif
