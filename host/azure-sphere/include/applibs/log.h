/* Log_Debug and Log_DebugVarArgs: printf onto the debug console, here standard output. Safe between threads, not in a
 * signal handler. 0, or -1 with errno (EFAULT: no format). */
#ifndef APPLIBS_LOG_H
#define APPLIBS_LOG_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

int Log_Debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int Log_DebugVarArgs(const char *fmt, va_list args);

#ifdef __cplusplus
}
#endif
#endif
