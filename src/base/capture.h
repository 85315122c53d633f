/* A program of somebody else, run to its end for what it prints. */
#ifndef ZT_BASE_CAPTURE_H
#define ZT_BASE_CAPTURE_H

#include "base/error.h"
#include "base/str.h"

enum { ZT_CAPTURE_ARGS_MAX = 40 };

typedef enum {
	ZT_CAPTURE_OUTPUT, /* standard error is ours */
	ZT_CAPTURE_BOTH,   /* standard error goes the same way */
} zt_capture_what;

/* Runs argv (ended by NULL; argv[0] is looked for in PATH when it has no slash) without a shell and appends its output
 * to *ret_out. Standard input is /dev/null; the terminal is ours, so that it can ask for a PIN. *ret_exit is the exit
 * status, or 128 + signal. ZT_E_NOT_FOUND no such program; ZT_E_TIMEOUT, and ZT_E_LIMIT for more output than *ret_out
 * takes: it was ended. */
ZT_NODISCARD zt_status zt_capture(const char *const *argv, zt_capture_what what, int timeout_ms, zt_str *ret_out,
				  int *ret_exit, zt_error *ret_error);

#endif
