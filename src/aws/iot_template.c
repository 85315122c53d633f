#include "aws/iot_template.h"

#include <inttypes.h>

#include "base/json.h"

static zt_aws_request of_template(const char *operation, const char *method, zt_view name, const char *rest)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, operation, method, "/provisioning-templates/");
	zt_aws_request_label(&request, name);
	zt_aws_request_path(&request, rest);
	return request;
}

zt_status zt_iot_template_create(zt_aws_client *client, const json_t *body, zt_error *ret_error)
{
	zt_aws_request request =
	    zt_aws_request_make(ZT_AWS_IOT, "CreateProvisioningTemplate", "POST", "/provisioning-templates");
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_iot_template_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = of_template("DescribeProvisioningTemplate", "GET", name, "");
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_template_update(zt_aws_client *client, zt_view name, const json_t *body, zt_error *ret_error)
{
	zt_aws_request request = of_template("UpdateProvisioningTemplate", "PATCH", name, "");
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_iot_template_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	zt_aws_request request = of_template("DeleteProvisioningTemplate", "DELETE", name, "");
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_template_version_create(zt_aws_client *client, zt_view name, zt_view body, zt_error *ret_error)
{
	zt_aws_request request = of_template("CreateProvisioningTemplateVersion", "POST", name, "/versions");
	ZT_JSON_CLEANUP json_t *json = json_pack("{s:o}", "templateBody", zt_json_string(body));
	request.once = true;
	zt_aws_request_query(&request, "setAsDefault", ZT_LIT("true"));
	zt_aws_request_body(&request, json);
	return zt_aws_call(client, &request, json, NULL, ret_error);
}

zt_status zt_iot_template_each_version(zt_aws_client *client, zt_view name, zt_aws_each_fn each, void *context,
				       zt_error *ret_error)
{
	static const zt_aws_paging paging = { "versions", "nextToken", "nextToken", "maxResults" };
	zt_aws_request request = of_template("ListProvisioningTemplateVersions", "GET", name, "/versions");
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_template_version_delete(zt_aws_client *client, zt_view name, int64_t version, zt_error *ret_error)
{
	char number[24];
	(void)snprintf(number, sizeof number, "%" PRId64, version);
	zt_aws_request request = of_template("DeleteProvisioningTemplateVersion", "DELETE", name, "/versions/");
	zt_aws_request_label(&request, zt_view_of(number));
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}
