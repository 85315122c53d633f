/* RSA keys made beside the loop: finding the primes of one takes a few hundred milliseconds, for which no device shall
 * wait. */
#ifndef ZT_CLOUD_API_KEYMAKER_H
#define ZT_CLOUD_API_KEYMAKER_H

#include <event2/event.h>

#include "x509/issue.h"

enum { ZT_KEYS_WAITING_MAX = 32 };

typedef struct zt_keymaker zt_keymaker;

/* One thread. */
ZT_NODISCARD zt_status zt_keymaker_new(struct event_base *loop, zt_keymaker **ret, zt_error *ret_error);
/* Waits for the key under way; whoever still waits is told ZT_E_UNAVAILABLE. NULL is fine. */
void zt_keymaker_free(zt_keymaker *maker);

/* On the loop's thread, never from within zt_keymaker_make. `key` is the callee's; NULL when status is not ZT_OK. */
typedef void (*zt_key_made_fn)(void *context, zt_status status, zt_key *key);
/* A new RSA key of 2,048 bits. ZT_E_THROTTLED while ZT_KEYS_WAITING_MAX are waited for. */
ZT_NODISCARD zt_status zt_keymaker_make(zt_keymaker *maker, zt_key_made_fn made, void *context, zt_error *ret_error);

#endif
