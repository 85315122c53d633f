/* How a service says what came of a call: rest-json (AWS IoT and Lambda API references), Query XML (IAM API reference)
 * or JSON 1.1. */
#ifndef ZT_CLOUD_API_ANSWER_H
#define ZT_CLOUD_API_ANSWER_H

#include "cloud/api/call.h"

/* Either sends the answer and ends the exchange, which the call then no longer has. */
void zt_answer_success(zt_call *call);
/* An error without a code gets the service's own for its status. */
void zt_answer_error(zt_call *call, zt_status status, const zt_error *error);
/* HTTP status of an exception; `fallback` when AWS's models give it none. */
unsigned zt_answer_http(const zt_service *service, const char *code, unsigned fallback);

#endif
