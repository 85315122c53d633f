#include "aws/iot_policy.h"

#include "base/json.h"

zt_status zt_iot_policy_create(zt_aws_client *client, zt_view name, zt_view document, const json_t *tags, json_t **ret,
			       zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "CreatePolicy", "POST", "/policies/");
	zt_aws_request_label(&request, name);
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:o, s:O*}", "policyDocument", zt_json_string(document), "tags", tags);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_iot_policy_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "GetPolicy", "GET", "/policies/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_policy_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeletePolicy", "DELETE", "/policies/");
	zt_aws_request_label(&request, name);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_policy_version_create(zt_aws_client *client, zt_view name, zt_view document, json_t **ret,
				       zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "CreatePolicyVersion", "POST", "/policies/");
	request.once = true;
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, "/version");
	zt_aws_request_query(&request, "setAsDefault", ZT_LIT("true"));
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:o}", "policyDocument", zt_json_string(document));
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_iot_policy_versions(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListPolicyVersions", "GET", "/policies/");
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, "/version");
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_policy_version_delete(zt_aws_client *client, zt_view name, zt_view version, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeletePolicyVersion", "DELETE", "/policies/");
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, "/version/");
	zt_aws_request_label(&request, version);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

static zt_status target_call(zt_aws_client *client, const char *operation, const char *method, zt_view name,
			     zt_view target, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, operation, method, "/target-policies/");
	zt_aws_request_label(&request, name);
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:o}", "target", zt_json_string(target));
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_iot_policy_attach(zt_aws_client *client, zt_view name, zt_view target, zt_error *ret_error)
{
	return target_call(client, "AttachPolicy", "PUT", name, target, ret_error);
}

zt_status zt_iot_policy_detach(zt_aws_client *client, zt_view name, zt_view target, zt_error *ret_error)
{
	return target_call(client, "DetachPolicy", "POST", name, target, ret_error);
}

zt_status zt_iot_policy_each_of(zt_aws_client *client, zt_view target, zt_aws_each_fn each, void *context,
				zt_error *ret_error)
{
	static const zt_aws_paging paging = { "policies", "marker", "nextMarker", "pageSize" };
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListAttachedPolicies", "POST", "/attached-policies/");
	zt_aws_request_label(&request, target);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_policy_effective(zt_aws_client *client, zt_view thing, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "GetEffectivePolicies", "POST", "/effective-policies");
	zt_aws_request_query(&request, "thingName", thing);
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_policy_each_target(zt_aws_client *client, zt_view name, zt_aws_each_fn each, void *context,
				    zt_error *ret_error)
{
	static const zt_aws_paging paging = { "targets", "marker", "nextMarker", "pageSize" };
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListTargetsForPolicy", "POST", "/policy-targets/");
	zt_aws_request_label(&request, name);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}
