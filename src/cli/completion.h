/* What a shell may complete: all commands and options of the program, read from the tables behind --help. */
#ifndef ZT_CLI_COMPLETION_H
#define ZT_CLI_COMPLETION_H

#include <jansson.h>
#include <stdio.h>

#include "base/verbs.h"

/* *ret, a new reference: [{"at":"/tenant/create","verbs":[{"name","help"}],
 * "options":[{"name","letter","value","help"}]}], the program itself first, at ""; letter and value may be "". value is
 * "file", "folder" or "other". ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_completion_read(const zt_verb *verbs, size_t count, json_t **ret);

/* The shell's script for them, with everything in it: completing runs nothing of ours. */
void zt_completion_bash(const json_t *commands, FILE *out);
void zt_completion_zsh(const json_t *commands, FILE *out);
void zt_completion_fish(const json_t *commands, FILE *out);

#endif
