#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void error_fill(zt_error *error, zt_status status, const char *format, va_list args)
{
	memset(error, 0, sizeof *error);
	error->status = status;
	(void)vsnprintf(error->text, sizeof error->text, format, args);
}

zt_status zt_error_set(zt_error *ret_error, zt_status status, const char *format, ...)
{
	if (ret_error) {
		va_list args;
		va_start(args, format);
		error_fill(ret_error, status, format, args);
		va_end(args);
	}
	return status;
}

zt_status zt_error_coded(zt_error *ret_error, zt_status status, const char *code, const char *format, ...)
{
	if (ret_error) {
		va_list args;
		va_start(args, format);
		error_fill(ret_error, status, format, args);
		va_end(args);
		(void)snprintf(ret_error->code, sizeof ret_error->code, "%s", code);
	}
	return status;
}

zt_status zt_error_errno(zt_error *ret_error, zt_status status, const char *format, ...)
{
	int cause = errno;
	if (cause == ENOSPC || cause == EDQUOT)
		status = ZT_E_DISK_FULL;
	if (ret_error) {
		va_list args;
		va_start(args, format);
		error_fill(ret_error, status, format, args);
		va_end(args);
		size_t n = strlen(ret_error->text);
		(void)snprintf(ret_error->text + n, sizeof ret_error->text - n, ": %s", strerror(cause));
	}
	return status;
}
