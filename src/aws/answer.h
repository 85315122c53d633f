/* What a service's refusal means. */
#ifndef ZT_AWS_ANSWER_H
#define ZT_AWS_ANSWER_H

#include "aws/client.h"

/* REST with JSON: the code from x-amzn-ErrorType, else from the body. */
void zt_aws_json_error(const zt_aws_http_response *response, zt_aws_fault *ret);
/* Fills *ret_error from an answer that is not 2xx. The status is that of zt_aws_call's contract. */
zt_status zt_aws_answer_error(const zt_aws_request *request, const zt_aws_http_response *response, zt_error *ret_error);

/* For an answer that cannot be read: ZT_E_PROTOCOL with its status and request id, and `why` in the text. */
zt_status zt_aws_answer_unreadable(const char *operation, const zt_aws_http_response *response, const char *why,
				   zt_error *ret_error);

#endif
