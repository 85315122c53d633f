/* wolfSSL as apps see it on the device: its calls pass through this library. */
#ifndef ZT_HOST_WOLFSSL_H
#define ZT_HOST_WOLFSSL_H

#include <stdbool.h>

#include <dlfcn.h>

#include "common/identity.h"

/* wolfSSL's own function, or NULL when there is none; every signature is the caller's to know. */
#define ZT_WOLFSSL(type, name) ((type)dlsym(RTLD_NEXT, name))

enum { ZT_WOLFSSL_PEM = 1 /* WOLFSSL_FILETYPE_PEM */, ZT_WOLFSSL_FAILED = 0, ZT_WOLFSSL_SUCCESS = 1 };

/* Into a WOLFSSL_CTX. */
bool zt_load_wolfssl(void *context, const zt_identity_pair *pair);
/* The device certificate with its key, into a WOLFSSL_CTX: wolfSSL's 1, or 0. */
int zt_load_wolfssl_device(void *context);

#endif
