/* Who signed a request: the claim, the key behind it, the clock, the signature, the session. */
#ifndef ZT_CLOUD_API_AUTHENTICATE_H
#define ZT_CLOUD_API_AUTHENTICATE_H

#include "cloud/api/call.h"

/* A signature holds five minutes before and after its date (AWS, "Signature Version 4"). */
enum { ZT_CLOCK_SKEW_MS = 5 * 60 * 1000 };

/* Fills service and caller, or an error of the service's family; call->service is set as soon as the claim names one,
 * and otherwise guessed from the request, so that the answer has a form that its client can read. */
ZT_NODISCARD zt_status zt_authenticate(zt_call *call, zt_error *ret_error);

#endif
