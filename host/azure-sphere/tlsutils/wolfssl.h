/* wolfSSL as apps see it on the device: its calls pass through this library. */
#ifndef ZT_HOST_WOLFSSL_H
#define ZT_HOST_WOLFSSL_H

#include <stdbool.h>

#include "common/identity.h"

/* Whether this is a context that wolfSSL_CTX_new made. */
bool zt_is_wolfssl(const void *context);
/* Into a WOLFSSL_CTX. */
bool zt_load_wolfssl(void *context, const zt_identity_pair *pair);

#endif
