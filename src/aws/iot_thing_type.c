#include "aws/iot_thing.h"
#include "base/json.h"

zt_status zt_iot_thing_type_create(zt_aws_client *client, zt_view name, zt_view description, const json_t *searchable,
				   const json_t *tags, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "CreateThingType", "POST", "/thing-types/");
	zt_aws_request_label(&request, name);
	ZT_JSON_CLEANUP json_t *body = json_pack(
	    "{s:{s:o*, s:O*}, s:O*}", "thingTypeProperties", "thingTypeDescription",
	    description.n ? zt_json_string(description) : NULL, "searchableAttributes", searchable, "tags", tags);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_iot_thing_type_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DescribeThingType", "GET", "/thing-types/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_thing_type_deprecate(zt_aws_client *client, zt_view name, bool undo, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeprecateThingType", "POST", "/thing-types/");
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, "/deprecate");
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:b}", "undoDeprecate", undo);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_iot_thing_type_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeleteThingType", "DELETE", "/thing-types/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}
