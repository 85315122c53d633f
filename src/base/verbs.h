/* Programs of several commands: "zerotouch setup", "zerotouch-device publish". */
#ifndef ZT_BASE_VERBS_H
#define ZT_BASE_VERBS_H

#include <stdio.h>

#include "base/error.h"

/* argv[0] is the verb. Results on standard output, talk on standard error; the status becomes the exit status. */
typedef zt_status (*zt_verb_fn)(int argc, char **argv, zt_error *ret_error);

typedef struct {
	const char *name;
	const char *purpose; /* one line */
	zt_verb_fn run;
} zt_verb;

/* One row of a list of commands. */
void zt_verb_help(const zt_verb *verb, FILE *out);
/* Picks the verb that argv[1] names and runs it with argv + 1; for groups such as "tenant create". Without one, or with
 * --help, prints the list. ZT_E_USAGE with the closest name. */
zt_status zt_verbs_run(const char *program, const char *purpose, const zt_verb *verbs, size_t count, int argc,
		       char **argv, zt_error *ret_error);

#endif
