/* A program of ours run as a child, its standard output read line by line. */
#ifndef ZT_CLI_CHILD_H
#define ZT_CLI_CHILD_H

#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

enum { ZT_CHILD_ARGS_MAX = 40, ZT_CHILD_OUTPUT_MAX = 1024 * 1024 };

typedef struct {
	pid_t pid;  /* 0: not running */
	int out_fd; /* -1: closed */
	zt_str out; /* read, not yet taken */
} zt_child;

#define ZT_CHILD_NONE ((zt_child){ .out_fd = -1, .out = ZT_STR(ZT_CHILD_OUTPUT_MAX) })

/* `argv` ends with NULL; argv[0] is a path or a name beside our own program. Standard error is appended to the file
 * `log`, or is ours when NULL. The child ends with its parent and hears no Ctrl-C of the terminal. */
ZT_NODISCARD zt_status zt_child_start(zt_child *child, const char *const *argv, const char *log, zt_error *ret_error);
/* Appends the next line of its output, without the newline. ZT_E_TIMEOUT; ZT_E_CLOSED once there is no more. */
ZT_NODISCARD zt_status zt_child_line(zt_child *child, int timeout_ms, zt_str *ret_line);
/* Appends the rest of its output (NULL: drops it), waits for its end. ZT_E_TIMEOUT leaves it running. */
ZT_NODISCARD zt_status zt_child_finish(zt_child *child, int timeout_ms, zt_str *ret_out, int *ret_exit);
/* SIGTERM, after five seconds SIGKILL; forgets it. A child that does not run is fine. */
void zt_child_stop(zt_child *child);
/* Whether it still runs; when not, *ret_exit has its exit status and it is forgotten. */
bool zt_child_runs(zt_child *child, int *ret_exit);
/* "/usr/bin/zerotouch-cloud" for a program in the folder of our own. */
ZT_NODISCARD zt_status zt_sibling(const char *name, zt_str *ret_path);

#endif
