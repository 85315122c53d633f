#include "aws/sts.h"

zt_status zt_sts_caller_identity(zt_aws_client *client, json_t **ret, zt_error *ret_error)
{
	return zt_aws_query(client, ZT_AWS_STS, "GetCallerIdentity", NULL, 0, ret, ret_error);
}
