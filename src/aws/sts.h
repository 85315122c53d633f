/* AWS STS. */
#ifndef ZT_AWS_STS_H
#define ZT_AWS_STS_H

#include "aws/query.h"

/* *ret: Account, Arn, UserId. Needs no permission. */
ZT_NODISCARD zt_status zt_sts_caller_identity(zt_aws_client *client, json_t **ret, zt_error *ret_error);

#endif
