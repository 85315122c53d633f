/* Just-in-time provisioning: a certificate that its CA has just registered goes through the CA's template, as the role
 * that the CA or the template names (AWS IoT, "Just-in-time provisioning"). */
#include "base/json.h"
#include "base/log.h"
#include "cloud/api/api.h"
#include "cloud/api/front.h"
#include "cloud/api/iot_register.h"
#include "cloud/api/provision.h"
#include "cloud/api/template.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/provisioning.h"

/* What a CA's template is made of. Views of the registry. */
typedef struct {
	zt_view body, role_arn;
} provisioning;

static zt_status read_named(const zt_registry *registry, const char *name, provisioning *ret, zt_error *ret_error)
{
	const zt_provisioning_template *template = zt_registry_template(registry, zt_view_of(name));
	if (!template)
		return zt_provision_fail(ret_error, "There is no provisioning template", zt_view_of(name));
	if (!zt_view_equal(zt_json_view(template->content, "type"), ZT_LIT("JITP")))
		return zt_provision_fail(ret_error, "The template is not of type JITP", zt_view_of(name));
	if (!json_is_true(json_object_get(template->content, "enabled")))
		return zt_provision_fail(ret_error, "The template is not enabled", zt_view_of(name));
	ret->role_arn = zt_json_view(template->content, "provisioningRoleArn");
	ret->body = zt_json_view(zt_template_default(template), "body");
	return ZT_OK;
}

static zt_status read_provisioning(const zt_registry *registry, const zt_ca *ca, provisioning *ret, zt_error *ret_error)
{
	const zt_registration_config *config = &ca->registration;
	*ret = (provisioning){ .body = zt_view_of(config->template_body) };
	if (config->template_name)
		TRY(read_named(registry, config->template_name, ret, ret_error));
	if (config->role_arn)
		ret->role_arn = zt_view_of(config->role_arn);
	return ret->body.n && ret->role_arn.n
		   ? ZT_OK
		   : zt_provision_fail(ret_error, "Template or role is missing of the CA", zt_view_of(ca->id));
}

/* ---- the template's parameters: the certificate's subject ---- */

static const struct {
	const char *name;
	zt_dn_kind kind;
} subject_parameters[] = {
	{ "AWS::IoT::Certificate::Country", ZT_DN_COUNTRY },
	{ "AWS::IoT::Certificate::Organization", ZT_DN_ORGANIZATION },
	{ "AWS::IoT::Certificate::OrganizationalUnit", ZT_DN_ORGANIZATIONAL_UNIT },
	{ "AWS::IoT::Certificate::DistinguishedNameQualifier", ZT_DN_QUALIFIER },
	{ "AWS::IoT::Certificate::StateName", ZT_DN_STATE },
	{ "AWS::IoT::Certificate::CommonName", ZT_DN_COMMON_NAME },
	{ "AWS::IoT::Certificate::SerialNumber", ZT_DN_SERIAL_NUMBER },
};

static json_t *parameters_of(const zt_certificate *certificate)
{
	json_t *parameters = json_pack("{s:s}", "AWS::IoT::Certificate::Id", certificate->id);
	for (size_t i = 0; i < ZT_COUNT(subject_parameters); i++) {
		zt_view value = zt_dn_value(&certificate->info->subject, subject_parameters[i].kind, 0);
		if (value.n)
			(void)json_object_set_new(parameters, subject_parameters[i].name, zt_json_string(value));
	}
	return parameters;
}

/* A parameter that is declared must be in the subject, used or not (AWS IoT, "just-in-time provisioning"). */
static zt_status check_declared(const json_t *template, const json_t *parameters, zt_error *ret_error)
{
	const char *name;
	json_t *declared;
	json_object_foreach(json_object_get(template, "Parameters"), name, declared)
		if (!json_object_get(parameters, name) && !json_object_get(declared, "Default"))
			return zt_provision_fail(ret_error, "The certificate's subject has no", zt_view_of(name));
	return ZT_OK;
}

static zt_status resolve(const zt_certificate *certificate, zt_view body, json_t **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	ZT_JSON_CLEANUP json_t *template = NULL;
	ZT_JSON_CLEANUP json_t *resources = NULL;
	ZT_JSON_CLEANUP json_t *parameters = parameters_of(certificate);
	ENSURE(parameters, ZT_E_NOMEM);
	if (zt_json_parse(body, &template, &cause) != ZT_OK)
		return zt_provision_fail(ret_error, "The template is not valid JSON", zt_view_of(cause.text));
	TRY(check_declared(template, parameters, ret_error));
	TRY(zt_template_resolve(template, parameters, &resources, ret_error));
	TRY(zt_provision_check_certificate(resources, certificate->id, ret_error));
	*ret = ZT_STEAL(resources);
	return ZT_OK;
}

/* ---- all of it ---- */

static zt_status provision(zt_api *api, const zt_certificate *certificate, const zt_ca *ca, zt_error *ret_error)
{
	provisioning p;
	ZT_JSON_CLEANUP json_t *resources = NULL;
	const zt_http_request request = { .peer = "127.0.0.1:0" };
	zt_call call = { .api = api, .registry = api->spec.registry, .request = &request, .service = &zt_service_iot };
	TRY(read_provisioning(call.registry, ca, &p, ret_error));
	TRY(zt_provision_assume(call.registry, p.role_arn, &call.caller, ret_error));
	TRY(resolve(certificate, p.body, &resources, ret_error));
	TRY(zt_call_txn(&call, &call.txn));
	zt_status status = zt_iot_register_resources(&call, resources, ret_error);
	json_decref(call.reply);
	if (status != ZT_OK) {
		zt_txn_abort(call.txn);
		return status;
	}
	zt_txn_commit(call.txn, NULL, NULL);
	return ZT_OK;
}

void zt_api_provision(void *context, zt_view certificate_id)
{
	zt_api *api = context;
	zt_error error = { 0 };
	const zt_certificate *certificate = zt_registry_certificate(api->spec.registry, certificate_id);
	const zt_ca *ca = certificate ? zt_registry_ca(api->spec.registry, zt_view_of(certificate->ca_id)) : NULL;
	if (!ca || (!ca->registration.template_body && !ca->registration.template_name))
		return;
	char id[ZT_CERT_ID_TEXT];
	memcpy(id, certificate->id, sizeof id);
	zt_status status = provision(api, certificate, ca, &error);
	if (status == ZT_OK)
		LOG_INFO("jitp", "provisioned", ZT_KV_STR("certificate", id));
	else
		LOG_WARNING("jitp", "a certificate cannot be provisioned", ZT_KV_STR("certificate", id),
			    ZT_KV_STR("error", error.code),
			    ZT_KV_STR("cause", error.text[0] ? error.text : zt_status_text(status)));
}
