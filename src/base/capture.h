/* A program of somebody else, run to its end for what it prints. */
#ifndef ZT_BASE_CAPTURE_H
#define ZT_BASE_CAPTURE_H

#include "base/error.h"
#include "base/str.h"

enum { ZT_CAPTURE_ARGS_MAX = 40 };

/* Runs argv (ended by NULL; argv[0] is looked for in PATH when it has no slash) without a shell and appends its
 * standard output to *ret_out, wiping what it held of it elsewhere. Standard input is /dev/null, standard error and the
 * terminal are ours, so that it can ask for a PIN. *ret_exit is the exit status, or 128 + signal. ZT_E_NOT_FOUND no
 * such program; ZT_E_TIMEOUT, and ZT_E_LIMIT for more output than *ret_out takes: it was ended. */
ZT_NODISCARD zt_status zt_capture(const char *const *argv, int timeout_ms, zt_str *ret_out, int *ret_exit,
				  zt_error *ret_error);

#endif
