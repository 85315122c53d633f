/* Open challenges: 32 random bytes that a claimed device must sign within a minute, once.
 *
 * Kept in memory alone: after a restart a device asks again. A device may have ZT_ATTEST_NONCES_PER_DEVICE_MAX open;
 * one more takes the place of its oldest, since a refusal would let anybody who knows a device id lock that device out.
 */
#ifndef ZT_ATTEST_NONCES_H
#define ZT_ATTEST_NONCES_H

#include <stdint.h>

#include "attest/limits.h"
#include "base/error.h"
#include "zerotouch/clock.h"
#include "zerotouch/view.h"

enum { ZT_NONCE_BYTES = 32 };

typedef struct zt_nonces zt_nonces;

/* life_ms: ZT_ATTEST_NONCE_MS in earnest; a nonce is good while less than that has passed. NULL when out of memory. */
zt_nonces *zt_nonces_new(zt_clock clock, int64_t life_ms);
void zt_nonces_free(zt_nonces *nonces);
ZT_DEFINE_CLEANUP(zt_nonces, zt_nonces_free)

/* A fresh one for this device of this tenant. ZT_E_THROTTLED when ZT_ATTEST_NONCES_MAX are open; ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_nonces_make(zt_nonces *nonces, zt_view guid, zt_view device_id,
				      uint8_t ret_nonce[ZT_NONCE_BYTES]);
/* Uses it up, whatever comes of it. True, and the device id with a NUL, when it was open, not expired and made for a
 * device of this tenant. */
bool zt_nonces_take(zt_nonces *nonces, zt_view guid, zt_view nonce, char ret_device_id[129]);
/* How many are open; expired ones are dropped first. */
size_t zt_nonces_count(zt_nonces *nonces);

#endif
