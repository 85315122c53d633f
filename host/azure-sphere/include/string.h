/* string.h as musl has it: POSIX's strerror_r always, and strlcpy and strlcat for an app that asks for extensions. */
#ifndef ZT_HOST_STRING_H
#define ZT_HOST_STRING_H

#include_next <string.h>

#ifdef __cplusplus
extern "C" {
#endif

int __xpg_strerror_r(int cause, char *buffer, size_t n) __attribute__((nothrow));
#define strerror_r __xpg_strerror_r

#if defined _GNU_SOURCE || defined _BSD_SOURCE
size_t strlcpy(char *to, const char *from, size_t n) __attribute__((nothrow));
size_t strlcat(char *to, const char *from, size_t n) __attribute__((nothrow));
#endif

#ifdef __cplusplus
}
#endif
#endif
