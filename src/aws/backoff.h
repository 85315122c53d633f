/* When a failed try is followed by another one (AWS Architecture Blog, "Exponential Backoff And Jitter": full jitter).
 */
#ifndef ZT_AWS_BACKOFF_H
#define ZT_AWS_BACKOFF_H

#include "aws/client.h"

/* Whether trying again can help and is safe. try_number: of the try that failed, from 1. */
bool zt_aws_may_retry(const zt_aws_request *request, zt_status failure, unsigned try_number);
/* The ceiling of the wait behind that try. */
int64_t zt_aws_backoff_ceiling_ms(unsigned try_number);
/* Seconds of Retry-After in milliseconds; 0 when it is absent, a date or unreasonable (over five minutes). */
int64_t zt_aws_retry_after_ms(const char *header);

#endif
