#include "aws/lambda.h"

#include "base/codec.h"
#include "base/json.h"

/* The zip as a JSON string of base64. NULL when it is over the ceiling or memory is short. */
static json_t *zip_text(zt_view zip)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_AWS_ANSWER_MAX);
	return zt_base64_encode(zip, &text) == ZT_OK ? zt_json_string(zt_str_view(&text)) : NULL;
}

static zt_aws_request function_request(const char *operation, const char *method, zt_view name, const char *rest)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_LAMBDA, operation, method, "/2015-03-31/functions/");
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, rest);
	return request;
}

zt_status zt_lambda_function_create(zt_aws_client *client, const json_t *body, zt_view zip, json_t **ret,
				    zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_LAMBDA, "CreateFunction", "POST", "/2015-03-31/functions");
	ZT_JSON_CLEANUP json_t *code = json_pack("{s:{s:o}}", "Code", "ZipFile", zip_text(zip));
	ZT_JSON_CLEANUP json_t *whole = json_copy((json_t *)body);
	if (!code || json_object_update(whole, code) != 0)
		json_decref(ZT_STEAL(whole));
	zt_aws_request_body(&request, whole);
	return zt_aws_call(client, &request, whole, ret, ret_error);
}

zt_status zt_lambda_function_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = function_request("GetFunction", "GET", name, "");
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_lambda_function_update_code(zt_aws_client *client, zt_view name, zt_view zip, zt_view architecture,
					 json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = function_request("UpdateFunctionCode", "PUT", name, "/code");
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:o, s:[o]}", "ZipFile", zip_text(zip), "Architectures", zt_json_string(architecture));
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_lambda_function_update(zt_aws_client *client, zt_view name, const json_t *body, json_t **ret,
				    zt_error *ret_error)
{
	zt_aws_request request = function_request("UpdateFunctionConfiguration", "PUT", name, "/configuration");
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_lambda_function_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	zt_aws_request request = function_request("DeleteFunction", "DELETE", name, "");
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_lambda_permission_add(zt_aws_client *client, zt_view name, const json_t *body, zt_error *ret_error)
{
	zt_aws_request request = function_request("AddPermission", "POST", name, "/policy");
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_lambda_policy_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = function_request("GetPolicy", "GET", name, "/policy");
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_lambda_permission_remove(zt_aws_client *client, zt_view name, zt_view statement_id, zt_error *ret_error)
{
	zt_aws_request request = function_request("RemovePermission", "DELETE", name, "/policy/");
	zt_aws_request_label(&request, statement_id);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}
