#include <applibs/log.h>

#include <errno.h>
#include <stdio.h>

#include "common/grants.h"

/* What an app prints with printf goes the same way; both in order, line by line, also into a pipe. */
__attribute__((constructor)) static void buffer_lines(void)
{
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
}

int Log_DebugVarArgs(const char *fmt, va_list args)
{
	if (!fmt)
		return zt_refuse(EFAULT);
	if (vprintf(fmt, args) < 0 || fflush(stdout) != 0)
		return -1;
	return 0;
}

int Log_Debug(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int result = Log_DebugVarArgs(fmt, args);
	va_end(args);
	return result;
}
