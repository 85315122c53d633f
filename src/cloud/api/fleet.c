#include "cloud/api/fleet.h"

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "cloud/api/fleet_hook.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/iot_make.h"
#include "cloud/api/iot_register.h"
#include "cloud/api/provision.h"
#include "cloud/api/template.h"
#include "cloud/registry/ownership.h"
#include "cloud/registry/provisioning.h"

#define CERTIFICATE_ID "AWS::IoT::Certificate::Id"
#define TOKEN "certificateOwnershipToken"

enum { PEM_MAX = 16 * 1024, SPKI_MAX = 4096 };

/* Nobody's request by HTTP: what the control plane's code wants to see of one. */
static zt_call call_of(zt_api *api)
{
	static const zt_http_request request = { .peer = "127.0.0.1:0" };
	return (zt_call){ .api = api, .registry = api->spec.registry, .request = &request, .service = &zt_service_iot };
}

static zt_status no_token(zt_error *ret_error, const char *why)
{
	return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidCertificateOwnershipToken", "%s", why);
}

/* ---- certificates ---- */

/* The certificate's token and the answer, which waits until both are durable. Takes over the call's transaction. */
static zt_status give(zt_fleet_request *r, zt_call *call, const zt_certificate *certificate, zt_view private_pem,
		      zt_error *ret_error)
{
	char token[ZT_OWNERSHIP_TOKEN_TEXT];
	TRY(zt_txn_ownership_create(call->txn, zt_view_of(certificate->id), token, ret_error));
	r->answer = json_pack("{s:s, s:s}", "certificateId", certificate->id, "certificatePem", certificate->pem);
	int failed = private_pem.n ? json_object_set_new(r->answer, "privateKey", zt_json_string(private_pem)) : 0;
	failed |= json_object_set_new(r->answer, TOKEN, json_string(token));
	zt_wipe(token, sizeof token);
	ENSURE(failed == 0, ZT_E_NOMEM);
	zt_fleet_commit(r, ZT_STEAL(call->txn));
	return ZT_OK;
}

static zt_status issue_for_key(zt_fleet_request *r, const zt_key *key, zt_error *ret_error)
{
	const zt_certificate *certificate;
	zt_call call = call_of(r->api);
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(SPKI_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str pem = ZT_STR(PEM_MAX);
	TRY(zt_key_spki(key, &spki));
	TRY(zt_key_write_pem(key, &pem, ret_error));
	zt_status status =
	    zt_make_from_spki(&call, zt_str_view(&spki), ZT_CERT_PENDING_ACTIVATION, &certificate, ret_error);
	if (status == ZT_OK)
		status = give(r, &call, certificate, zt_str_view(&pem), ret_error);
	zt_txn_abort(call.txn);
	return status;
}

static void key_made(void *context, zt_status status, zt_key *key)
{
	zt_fleet_request *r = context;
	zt_error error = { .status = status };
	if (r->api && status == ZT_OK)
		status = issue_for_key(r, key, &error);
	else if (status == ZT_OK)
		status = ZT_E_UNAVAILABLE;
	zt_key_free(key);
	if (status != ZT_OK)
		zt_fleet_reject(r, status, &error);
}

static zt_status create(zt_fleet_request *r, zt_view template_name, zt_view payload, zt_error *ret_error)
{
	(void)template_name;
	(void)payload; /* AWS: the request is empty; what stands there is not looked at */
	return zt_keymaker_make(r->api->keymaker, key_made, r, ret_error);
}

static zt_status read_payload(zt_view payload, json_t **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	if (zt_json_parse(payload, ret, &cause) != ZT_OK || !json_is_object(*ret))
		return zt_error_set(ret_error, ZT_E_INVALID, "The payload is no JSON object");
	return ZT_OK;
}

static zt_status create_from_csr(zt_fleet_request *r, zt_view template_name, zt_view payload, zt_error *ret_error)
{
	static const zt_param csr_param = { "certificateSigningRequest", 1, 4096, NULL };
	zt_view csr;
	const zt_certificate *certificate;
	ZT_JSON_CLEANUP json_t *body = NULL;
	zt_call call = call_of(r->api);
	(void)template_name;
	TRY(read_payload(payload, &body, ret_error));
	TRY(zt_in_json(body, &csr_param, ZT_REQUIRED, &csr, ret_error));
	zt_status status = zt_make_from_csr(&call, csr, ZT_CERT_PENDING_ACTIVATION, &certificate, ret_error);
	if (status == ZT_OK)
		status = give(r, &call, certificate, ZT_VIEW_EMPTY, ret_error);
	zt_txn_abort(call.txn);
	return status;
}

/* ---- provisioning ---- */

typedef struct {
	zt_ownership ownership;
	json_t *parameters, *template, *resources, *configuration; /* owned */
	zt_caller role;
} provision;

static void provision_free(provision *p)
{
	json_decref(p->parameters);
	json_decref(p->template);
	json_decref(p->resources);
	json_decref(p->configuration);
}

static zt_status find_ownership(const zt_registry *registry, zt_view token, zt_ownership *ret, zt_error *ret_error)
{
	if (token.n == 0)
		return no_token(ret_error, "Certificate ownership token cannot be empty.");
	const zt_ownership *found = zt_registry_ownership(registry, token);
	if (!found || found->expires_ms <= zt_registry_now_ms(registry))
		return no_token(ret_error, "Certificate ownership token is not valid.");
	*ret = *found;
	return ZT_OK;
}

static zt_status find_template(const zt_registry *registry, zt_view name, const zt_provisioning_template **ret,
			       zt_error *ret_error)
{
	*ret = zt_registry_template(registry, name);
	if (!*ret)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "There is no provisioning template %.*s", ZT_PRI(name));
	if (!zt_view_equal(zt_json_view((*ret)->content, "type"), ZT_LIT("FLEET_PROVISIONING")))
		return zt_provision_fail(ret_error, "The template is not of type FLEET_PROVISIONING", name);
	if (!json_is_true(json_object_get((*ret)->content, "enabled")))
		return zt_provision_fail(ret_error, "The template is not enabled", name);
	return ZT_OK;
}

static zt_status read_parameters(const json_t *body, const char *certificate_id, json_t **ret, zt_error *ret_error)
{
	const json_t *given;
	const char *name;
	json_t *value;
	TRY(zt_in_json_object(body, "parameters", &given, ret_error));
	ZT_JSON_CLEANUP json_t *all = json_object();
	json_object_foreach((json_t *)(uintptr_t)given, name, value) {
		if (!json_is_string(value))
			return zt_error_set(ret_error, ZT_E_INVALID, "Parameter %s is no string", name);
		ENSURE(json_object_set(all, name, value) == 0, ZT_E_NOMEM);
	}
	/* Last: nobody names another certificate. */
	ENSURE(json_object_set_new(all, CERTIFICATE_ID, json_string(certificate_id)) == 0, ZT_E_NOMEM);
	*ret = ZT_STEAL(all);
	return ZT_OK;
}

/* The one parameter that a template need not declare. */
static zt_status declare_certificate(json_t *template)
{
	json_t *declared = json_object_get(template, "Parameters");
	if (!declared && json_object_set_new(template, "Parameters", json_object()) == 0)
		declared = json_object_get(template, "Parameters");
	if (json_is_object(declared) && !json_object_get(declared, CERTIFICATE_ID))
		ENSURE(json_object_set_new(declared, CERTIFICATE_ID, json_pack("{s:s}", "Type", "String")) == 0,
		       ZT_E_NOMEM);
	return declared ? ZT_OK : ZT_E_NOMEM;
}

static zt_status prepare(const zt_fleet_request *r, provision *p, zt_error *ret_error)
{
	zt_error cause = { 0 };
	const zt_registry *registry = r->api->spec.registry;
	const zt_provisioning_template *template;
	TRY(find_template(registry, zt_view_of(r->template_name), &template, ret_error));
	TRY(find_ownership(registry, zt_json_view(r->body, TOKEN), &p->ownership, ret_error));
	TRY(read_parameters(r->body, p->ownership.certificate_id, &p->parameters, ret_error));
	if (zt_json_parse(zt_json_view(zt_template_default(template), "body"), &p->template, &cause) != ZT_OK)
		return zt_provision_fail(ret_error, "The template is not valid JSON", zt_view_of(cause.text));
	TRY(declare_certificate(p->template));
	TRY(zt_template_resolve(p->template, p->parameters, &p->resources, ret_error));
	TRY(zt_provision_check_certificate(p->resources, p->ownership.certificate_id, ret_error));
	TRY(zt_template_section(p->template, "DeviceConfiguration", p->parameters, &p->configuration, ret_error));
	return zt_provision_assume(registry, zt_json_view(template->content, "provisioningRoleArn"), &p->role,
				   ret_error);
}

/* The name of the template's thing, NULL without one. */
static json_t *thing_name_of(const json_t *resources)
{
	const char *name;
	json_t *resource;
	json_object_foreach((json_t *)(uintptr_t)resources, name, resource)
		if (zt_view_equal(zt_json_view(resource, "Type"), ZT_LIT("AWS::IoT::Thing")))
			return json_object_get(json_object_get(resource, "Properties"), "ThingName");
	return NULL;
}

static zt_status carry_out(zt_fleet_request *r, const provision *p, zt_call *call, zt_error *ret_error)
{
	TRY(zt_call_txn(call, &call->txn));
	TRY(zt_iot_register_resources(call, p->resources, ret_error));
	TRY(zt_txn_ownership_delete(call->txn, zt_view_of(p->ownership.digest), ret_error));
	r->answer = json_pack("{s:O}", "deviceConfiguration", p->configuration);
	json_t *thing = thing_name_of(p->resources);
	ENSURE(r->answer && (!thing || json_object_set(r->answer, "thingName", thing) == 0), ZT_E_NOMEM);
	zt_fleet_commit(r, ZT_STEAL(call->txn));
	return ZT_OK;
}

static zt_status provision_by_body(zt_fleet_request *r, zt_error *ret_error)
{
	ZT_CLEANUP(provision_free) provision p = { 0 };
	zt_call call = call_of(r->api);
	TRY(prepare(r, &p, ret_error));
	call.caller = p.role;
	zt_status status = carry_out(r, &p, &call, ret_error);
	json_decref(call.reply);
	zt_txn_abort(call.txn);
	return status;
}

/* ---- the hook, which may forbid it and change the parameters ---- */

static zt_status override(json_t *body, const json_t *overrides)
{
	ZT_JSON_CLEANUP json_t *none = json_object();
	json_t *parameters = json_object_get(body, "parameters");
	ENSURE(none && (parameters || json_object_set(body, "parameters", none) == 0), ZT_E_NOMEM);
	parameters = json_object_get(body, "parameters");
	return json_object_update(parameters, (json_t *)(uintptr_t)overrides) == 0 ? ZT_OK : ZT_E_INVALID;
}

static void hook_answered(void *context, bool allowed, const json_t *overrides, const char *why)
{
	zt_fleet_request *r = context;
	zt_error error = { 0 };
	zt_status status = ZT_E_UNAVAILABLE; /* the api goes */
	if (r->api && !allowed)
		status = zt_error_coded(&error, ZT_E_DENIED, "AccessDeniedException", "Access Denied: %s", why);
	else if (r->api)
		status = overrides ? override(r->body, overrides) : ZT_OK;
	if (status == ZT_OK)
		status = provision_by_body(r, &error);
	if (status != ZT_OK)
		zt_fleet_reject(r, status, &error);
}

static zt_status ask_hook(zt_fleet_request *r, const zt_provisioning_template *template, const zt_ownership *ownership,
			  zt_error *ret_error)
{
	const zt_registry *registry = r->api->spec.registry;
	const zt_certificate *certificate = zt_registry_certificate(registry, zt_view_of(ownership->certificate_id));
	const json_t *given;
	TRY(zt_in_json_object(r->body, "parameters", &given, ret_error));
	if (!certificate)
		return no_token(ret_error, "The certificate has gone.");
	ZT_JSON_CLEANUP json_t *input =
	    json_pack("{s:s, s:s, s:s, s:o, s:s, s:o}", "claimCertificateId", r->principal, "certificateId",
		      certificate->id, "certificatePem", certificate->pem, "templateArn",
		      zt_json_iot_arn(registry, "provisioningtemplate", template->name), "clientId", r->client_id,
		      "parameters", given ? json_deep_copy(given) : json_object());
	ENSURE(input, ZT_E_NOMEM);
	zt_status status = zt_fleet_hook_ask(r->api, template, input, hook_answered, r, ret_error);
	/* Neither a missing function nor a missing permission is the device's to know. */
	if (status == ZT_OK || status == ZT_E_THROTTLED || status == ZT_E_NOMEM)
		return status;
	(void)zt_log_error("fleet", ret_error, "a hook cannot be asked");
	return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDeniedException",
			      "Access Denied: the hook's function cannot be invoked");
}

static zt_status provision_device(zt_fleet_request *r, zt_view template_name, zt_view payload, zt_error *ret_error)
{
	zt_ownership ownership;
	const zt_provisioning_template *template;
	const zt_registry *registry = r->api->spec.registry;
	TRY(read_payload(payload, &r->body, ret_error));
	TRY(find_template(registry, template_name, &template, ret_error));
	TRY(zt_text_copy(r->template_name, sizeof r->template_name, template_name));
	TRY(find_ownership(registry, zt_json_view(r->body, TOKEN), &ownership, ret_error));
	if (json_object_get(template->content, ZT_FLEET_HOOK))
		return ask_hook(r, template, &ownership, ret_error);
	return provision_by_body(r, ret_error);
}

/* ---- topics ---- */

static const struct {
	const char *before, *after; /* of the template's name, where there is one */
	const char *operation;      /* whose quota counts */
	/* ZT_OK: it is on its way, and the request is no more the caller's. */
	zt_status (*run)(zt_fleet_request *r, zt_view template_name, zt_view payload, zt_error *ret_error);
} operations[] = {
	{ "$aws/certificates/create/json", "", "CreateKeysAndCertificate", create },
	{ "$aws/certificates/create-from-csr/json", "", "CreateCertificateFromCsr", create_from_csr },
	{ "$aws/provisioning-templates/", "/provision/json", "RegisterThing", provision_device },
};

static bool is_of(size_t i, zt_view topic, zt_view *ret_template_name)
{
	zt_view after = zt_view_of(operations[i].after);
	if (!zt_view_take_prefix(&topic, zt_view_of(operations[i].before)) || !zt_view_ends(topic, after))
		return false;
	*ret_template_name = zt_view_make(topic.p, topic.n - after.n);
	return (ret_template_name->n > 0) == (after.n > 0);
}

static void start(zt_api *api, size_t i, zt_view template_name, const zt_publish *message)
{
	zt_error error = { 0 };
	zt_fleet_request *r = zt_fleet_request_new(api, message);
	if (!r)
		return; /* told, or as if the message had been lost */
	zt_status status = zt_quotas_take(api->quotas, "iot", operations[i].operation, zt_time_mono_ms())
			       ? operations[i].run(r, template_name, message->payload, &error)
			       : zt_error_coded(&error, ZT_E_THROTTLED, "ThrottlingException", "Rate exceeded");
	if (status != ZT_OK)
		zt_fleet_reject(r, status, &error);
}

void zt_api_fleet_accepted(zt_api *api, const zt_publish *message)
{
	zt_view template_name;
	if (message->client_id.n == 0 || !api->spec.sources.answer)
		return;
	for (size_t i = 0; i < ZT_COUNT(operations); i++)
		if (is_of(i, message->topic, &template_name)) {
			start(api, i, template_name, message);
			return;
		}
}
