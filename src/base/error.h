/* The cause of a failure, filled once, at the depth that knows. */
#ifndef ZT_BASE_ERROR_H
#define ZT_BASE_ERROR_H

#include "zerotouch/status.h"

typedef struct {
	zt_status status;
	int http;            /* HTTP status of the service's answer, or 0 */
	char code[64];       /* the service's error code, such as "AccessDeniedException", or "" */
	char request_id[64]; /* the service's request id, or "" */
	char text[384];      /* one line that names the cause and, where there is one, the remedy */
} zt_error;

/* Fills *ret_error (NULL is fine) and returns `status`, so that it can stand in a return. Cuts long text. */
zt_status zt_error_set(zt_error *ret_error, zt_status status, const char *format, ...) ZT_PRINTF(3, 4);
/* As zt_error_set with a service's error code ("ResourceNotFoundException"). */
zt_status zt_error_coded(zt_error *ret_error, zt_status status, const char *code, const char *format, ...)
    ZT_PRINTF(4, 5);
/* As zt_error_set with the text of errno behind it; ENOSPC and EDQUOT become ZT_E_DISK_FULL. */
zt_status zt_error_errno(zt_error *ret_error, zt_status status, const char *format, ...) ZT_PRINTF(3, 4);

#endif
