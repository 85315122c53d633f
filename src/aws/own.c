#include "aws/own.h"

#include <inttypes.h>

zt_status zt_own_refusals(zt_aws_client *client, uint64_t after, zt_view device, json_t **ret, zt_error *ret_error)
{
	char number[24];
	(void)snprintf(number, sizeof number, "%" PRIu64, after);
	zt_aws_request request = zt_aws_request_make(ZT_AWS_OWN, "ListRefusals", "GET", "/_zerotouch/refusals");
	zt_aws_request_query(&request, "after", zt_view_of(number));
	zt_aws_request_query(&request, "device", device);
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}
