#include "aws/iot_data.h"

zt_status zt_iot_publish(zt_aws_client *client, zt_view topic, zt_view payload, unsigned qos, bool retain,
			 zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT_DATA, "Publish", "POST", "/topics/");
	zt_aws_request_label(&request, topic);
	zt_aws_request_query(&request, "qos", qos ? ZT_LIT("1") : ZT_LIT("0"));
	zt_aws_request_query(&request, "retain", retain ? ZT_LIT("true") : ZT_VIEW_EMPTY);
	ZT_CLEANUP(zt_aws_http_response_free) zt_aws_http_response answer = { 0 };
	return zt_aws_send(client, &request, payload, "application/octet-stream", &answer, ret_error);
}
