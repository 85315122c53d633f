/* The verbs of the command line: one file each, cmd_<verb>.c. */
#ifndef ZT_CLI_VERBS_H
#define ZT_CLI_VERBS_H

#include "base/error.h"

/* argv[0] is the verb. Results on standard output, talk on standard error; the status becomes the exit status. */
typedef zt_status (*zt_verb_fn)(int argc, char **argv, zt_error *ret_error);

zt_status zt_cmd_certificates(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_demo(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_local(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_plan(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_setup(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_teardown(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_tenant(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_things(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_watch(int argc, char **argv, zt_error *ret_error);

typedef struct {
	const char *name;
	const char *purpose; /* one line */
	zt_verb_fn run;
} zt_verb;

/* Picks the verb that argv[1] names and runs it with argv + 1; for groups such as "tenant create". Without one, or with
 * --help, prints the list. ZT_E_USAGE with the closest name. */
zt_status zt_verbs_run(const char *program, const char *purpose, const zt_verb *verbs, size_t count, int argc, char **argv,
		       zt_error *ret_error);

#endif
