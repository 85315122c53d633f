#include "aws/iot_rule.h"

#include "base/json.h"

zt_status zt_iot_rule_create(zt_aws_client *client, zt_view name, const json_t *payload, zt_view tags,
			     zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "CreateTopicRule", "POST", "/rules/");
	zt_aws_request_label(&request, name);
	if (tags.n)
		zt_aws_request_header(&request, "x-amz-tagging", tags);
	return zt_aws_call(client, &request, payload, NULL, ret_error);
}

zt_status zt_iot_rule_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "GetTopicRule", "GET", "/rules/");
	zt_aws_request_label(&request, name);
	zt_error error = { 0 };
	zt_status status = zt_aws_call(client, &request, NULL, ret, &error);
	/* Its model has no ResourceNotFoundException: a rule that is not there "was denied", with 401. */
	if (status == ZT_E_DENIED && error.http == 401)
		status = error.status = ZT_E_NOT_FOUND;
	if (status != ZT_OK && ret_error)
		*ret_error = error;
	return status;
}

zt_status zt_iot_rule_replace(zt_aws_client *client, zt_view name, const json_t *payload, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ReplaceTopicRule", "PATCH", "/rules/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, payload, NULL, ret_error);
}

zt_status zt_iot_rule_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeleteTopicRule", "DELETE", "/rules/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_endpoint_describe(zt_aws_client *client, zt_view type, zt_str *host, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DescribeEndpoint", "GET", "/endpoint");
	zt_aws_request_query(&request, "endpointType", type);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_aws_call(client, &request, NULL, &answer, ret_error));
	zt_view address = zt_json_view(answer, "endpointAddress");
	if (address.n == 0)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "DescribeEndpoint: no address in the answer");
	return zt_str_put(host, address);
}

zt_status zt_iot_each_tag(zt_aws_client *client, zt_view arn, zt_aws_each_fn each, void *context, zt_error *ret_error)
{
	static const zt_aws_paging paging = { "tags", "nextToken", "nextToken", NULL };
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListTagsForResource", "GET", "/tags");
	zt_aws_request_query(&request, "resourceArn", arn);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}
