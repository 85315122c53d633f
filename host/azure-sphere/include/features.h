/* musl's headers declare what glibc's keep behind _GNU_SOURCE, also in strict C11 and with the SDK's own flags. So all
 * of glibc's declarations are made visible, without the macro: an app may define it itself. */
#ifndef ZT_HOST_FEATURES_H
#define ZT_HOST_FEATURES_H

#ifdef _GNU_SOURCE
#define ZT_HOST_GNU
#else
#define _GNU_SOURCE
#endif

#include_next <features.h>

#ifndef ZT_HOST_GNU
#undef _GNU_SOURCE
#endif

#endif
