/* Included before every source file of ours: calls that cannot be made safe do not compile. */
#ifndef ZT_BASE_BANNED_H
#define ZT_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A macro of glibc's fortified headers under clang; clang poisons no macro. */
#undef sprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atoll gets gmtime localtime ctime \
    asctime

#endif
