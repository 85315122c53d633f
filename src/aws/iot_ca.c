#include "aws/iot_ca.h"

#include "base/json.h"

zt_status zt_iot_registration_code_get(zt_aws_client *client, zt_str *code, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "GetRegistrationCode", "GET", "/registrationcode");
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_aws_call(client, &request, NULL, &answer, ret_error));
	zt_view text = zt_json_view(answer, "registrationCode");
	if (text.n == 0)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "GetRegistrationCode: no code in the answer");
	return zt_str_put(code, text);
}

zt_status zt_iot_ca_register(zt_aws_client *client, const zt_iot_ca_spec *spec, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "RegisterCACertificate", "POST", "/cacertificate");
	zt_aws_request_query(&request, "allowAutoRegistration",
			     spec->auto_registration ? ZT_LIT("true") : ZT_LIT("false"));
	zt_aws_request_query(&request, "setAsActive", spec->active ? ZT_LIT("true") : ZT_LIT("false"));
	ZT_JSON_CLEANUP json_t *body = json_pack(
	    "{s:o, s:o*, s:s*, s:O*, s:O*}", "caCertificate", zt_json_string(spec->ca_pem), "verificationCertificate",
	    spec->proof_pem.n ? zt_json_string(spec->proof_pem) : NULL, "certificateMode",
	    spec->proof_pem.n ? NULL : "SNI_ONLY", "registrationConfig", spec->registration_config, "tags", spec->tags);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, ret, ret_error);
}

zt_status zt_iot_ca_describe(zt_aws_client *client, zt_view ca_id, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DescribeCACertificate", "GET", "/cacertificate/");
	zt_aws_request_label(&request, ca_id);
	return zt_aws_call(client, &request, NULL, ret, ret_error);
}

zt_status zt_iot_ca_each(zt_aws_client *client, zt_aws_each_fn each, void *context, zt_error *ret_error)
{
	static const zt_aws_paging paging = { "certificates", "marker", "nextMarker", "pageSize" };
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListCACertificates", "GET", "/cacertificates");
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_ca_change(zt_aws_client *client, zt_view ca_id, const zt_iot_ca_update *update, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "UpdateCACertificate", "PUT", "/cacertificate/");
	zt_aws_request_label(&request, ca_id);
	zt_aws_request_query(&request, "newAutoRegistrationStatus", update->auto_registration);
	zt_aws_request_query(&request, "newStatus", update->status);
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:O*, s:o*}", "registrationConfig", update->registration_config, "removeAutoRegistration",
		      update->remove_registration_config ? json_true() : NULL);
	zt_aws_request_body(&request, body);
	return zt_aws_call(client, &request, body, NULL, ret_error);
}

zt_status zt_iot_ca_delete(zt_aws_client *client, zt_view ca_id, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeleteCACertificate", "DELETE", "/cacertificate/");
	zt_aws_request_label(&request, ca_id);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}
