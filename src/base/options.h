/* One table a command feeds the parser, --help and the shell completion. */
#ifndef ZT_BASE_OPTIONS_H
#define ZT_BASE_OPTIONS_H

#include <stdio.h>

#include "base/error.h"
#include "base/verbs.h"

typedef enum {
	ZT_OPT_FLAG,   /* bool: set to true */
	ZT_OPT_TEXT,   /* const char *: borrowed from argv */
	ZT_OPT_NUMBER, /* unsigned: decimal, range min..max */
	ZT_OPT_LIST,   /* zt_opt_list: every occurrence, in order */
} zt_opt_kind;

enum { ZT_OPT_LIST_MAX = 32 };

typedef struct {
	const char *values[ZT_OPT_LIST_MAX];
	size_t count;
} zt_opt_list;

typedef struct {
	const char *name; /* long name without the dashes */
	char letter;      /* short name, or 0 */
	zt_opt_kind kind;
	void *target;         /* of the kind's type */
	const char *argument; /* shown in --help: "FILE"; NULL for a flag */
	const char *help;     /* one line */
	unsigned min, max;    /* ZT_OPT_NUMBER alone */
} zt_opt;

typedef struct {
	const char *name;    /* "zerotouch setup" */
	const char *purpose; /* one sentence */
	const char *usage;   /* "zerotouch setup [options] TENANT" */
	const zt_opt *options;
	size_t option_count;
	const char *examples; /* lines, each with two leading spaces; NULL when none */
	const char *exits;    /* the same: exit statuses beyond those of every command; NULL when none */
	unsigned positional_min, positional_max;
	const zt_verb *verbs; /* commands of its own beside the options, which it runs itself; `usage` tells of them */
	size_t verb_count;
} zt_command;

typedef struct {
	bool help; /* --help was given: the command ends with 0, and does nothing else */
	const char *positional[ZT_OPT_LIST_MAX];
	size_t positional_count;
} zt_opt_result;

/* Reads argv[1..]; accepts --name value, --name=value, -n value, "--" and options behind positionals.
 * ZT_E_USAGE with the one thing that is wrong in *ret_error. */
ZT_NODISCARD zt_status zt_options_parse(const zt_command *command, int argc, char **argv, zt_opt_result *ret,
					zt_error *ret_error);
/* The same, and answers --help on standard output. */
ZT_NODISCARD zt_status zt_options_read(const zt_command *command, int argc, char **argv, zt_opt_result *ret,
				       zt_error *ret_error);
void zt_options_help(const zt_command *command, FILE *out);
/* The default of an option that is a port: what the environment says, or else `otherwise`. ZT_E_CONFIG when it says no
 * port. */
ZT_NODISCARD zt_status zt_options_port(const char *variable, unsigned otherwise, unsigned *ret, zt_error *ret_error);

#endif
