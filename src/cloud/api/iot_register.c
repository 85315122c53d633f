/* RegisterThing: a thing, its certificate and its policies from one template (facts §1.5). All of it or nothing. */
#include "base/digest.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_make.h"
#include "cloud/api/iot_register.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/api/template.h"
#include "cloud/registry/groups.h"
#include "cloud/registry/policies.h"

enum { POLICIES_MAX = ZT_POLICIES_PER_TARGET_MAX };

static const zt_param template_param = { "templateBody", 0, ZT_TEMPLATE_MAX, NULL };
static const zt_param pem_param = { "CertificatePem", 1, 65536, NULL };
static const zt_param ca_pem_param = { "CACertificatePem", 1, 65536, NULL };
static const zt_param csr_param = { "CertificateSigningRequest", 1, 4096, NULL };
static const zt_param id_param = { "CertificateId", 64, 64, "a-fA-F0-9" };
static const zt_param word_param = { "Status", 1, 32, NULL };
static const zt_param thing_param = { "ThingName", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param type_param = { "ThingTypeName", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param billing_param = { "BillingGroup", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param policy_name_param = { "PolicyName", 1, 128, "\\w+=,.@-" };

/* One resource of the template, resolved. */
typedef struct {
	const char *name; /* logical; NULL when the template has none */
	const json_t *properties, *overrides;
} resource;

typedef struct {
	zt_call *call;
	zt_txn *txn;
	zt_error *error;
	resource thing, certificate, policies[POLICIES_MAX];
	size_t policy_count;
	char thing_name[129], certificate_id[ZT_CERT_ID_TEXT];
	zt_str certificate_arn;
	json_t *arns; /* resourceArns, by logical name */
} registration;

static zt_status fail(registration *r, const char *what, const char *name)
{
	return zt_error_coded(r->error, ZT_E_INVALID, "ResourceRegistrationFailureException", "%s: %s", what, name);
}

/* What is to be done about a value that stands there already. AWS does not say what holds without a setting: a thing
 * keeps its value, a certificate takes the template's status (unconfirmed). */
typedef enum { DO_NOTHING, REPLACE, FAIL, MERGE } override;

static zt_status read_override(registration *r, const resource *of, const char *setting, override fallback,
			       override *ret)
{
	static const char *const words[] = { "DO_NOTHING", "REPLACE", "FAIL", "MERGE", NULL };
	unsigned index = fallback;
	TRY(zt_word_index(setting, zt_json_view(of->overrides, setting), words, &index, r->error));
	*ret = (override)index;
	return ZT_OK;
}

static zt_status conflict(registration *r, const char *what)
{
	return zt_error_coded(r->error, ZT_E_CONFLICT, "ConflictingResourceUpdateException",
			      "%s is another one already, and the template's OverrideSettings say FAIL", what);
}

static zt_status add_arn(registration *r, const char *logical, const char *type, const char *name)
{
	json_t *arn = zt_json_iot_arn(r->call->registry, type, name);
	return json_object_set_new(r->arns, logical, arn) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status may(const registration *r, const char *action, const char *type, const char *name)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_account_iot_arn(zt_registry_account(r->call->registry), type, zt_view_of(name), &arn));
	return zt_authorise_action(r->call, action, zt_str_view(&arn), r->error);
}

/* ---- what the template says */

static zt_status sort_resource(registration *r, const char *name, const json_t *node)
{
	zt_view type = zt_json_view(node, "Type");
	resource found = { name, json_object_get(node, "Properties"), json_object_get(node, "OverrideSettings") };
	resource *slot = NULL;
	if (zt_view_equal(type, ZT_LIT("AWS::IoT::Thing")))
		slot = &r->thing;
	else if (zt_view_equal(type, ZT_LIT("AWS::IoT::Certificate")))
		slot = &r->certificate;
	else if (zt_view_equal(type, ZT_LIT("AWS::IoT::Policy")) && r->policy_count < POLICIES_MAX)
		slot = &r->policies[r->policy_count++];
	if (!slot || slot->name)
		return fail(r, "The template has a resource of an unknown type, or one too many of its type", name);
	if (!json_is_object(found.properties))
		return fail(r, "A resource of the template has no Properties", name);
	*slot = found;
	return ZT_OK;
}

static zt_status sort_resources(registration *r, const json_t *resources)
{
	const char *name;
	json_t *node;
	json_object_foreach((json_t *)(uintptr_t)resources, name, node)
		TRY(sort_resource(r, name, node));
	return r->certificate.name ? ZT_OK : fail(r, "The template has no resource of type", "AWS::IoT::Certificate");
}

/* ---- certificate */

static zt_status read_wanted_status(registration *r, zt_cert_status *ret)
{
	static const char *const words[] = { "ACTIVE", "INACTIVE", NULL };
	zt_view word;
	unsigned index = 0;
	TRY(zt_in_json(r->certificate.properties, &word_param, ZT_OPTIONAL, &word, r->error));
	TRY(zt_word_index(word_param.name, word, words, &index, r->error));
	*ret = index == 0 ? ZT_CERT_ACTIVE : ZT_CERT_INACTIVE;
	return ZT_OK;
}

static zt_status certificate_by_id(registration *r, zt_view id, const zt_certificate **ret)
{
	*ret = zt_registry_certificate(r->call->registry, id);
	return *ret ? ZT_OK : zt_not_found(r->error, "Certificate", id);
}

/* A certificate that is registered already is as good as one that is registered now. */
static zt_status certificate_by_pem(registration *r, zt_view pem, zt_view ca_pem, const zt_certificate **ret)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	if (zt_cert_read_pem(pem, &info, NULL) == ZT_OK)
		*ret = zt_registry_certificate(r->call->registry, zt_view_of(info->id));
	if (*ret)
		return ZT_OK;
	TRY(zt_authorise_action(r->call, "iot:RegisterCertificate", ZT_VIEW_EMPTY, r->error));
	return zt_make_from_pem(r->call, pem, ca_pem, ZT_CERT_INACTIVE, ret, r->error);
}

static zt_status find_certificate(registration *r, const zt_certificate **ret)
{
	zt_view pem, ca_pem, csr, id;
	const json_t *properties = r->certificate.properties;
	TRY(zt_in_json(properties, &pem_param, ZT_OPTIONAL, &pem, r->error));
	TRY(zt_in_json(properties, &ca_pem_param, ZT_OPTIONAL, &ca_pem, r->error));
	TRY(zt_in_json(properties, &csr_param, ZT_OPTIONAL, &csr, r->error));
	TRY(zt_in_json(properties, &id_param, ZT_OPTIONAL, &id, r->error));
	if ((pem.n > 0) + (csr.n > 0) + (id.n > 0) != 1)
		return fail(
		    r, "A certificate wants exactly one of CertificateSigningRequest, CertificateId and CertificatePem",
		    r->certificate.name);
	if (id.n)
		return certificate_by_id(r, id, ret);
	if (pem.n)
		return certificate_by_pem(r, pem, ca_pem, ret);
	TRY(zt_authorise_action(r->call, "iot:CreateCertificateFromCsr", ZT_VIEW_EMPTY, r->error));
	return zt_make_from_csr(r->call, csr, ZT_CERT_INACTIVE, ret, r->error);
}

static zt_status take_certificate(registration *r)
{
	const zt_certificate *certificate = NULL;
	TRY(find_certificate(r, &certificate));
	TRY(zt_text_copy(r->certificate_id, sizeof r->certificate_id, zt_view_of(certificate->id)));
	TRY(zt_account_iot_arn(zt_registry_account(r->call->registry), "cert", zt_view_of(certificate->id),
			       &r->certificate_arn));
	TRY(add_arn(r, r->certificate.name, "cert", certificate->id));
	json_t *pem = json_string(certificate->pem);
	return zt_call_reply(r->call, json_pack("{s:o, s:O}", "certificatePem", pem, "resourceArns", r->arns));
}

/* The last step, so that a device is let in only when all else is there. One that waits for its activation gets it
 * whatever the override says. */
static zt_status set_status(registration *r)
{
	zt_cert_status wanted = ZT_CERT_ACTIVE;
	override how;
	const zt_certificate *certificate = zt_registry_certificate(r->call->registry, zt_view_of(r->certificate_id));
	ENSURE(certificate, ZT_E_INTERNAL);
	TRY(read_wanted_status(r, &wanted));
	TRY(read_override(r, &r->certificate, "Status", REPLACE, &how));
	if (certificate->status == wanted)
		return ZT_OK;
	if (certificate->status != ZT_CERT_PENDING_ACTIVATION && how == DO_NOTHING)
		return ZT_OK;
	if (certificate->status != ZT_CERT_PENDING_ACTIVATION && how == FAIL)
		return conflict(r, "The certificate's status");
	TRY(may(r, "iot:UpdateCertificate", "cert", r->certificate_id));
	return zt_txn_certificate_update(r->txn, zt_view_of(r->certificate_id), wanted, r->error);
}

/* ---- thing */

static zt_status read_thing(registration *r, zt_thing_spec *ret)
{
	const json_t *properties = r->thing.properties;
	TRY(zt_in_json(properties, &thing_param, ZT_REQUIRED, &ret->name, r->error));
	TRY(zt_in_json(properties, &type_param, ZT_OPTIONAL, &ret->type, r->error));
	TRY(zt_in_json(properties, &billing_param, ZT_OPTIONAL, &ret->billing_group, r->error));
	TRY(zt_in_json_object(properties, "AttributePayload", &ret->attributes, r->error));
	return zt_text_copy(r->thing_name, sizeof r->thing_name, ret->name);
}

/* What differs from the thing that is there, as its overrides want it. *ret_changes says whether anything is to be
 * done. */
static zt_status plan_update(registration *r, const zt_thing *old, const zt_thing_spec *spec, zt_thing_update *ret,
			     bool *ret_changes)
{
	override attributes, type;
	TRY(read_override(r, &r->thing, "AttributePayload", DO_NOTHING, &attributes));
	TRY(read_override(r, &r->thing, "ThingTypeName", DO_NOTHING, &type));
	bool other_attributes = spec->attributes && !json_equal(spec->attributes, old->attributes);
	bool other_type = spec->type.n && !zt_view_equal(spec->type, zt_view_of(old->type));
	if (other_attributes && attributes == FAIL)
		return conflict(r, "An attribute of the thing");
	if (other_type && (type == FAIL || type == MERGE))
		return conflict(r, "The thing's type");
	*ret = (zt_thing_update){ .name = spec->name, .merge = attributes == MERGE };
	if (other_attributes && attributes != DO_NOTHING)
		ret->attributes = spec->attributes;
	if (other_type && type == REPLACE)
		ret->type = spec->type;
	*ret_changes = ret->attributes || ret->type.n;
	return ZT_OK;
}

static zt_status take_thing(registration *r)
{
	zt_thing_spec spec = { 0 };
	zt_thing_update update;
	bool changes = false;
	const zt_thing *thing;
	TRY(read_thing(r, &spec));
	TRY(add_arn(r, r->thing.name, "thing", r->thing_name));
	const zt_thing *old = zt_registry_thing(r->call->registry, spec.name);
	if (!old) {
		TRY(may(r, "iot:CreateThing", "thing", r->thing_name));
		return zt_txn_thing_create(r->txn, &spec, &thing, r->error);
	}
	TRY(plan_update(r, old, &spec, &update, &changes));
	if (!changes)
		return ZT_OK;
	TRY(may(r, "iot:UpdateThing", "thing", r->thing_name));
	return zt_txn_thing_update(r->txn, &update, r->error);
}

static zt_status check_groups(registration *r, const json_t *names)
{
	size_t i;
	json_t *name;
	json_array_foreach(names, i, name)
		if (!json_is_string(name))
			return fail(r, "ThingGroups wants names", r->thing.name);
	return ZT_OK;
}

static bool names_group(const json_t *names, const char *group)
{
	size_t i;
	json_t *name;
	json_array_foreach(names, i, name)
		if (strcmp(json_string_value(name), group) == 0)
			return true;
	return false;
}

/* Leaves the groups that the template does not name, or fails where there is one. */
static zt_status leave_groups(registration *r, const json_t *names, override how)
{
	zt_view thing = zt_view_of(r->thing_name);
	const zt_thing_group *group;
	for (size_t i = 0; (group = zt_registry_group_of_thing(r->call->registry, thing, i));) {
		if (names_group(names, group->name)) {
			i++;
			continue;
		}
		if (how == FAIL)
			return conflict(r, "A group of the thing");
		TRY(may(r, "iot:RemoveThingFromThingGroup", "thinggroup", group->name));
		TRY(zt_txn_group_remove(r->txn, zt_view_of(group->name), thing, r->error));
	}
	return ZT_OK;
}

static zt_status take_groups(registration *r, bool is_new)
{
	const json_t *names;
	json_t *name;
	size_t i;
	override how;
	TRY(zt_in_json_array(r->thing.properties, "ThingGroups", &names, r->error));
	TRY(read_override(r, &r->thing, "ThingGroups", DO_NOTHING, &how));
	if (!names || (!is_new && how == DO_NOTHING))
		return ZT_OK;
	TRY(check_groups(r, names));
	if (how == REPLACE || how == FAIL)
		TRY(leave_groups(r, names, how));
	json_array_foreach(names, i, name) {
		TRY(may(r, "iot:AddThingToThingGroup", "thinggroup", json_string_value(name)));
		TRY(zt_txn_group_add(r->txn, zt_view_of(json_string_value(name)), zt_view_of(r->thing_name), r->error));
	}
	return ZT_OK;
}

static zt_status attach_to_thing(registration *r)
{
	static const char *const words[] = { "EXCLUSIVE_THING", "NON_EXCLUSIVE_THING", NULL };
	unsigned kind = 1;
	zt_view word = zt_json_view(r->certificate.properties, "ThingPrincipalType");
	TRY(zt_word_index("ThingPrincipalType", word, words, &kind, r->error));
	TRY(may(r, "iot:AttachThingPrincipal", "thing", r->thing_name));
	return zt_txn_thing_attach(r->txn, zt_view_of(r->thing_name), zt_str_view(&r->certificate_arn), kind == 0,
				   r->error);
}

static zt_status take_thing_and_groups(registration *r)
{
	zt_view name = zt_json_view(r->thing.properties, "ThingName");
	bool is_new = !zt_registry_thing(r->call->registry, name);
	TRY(take_thing(r));
	return take_groups(r, is_new);
}

/* ---- policies */

/* PolicyDocument: a string, or JSON as it is. */
static zt_status policy_document(registration *r, const resource *policy, zt_str *out)
{
	const json_t *document = json_object_get(policy->properties, "PolicyDocument");
	if (json_is_object(document))
		return zt_json_write(document, out);
	if (!json_is_string(document))
		return fail(r, "A policy wants PolicyName or PolicyDocument", policy->name);
	return zt_str_put(out, zt_json_view(policy->properties, "PolicyDocument"));
}

/* A document without a name is named by its digest, so the same one is made once. */
static zt_status make_policy(registration *r, const resource *policy, char ret_name[129])
{
	const zt_iot_policy *made;
	ZT_CLEANUP(zt_str_free) zt_str document = ZT_STR(ZT_TEMPLATE_RESULT_MAX);
	TRY(policy_document(r, policy, &document));
	zt_sha256_hex_of(zt_str_view(&document), ret_name);
	if (zt_registry_policy(r->call->registry, zt_view_of(ret_name)))
		return ZT_OK;
	TRY(may(r, "iot:CreatePolicy", "policy", ret_name));
	return zt_txn_policy_create(r->txn, zt_view_of(ret_name), zt_str_view(&document), &made, r->error);
}

static zt_status take_policy(registration *r, const resource *policy)
{
	zt_view name;
	char text[129];
	TRY(zt_in_json(policy->properties, &policy_name_param, ZT_OPTIONAL, &name, r->error));
	if (name.n && json_object_get(policy->properties, "PolicyDocument"))
		return fail(r, "A policy wants PolicyName or PolicyDocument, not both", policy->name);
	if (json_object_size(policy->overrides) > 0)
		return fail(r, "A policy takes no OverrideSettings", policy->name);
	TRY(name.n ? zt_text_copy(text, sizeof text, name) : make_policy(r, policy, text));
	TRY(add_arn(r, policy->name, "policy", text));
	TRY(may(r, "iot:AttachPolicy", "cert", r->certificate_id));
	return zt_txn_policy_attach(r->txn, zt_view_of(text), zt_str_view(&r->certificate_arn), r->error);
}

/* ---- all together, in the order that AWS documents for provisioning */

static zt_status run(registration *r)
{
	TRY(take_certificate(r));
	if (r->thing.name)
		TRY(take_thing_and_groups(r));
	for (size_t i = 0; i < r->policy_count; i++)
		TRY(take_policy(r, &r->policies[i]));
	if (r->thing.name)
		TRY(attach_to_thing(r));
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
	registration r = { .call = call, .error = ret_error, .certificate_arn = ZT_STR(2048), .arns = arns };
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
