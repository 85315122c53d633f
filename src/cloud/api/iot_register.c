/* RegisterThing: a thing, its certificate and its policies from one template (AWS IoT, "Just-in-time provisioning").
 * All of it or nothing. */
#include "base/digest.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_make.h"
#include "cloud/api/iot_register.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/registration.h"
#include "cloud/api/tables.h"
#include "cloud/api/template.h"

static const zt_param template_param = { "templateBody", 0, ZT_TEMPLATE_MAX, NULL };
static const zt_param pem_param = { "CertificatePem", 1, 65536, NULL };
static const zt_param ca_pem_param = { "CACertificatePem", 1, 65536, NULL };
static const zt_param csr_param = { "CertificateSigningRequest", 1, 4096, NULL };
static const zt_param id_param = { "CertificateId", 64, 64, "a-fA-F0-9" };
static const zt_param word_param = { "Status", 1, 32, NULL };
static const zt_param policy_name_param = { "PolicyName", 1, 128, "\\w+=,.@-" };

/* ---- what the template says */

static zt_status sort_resource(zt_registration *r, const char *name, const json_t *node)
{
	zt_view type = zt_json_view(node, "Type");
	zt_registration_resource found = { name, json_object_get(node, "Properties"),
					   json_object_get(node, "OverrideSettings") };
	zt_registration_resource *slot = NULL;
	if (zt_view_equal(type, ZT_LIT("AWS::IoT::Thing")))
		slot = &r->thing;
	else if (zt_view_equal(type, ZT_LIT("AWS::IoT::Certificate")))
		slot = &r->certificate;
	else if (zt_view_equal(type, ZT_LIT("AWS::IoT::Policy")) && r->policy_count < ZT_COUNT(r->policies))
		slot = &r->policies[r->policy_count++];
	if (!slot || slot->name)
		return zt_registration_fail(
		    r, "The template has a resource of an unknown type, or one too many of its type", name);
	if (!json_is_object(found.properties))
		return zt_registration_fail(r, "A resource of the template has no Properties", name);
	*slot = found;
	return ZT_OK;
}

static zt_status sort_resources(zt_registration *r, const json_t *resources)
{
	const char *name;
	json_t *node;
	json_object_foreach((json_t *)(uintptr_t)resources, name, node)
		TRY(sort_resource(r, name, node));
	return r->certificate.name
		   ? ZT_OK
		   : zt_registration_fail(r, "The template has no resource of type", "AWS::IoT::Certificate");
}

/* ---- certificate */

/* AWS's own examples write "ACTIVE" in some places and "Active" in others. */
static zt_status read_wanted_status(zt_registration *r, zt_cert_status *ret)
{
	static const char *const words[] = { "ACTIVE", "INACTIVE", NULL };
	zt_view word;
	unsigned index = 0;
	TRY(zt_in_json(r->certificate.properties, &word_param, ZT_OPTIONAL, &word, r->error));
	while (word.n && words[index] && !zt_view_equal_nocase(word, zt_view_of(words[index])))
		index++;
	if (!words[index])
		TRY(zt_word_index(word_param.name, word, words, &index, r->error));
	*ret = index == 0 ? ZT_CERT_ACTIVE : ZT_CERT_INACTIVE;
	return ZT_OK;
}

static zt_status certificate_by_id(zt_registration *r, zt_view id, const zt_certificate **ret)
{
	*ret = zt_registry_certificate(r->call->registry, id);
	return *ret ? ZT_OK : zt_not_found(r->error, "Certificate", id);
}

/* A certificate that is registered already is as good as one that is registered now. */
static zt_status certificate_by_pem(zt_registration *r, zt_view pem, zt_view ca_pem, const zt_certificate **ret)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	if (zt_cert_read_pem(pem, &info, NULL) == ZT_OK)
		*ret = zt_registry_certificate(r->call->registry, zt_view_of(info->id));
	if (*ret)
		return ZT_OK;
	TRY(zt_authorise_action(r->call, "iot:RegisterCertificate", ZT_VIEW_EMPTY, r->error));
	return zt_make_from_pem(r->call, pem, ca_pem, ZT_CERT_INACTIVE, ret, r->error);
}

static zt_status find_certificate(zt_registration *r, const zt_certificate **ret)
{
	zt_view pem, ca_pem, csr, id;
	const json_t *properties = r->certificate.properties;
	TRY(zt_in_json(properties, &pem_param, ZT_OPTIONAL, &pem, r->error));
	TRY(zt_in_json(properties, &ca_pem_param, ZT_OPTIONAL, &ca_pem, r->error));
	TRY(zt_in_json(properties, &csr_param, ZT_OPTIONAL, &csr, r->error));
	TRY(zt_in_json(properties, &id_param, ZT_OPTIONAL, &id, r->error));
	if ((pem.n > 0) + (csr.n > 0) + (id.n > 0) != 1)
		return zt_registration_fail(
		    r, "A certificate wants exactly one of CertificateSigningRequest, CertificateId and CertificatePem",
		    r->certificate.name);
	if (id.n)
		return certificate_by_id(r, id, ret);
	if (pem.n)
		return certificate_by_pem(r, pem, ca_pem, ret);
	TRY(zt_authorise_action(r->call, "iot:CreateCertificateFromCsr", ZT_VIEW_EMPTY, r->error));
	return zt_make_from_csr(r->call, csr, ZT_CERT_INACTIVE, ret, r->error);
}

static zt_status take_certificate(zt_registration *r)
{
	const zt_certificate *certificate = NULL;
	TRY(find_certificate(r, &certificate));
	TRY(zt_text_copy(r->certificate_id, sizeof r->certificate_id, zt_view_of(certificate->id)));
	TRY(zt_account_iot_arn(zt_registry_account(r->call->registry), "cert", zt_view_of(certificate->id),
			       &r->certificate_arn));
	TRY(zt_registration_add_arn(r, r->certificate.name, "cert", certificate->id));
	json_t *pem = json_string(certificate->pem);
	return zt_call_reply(r->call, json_pack("{s:o, s:O}", "certificatePem", pem, "resourceArns", r->arns));
}

/* The last step, so that a device is let in only when all else is there. One that waits for its activation gets it
 * whatever the override says. */
static zt_status set_status(zt_registration *r)
{
	zt_cert_status wanted = ZT_CERT_ACTIVE;
	zt_override how;
	const zt_certificate *certificate = zt_registry_certificate(r->call->registry, zt_view_of(r->certificate_id));
	ENSURE(certificate, ZT_E_INTERNAL);
	TRY(read_wanted_status(r, &wanted));
	TRY(zt_registration_override(r, &r->certificate, "Status", ZT_OVERRIDE_REPLACE, &how));
	if (certificate->status == wanted)
		return ZT_OK;
	if (certificate->status != ZT_CERT_PENDING_ACTIVATION && how == ZT_OVERRIDE_DO_NOTHING)
		return ZT_OK;
	if (certificate->status != ZT_CERT_PENDING_ACTIVATION && how == ZT_OVERRIDE_FAIL)
		return zt_registration_conflict(r, "The certificate's status");
	TRY(zt_registration_may(r, "iot:UpdateCertificate", "cert", r->certificate_id));
	return zt_txn_certificate_update(r->txn, zt_view_of(r->certificate_id), wanted, r->error);
}

/* ---- policies */

/* PolicyDocument: a string, or JSON as it is. */
static zt_status policy_document(zt_registration *r, const zt_registration_resource *policy, zt_str *out)
{
	const json_t *document = json_object_get(policy->properties, "PolicyDocument");
	if (json_is_object(document))
		return zt_json_write(document, out);
	if (!json_is_string(document))
		return zt_registration_fail(r, "A policy wants PolicyName or PolicyDocument", policy->name);
	return zt_str_put(out, zt_json_view(policy->properties, "PolicyDocument"));
}

/* A document without a name is named by its digest, so the same one is made once. */
static zt_status make_policy(zt_registration *r, const zt_registration_resource *policy, char ret_name[129])
{
	const zt_iot_policy *made;
	ZT_CLEANUP(zt_str_free) zt_str document = ZT_STR(ZT_TEMPLATE_RESULT_MAX);
	TRY(policy_document(r, policy, &document));
	zt_sha256_hex_of(zt_str_view(&document), ret_name);
	if (zt_registry_policy(r->call->registry, zt_view_of(ret_name)))
		return ZT_OK;
	TRY(zt_registration_may(r, "iot:CreatePolicy", "policy", ret_name));
	return zt_txn_policy_create(r->txn, zt_view_of(ret_name), zt_str_view(&document), &made, r->error);
}

static zt_status take_policy(zt_registration *r, const zt_registration_resource *policy)
{
	zt_view name;
	char text[129];
	TRY(zt_in_json(policy->properties, &policy_name_param, ZT_OPTIONAL, &name, r->error));
	if (name.n && json_object_get(policy->properties, "PolicyDocument"))
		return zt_registration_fail(r, "A policy wants PolicyName or PolicyDocument, not both", policy->name);
	if (json_object_size(policy->overrides) > 0)
		return zt_registration_fail(r, "A policy takes no OverrideSettings", policy->name);
	TRY(name.n ? zt_text_copy(text, sizeof text, name) : make_policy(r, policy, text));
	TRY(zt_registration_add_arn(r, policy->name, "policy", text));
	TRY(zt_registration_may(r, "iot:AttachPolicy", "cert", r->certificate_id));
	return zt_txn_policy_attach(r->txn, zt_view_of(text), zt_str_view(&r->certificate_arn), r->error);
}

/* ---- all together, in the order that AWS documents for provisioning */

static zt_status run(zt_registration *r)
{
	TRY(take_certificate(r));
	if (r->thing.name)
		TRY(zt_registration_take_thing(r));
	for (size_t i = 0; i < r->policy_count; i++)
		TRY(take_policy(r, &r->policies[i]));
	if (r->thing.name)
		TRY(zt_registration_attach(r));
	return set_status(r);
}

/* The model of RegisterThing knows no other failure of a resource than this one. */
static void as_registration_failure(zt_error *error, zt_status status)
{
	if (!error || error->http >= 500 || status == ZT_E_DENIED || status == ZT_E_NOMEM || status == ZT_E_INTERNAL ||
	    strcmp(error->code, "ConflictingResourceUpdateException") == 0)
		return;
	(void)snprintf(error->code, sizeof error->code, "ResourceRegistrationFailureException");
	error->http = 400;
}

static zt_status read_template(const zt_call *call, json_t **ret_resources, zt_error *ret_error)
{
	zt_view text;
	zt_error cause = { 0 };
	const json_t *parameters;
	ZT_JSON_CLEANUP json_t *template = NULL;
	TRY(zt_in_json(call->body, &template_param, ZT_REQUIRED, &text, ret_error));
	TRY(zt_in_json_object(call->body, "parameters", &parameters, ret_error));
	if (zt_json_parse(text, &template, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "The template is not valid JSON: %s", cause.text);
	return zt_template_resolve(template, parameters, ret_resources, ret_error);
}

zt_status zt_iot_register_resources(zt_call *call, const json_t *resources, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *arns = json_object();
	ENSURE(arns, ZT_E_NOMEM);
	zt_registration r = { .call = call, .error = ret_error, .certificate_arn = ZT_STR(2048), .arns = arns };
	TRY(zt_call_txn(call, &r.txn));
	zt_status status = sort_resources(&r, resources);
	if (status == ZT_OK)
		status = run(&r);
	zt_str_free(&r.certificate_arn);
	if (status != ZT_OK)
		as_registration_failure(ret_error, status);
	return status;
}

static zt_status register_thing(zt_call *call, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *resources = NULL;
	TRY(read_template(call, &resources, ret_error));
	return zt_iot_register_resources(call, resources, ret_error);
}

static const zt_operation rows[] = {
	{ ZT_REST("RegisterThing", "POST", "/things", NULL, register_thing) },
};
const zt_operations zt_iot_register_operations = ZT_OPERATIONS(rows);
