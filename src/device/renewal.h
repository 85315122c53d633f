/* Inside a device: another certificate is behind the path while a session is held. */
#ifndef ZT_DEVICE_RENEWAL_H
#define ZT_DEVICE_RENEWAL_H

#include "zerotouch/device.h"

/* Looks behind the path once a second. Events: the renewal is due; or the session is left for a new certificate that
 * cannot be tried beside it. Begins to try one that can. */
void zt_renewal_look(zt_device *device, zt_event *ret);
/* The same without a session, where all that matters is whether there is another. */
bool zt_renewal_was_replaced(zt_device *device);
/* Tries the new certificate by HTTPS beside the session; once it is accepted and nothing is in flight, leaves. */
void zt_renewal_step(zt_device *device, zt_event *ret);
/* Whether new messages have to wait for the new certificate's session. */
bool zt_renewal_is_leaving(const zt_device *device);
/* How long the step after this one may wait. */
uint32_t zt_renewal_wait_ms(const zt_device *device);
/* The session has ended for the new certificate's sake: no waiting. */
void zt_renewal_take_over(zt_device *device, zt_event *ret);
void zt_renewal_end(zt_device *device);

#endif
