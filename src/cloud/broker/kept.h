/* A retained message as it is now: its Message Expiry counts down (MQTT 5 §3.3.2.3.3). */
#ifndef ZT_CLOUD_BROKER_KEPT_H
#define ZT_CLOUD_BROKER_KEPT_H

#include "cloud/registry/retained.h"
#include "zerotouch/buf.h"

bool zt_kept_has_expired(const zt_retained *message, int64_t now_ms);
/* Its properties with what is left of the expiry, for one that has not expired; never more bytes than it has. */
void zt_kept_put_properties(const zt_retained *message, int64_t now_ms, zt_buf *out);

#endif
