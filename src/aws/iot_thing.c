#include "aws/iot_thing.h"

#include "base/json.h"

static json_t *attribute_payload(const json_t *attributes, bool merge)
{
	return attributes ? json_pack("{s:O, s:o*}", "attributes", attributes, "merge", merge ? json_true() : NULL)
			  : NULL;
}

static json_t *type_name(zt_view type)
{
	return type.n ? zt_json_string(type) : NULL;
}

zt_status zt_iot_thing_create(zt_aws_client *client, zt_view name, const zt_iot_thing_spec *spec, json_t **ret,
			      zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "CreateThing", "POST", "/things/");
	zt_aws_request_label(&request, name);
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:o*, s:o*}", "thingTypeName", type_name(spec->type),
						 "attributePayload", attribute_payload(spec->attributes, false));
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_iot_thing_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DescribeThing", "GET", "/things/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_thing_update(zt_aws_client *client, zt_view name, const zt_iot_thing_spec *spec,
			      int64_t expected_version, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "UpdateThing", "PATCH", "/things/");
	zt_aws_request_label(&request, name);
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:o*, s:o*, s:o*}", "thingTypeName", type_name(spec->type), "attributePayload",
		      attribute_payload(spec->attributes, true), "expectedVersion",
		      expected_version ? json_integer(expected_version) : NULL);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_iot_thing_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeleteThing", "DELETE", "/things/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_thing_each(zt_aws_client *client, const zt_iot_thing_filter *filter, zt_aws_each_fn each,
			    void *context, zt_error *ret_error)
{
	static const zt_aws_paging paging = { "things", "nextToken", "nextToken", "maxResults" };
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListThings", "GET", "/things");
	zt_aws_request_query(&request, "attributeName", filter->attribute);
	zt_aws_request_query(&request, "attributeValue", filter->value);
	zt_aws_request_query(&request, "thingTypeName", filter->type);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

static zt_aws_request principals_request(const char *operation, const char *method, zt_view name)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, operation, method, "/things/");
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, "/principals");
	return request;
}

zt_status zt_iot_thing_attach(zt_aws_client *client, zt_view name, zt_view principal, bool exclusive,
			      zt_error *ret_error)
{
	zt_aws_request request = principals_request("AttachThingPrincipal", "PUT", name);
	zt_aws_request_query(&request, "thingPrincipalType", exclusive ? ZT_LIT("EXCLUSIVE_THING") : ZT_VIEW_EMPTY);
	zt_aws_request_header(&request, "x-amzn-principal", principal);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_thing_detach(zt_aws_client *client, zt_view name, zt_view principal, zt_error *ret_error)
{
	zt_aws_request request = principals_request("DetachThingPrincipal", "DELETE", name);
	zt_aws_request_header(&request, "x-amzn-principal", principal);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_thing_each_principal(zt_aws_client *client, zt_view name, zt_aws_each_fn each, void *context,
				      zt_error *ret_error)
{
	static const zt_aws_paging paging = { "principals", "nextToken", "nextToken", "maxResults" };
	zt_aws_request request = principals_request("ListThingPrincipals", "GET", name);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_thing_each_of(zt_aws_client *client, zt_view principal, zt_aws_each_fn each, void *context,
			       zt_error *ret_error)
{
	static const zt_aws_paging paging = { "things", "nextToken", "nextToken", "maxResults" };
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListPrincipalThings", "GET", "/principals/things");
	zt_aws_request_header(&request, "x-amzn-principal", principal);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_thing_each_attachment(zt_aws_client *client, zt_view principal, zt_aws_each_fn each, void *context,
				       zt_error *ret_error)
{
	static const zt_aws_paging paging = { "principalThingObjects", "nextToken", "nextToken", "maxResults" };
	zt_aws_request request =
	    zt_aws_request_make(ZT_AWS_IOT, "ListPrincipalThingsV2", "GET", "/principals/things-v2");
	zt_aws_request_header(&request, "x-amzn-principal", principal);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_thing_register(zt_aws_client *client, zt_view template_body, const json_t *parameters, json_t **ret,
				zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "RegisterThing", "POST", "/things");
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:o, s:O*}", "templateBody", zt_json_string(template_body), "parameters", parameters);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}
