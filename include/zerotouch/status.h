/* Errors are values: every fallible call returns a zt_status.
 *
 * One table yields the enumerators, their names, their texts, the exit status of
 * a program that ends with them and whether trying again later can help. */
#ifndef ZEROTOUCH_STATUS_H
#define ZEROTOUCH_STATUS_H

#include <stdbool.h>

#include "zerotouch/defs.h"

/* X(enumerator, exit status, retryable, text) */
#define ZT_STATUS_LIST(X)                                                        \
	X(ZT_OK, 0, 0, "ok")                                                     \
	X(ZT_E_FAILED, 1, 0, "failed")                                           \
	X(ZT_E_NOMEM, 1, 1, "out of memory")                                     \
	X(ZT_E_SPACE, 1, 0, "buffer too small")                                  \
	X(ZT_E_INTERNAL, 1, 0, "internal error")                                 \
	X(ZT_E_IO, 1, 1, "input/output error")                                   \
	X(ZT_E_DISK_FULL, 1, 1, "no space left on the disk")                     \
	X(ZT_E_USAGE, 2, 0, "wrong usage")                                       \
	X(ZT_E_CONFIG, 3, 0, "wrong configuration or environment")               \
	X(ZT_E_CREDENTIALS, 4, 0, "missing or unusable credentials")             \
	X(ZT_E_NOT_FOUND, 5, 0, "not found")                                     \
	X(ZT_E_EXISTS, 6, 0, "exists already")                                   \
	X(ZT_E_CONFLICT, 6, 0, "conflicts with what exists")                     \
	X(ZT_E_NETWORK, 7, 1, "network error")                                   \
	X(ZT_E_CLOSED, 7, 1, "closed by the peer")                               \
	X(ZT_E_TIMEOUT, 7, 1, "timed out")                                       \
	X(ZT_E_TLS, 7, 0, "TLS failed: the server is not trusted or refused us") \
	X(ZT_E_THROTTLED, 8, 1, "asked to slow down")                            \
	X(ZT_E_UNAVAILABLE, 8, 1, "service unavailable")                         \
	X(ZT_E_DENIED, 9, 0, "denied")                                           \
	X(ZT_E_PARTIAL, 10, 0, "only partly done")                               \
	X(ZT_E_CHANGES, 20, 0, "there are changes to apply")                     \
	X(ZT_E_FINDINGS, 21, 0, "something keeps devices from coming in")        \
	X(ZT_E_NOT_ALLOWED, 22, 0, "the policies do not allow it")               \
	X(ZT_E_CANCELLED, 130, 0, "interrupted")                                 \
	X(ZT_E_AGAIN, 1, 1, "not ready yet")                                     \
	X(ZT_E_INVALID, 1, 0, "invalid input")                                   \
	X(ZT_E_PROTOCOL, 1, 0, "protocol violation by the peer")                 \
	X(ZT_E_LIMIT, 1, 0, "over a limit")                                      \
	X(ZT_E_STATE, 1, 0, "not possible in this state")                        \
	X(ZT_E_EXPIRED, 1, 0, "expired")                                         \
	X(ZT_E_UNSUPPORTED, 1, 0, "not supported")

#define ZT_STATUS_ENUM(name, exit_status, retryable, text) name,
typedef enum { ZT_STATUS_LIST(ZT_STATUS_ENUM) ZT_STATUS_COUNT } zt_status;
#undef ZT_STATUS_ENUM

/* "ZT_E_SPACE". Never NULL. */
const char *zt_status_name(zt_status status);
/* One lower-case phrase without a full stop. Never NULL. */
const char *zt_status_text(zt_status status);
/* Exit status of a program that ends with this status. */
int zt_status_exit(zt_status status);
/* Whether the same call can succeed later without a change by the caller. */
bool zt_status_retryable(zt_status status);
/* The status, and a sentence that says why for a caller that asks (ret_why may be NULL). */
zt_status zt_because(const char **ret_why, zt_status status, const char *sentence);

#endif
