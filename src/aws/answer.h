/* What a service's refusal means. */
#ifndef ZT_AWS_ANSWER_H
#define ZT_AWS_ANSWER_H

#include "aws/client.h"

/* REST with JSON: the code from x-amzn-ErrorType, else from the body. */
void zt_aws_json_error(const zt_aws_http_response *response, zt_aws_fault *ret);
/* Fills *ret_error from an answer that is not 2xx. The status is that of zt_aws_call's contract. */
zt_status zt_aws_answer_error(const zt_aws_request *request, const zt_aws_http_response *response, zt_error *ret_error);

#endif
