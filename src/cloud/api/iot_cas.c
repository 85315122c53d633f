/* CA certificates and the registration code (AWS IoT, "X.509 client certificates"; AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/certificates.h"

static const zt_param ca_pem = { "caCertificate", 1, 65536, NULL };
static const zt_param verification_pem = { "verificationCertificate", 1, 65536, NULL };
static const zt_param mode_param = { "certificateMode", 1, 16, NULL };
static const zt_param template_body = { "templateBody", 0, 10240, NULL };
static const zt_param template_name = { "templateName", 1, 36, "0-9A-Za-z_-" };
static const zt_param role_arn = { "roleArn", 20, 2048, NULL };
static const zt_param new_status = { "newStatus", 1, 16, NULL };
static const zt_param new_auto = { "newAutoRegistrationStatus", 1, 16, NULL };
static const char *const modes[] = { "DEFAULT", "SNI_ONLY", NULL };
static const char *const statuses[] = { "ACTIVE", "INACTIVE", NULL };
static const char *const switches[] = { "ENABLE", "DISABLE", NULL };

typedef struct {
	zt_view body, name, role;
} registration;

/* registrationConfig; a role may be named only by who may pass it. */
static zt_status read_registration(const zt_call *call, registration *ret, zt_error *ret_error)
{
	const json_t *config;
	TRY(zt_in_json_object(call->body, "registrationConfig", &config, ret_error));
	TRY(zt_in_json(config, &template_body, ZT_OPTIONAL, &ret->body, ret_error));
	TRY(zt_in_json(config, &template_name, ZT_OPTIONAL, &ret->name, ret_error));
	TRY(zt_in_json(config, &role_arn, ZT_OPTIONAL, &ret->role, ret_error));
	return ret->role.n ? zt_call_may_pass_role(call, ret->role, ret_error) : ZT_OK;
}

static zt_status read_ca_spec(const zt_call *call, zt_ca_spec *ret, zt_error *ret_error)
{
	zt_view mode;
	unsigned mode_index = ZT_MODE_DEFAULT;
	registration config = { 0 };
	TRY(zt_in_json(call->body, &ca_pem, ZT_REQUIRED, &ret->pem, ret_error));
	TRY(zt_in_json(call->body, &verification_pem, ZT_OPTIONAL, &ret->verification_pem, ret_error));
	TRY(zt_in_json(call->body, &mode_param, ZT_OPTIONAL, &mode, ret_error));
	TRY(zt_word_index(mode_param.name, mode, modes, &mode_index, ret_error));
	TRY(zt_in_query_bool(call, "setAsActive", &ret->active, ret_error));
	TRY(zt_in_query_bool(call, "allowAutoRegistration", &ret->auto_registration, ret_error));
	TRY(read_registration(call, &config, ret_error));
	ret->mode = mode_index == 0 ? ZT_MODE_DEFAULT : ZT_MODE_SNI_ONLY;
	ret->template_body = config.body;
	ret->template_name = config.name;
	ret->role_arn = config.role;
	return ZT_OK;
}

/* What "already exists" shows: the certificate id follows from the bytes alone. */
static zt_status name_resource(zt_call *call, zt_view pem)
{
	zt_cert_info *info;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	if (zt_cert_read_pem(pem, &info, NULL) != ZT_OK)
		return ZT_OK;
	zt_status status =
	    zt_account_iot_arn(zt_registry_account(call->registry), "cacert", zt_view_of(info->id), &arn);
	if (status == ZT_OK)
		status = zt_call_resource(call, zt_view_of(info->id), zt_str_view(&arn));
	zt_cert_info_free(info);
	return status;
}

static zt_status register_ca(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_ca_spec spec = { 0 };
	const zt_ca *ca;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(read_ca_spec(call, &spec, ret_error));
	TRY(name_resource(call, spec.pem));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_ca_register(txn, &spec, &ca, ret_error));
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "cacert", zt_view_of(ca->id), &arn));
	TRY(zt_call_reply(call, json_pack("{s:s, s:s}", "certificateArn", zt_str_text(&arn), "certificateId", ca->id)));
	return zt_iot_tag_new(call, zt_str_view(&arn), ret_error);
}

static zt_status find(const zt_call *call, const zt_ca **ret, zt_error *ret_error)
{
	zt_view id;
	TRY(zt_in_label(call, 0, &zt_param_ca_certificate_id, &id, ret_error));
	*ret = zt_registry_ca(call->registry, id);
	return *ret ? ZT_OK : zt_not_found(ret_error, "CA certificate", id);
}

static json_t *describe(const zt_registry *registry, const zt_ca *ca)
{
	json_t *json = json_pack(
	    "{s:o, s:s, s:s, s:s, s:s, s:o}", "certificateArn", zt_json_iot_arn(registry, "cacert", ca->id),
	    "certificateId", ca->id, "status", ca->active ? "ACTIVE" : "INACTIVE", "certificatePem", ca->pem, "ownedBy",
	    zt_registry_account(registry)->account, "creationDate", zt_json_seconds(ca->created_ms));
	json_t *more = json_pack(
	    "{s:s, s:o, s:i, s:s, s:o, s:s}", "autoRegistrationStatus", ca->auto_registration ? "ENABLE" : "DISABLE",
	    "lastModifiedDate", zt_json_seconds(ca->modified_ms), "customerVersion", (int)ca->customer_version,
	    "generationId", ca->generation_id, "validity", zt_json_validity(ca->not_before_ms, ca->not_after_ms),
	    "certificateMode", zt_cert_mode_name(ca->mode));
	if (json_object_update_new(json, more) == 0)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *describe_registration(const zt_registration_config *config)
{
	if (!config->template_body && !config->template_name && !config->role_arn)
		return NULL;
	return json_pack("{s:s*, s:s*, s:s*}", "templateBody", config->template_body, "roleArn", config->role_arn,
			 "templateName", config->template_name);
}

static zt_status describe_ca(zt_call *call, zt_error *ret_error)
{
	const zt_ca *ca;
	TRY(find(call, &ca, ret_error));
	return zt_call_reply(call, json_pack("{s:o, s:o*}", "certificateDescription", describe(call->registry, ca),
					     "registrationConfig", describe_registration(&ca->registration)));
}

typedef struct {
	const zt_registry *registry;
	zt_view template_name;
} ca_filter;

static const void *next_ca(void *context, zt_view after)
{
	return zt_registry_next_ca(((ca_filter *)context)->registry, after);
}

static const void *previous_ca(void *context, zt_view before)
{
	return zt_registry_previous_ca(((ca_filter *)context)->registry, before);
}

/* Not the id: a caller may have deleted the last one of a page before it asks for the next. */
static zt_view ca_key(const void *entry)
{
	return zt_view_of(((const zt_ca *)entry)->position);
}

static bool wants_ca(void *context, const void *entry)
{
	zt_view name = ((ca_filter *)context)->template_name;
	return name.n == 0 || zt_view_equal(name, zt_view_of(((const zt_ca *)entry)->registration.template_name));
}

static json_t *show_ca(void *context, const void *entry)
{
	const zt_ca *ca = entry;
	return json_pack("{s:o, s:s, s:s, s:o}", "certificateArn",
			 zt_json_iot_arn(((ca_filter *)context)->registry, "cacert", ca->id), "certificateId", ca->id,
			 "status", ca->active ? "ACTIVE" : "INACTIVE", "creationDate", zt_json_seconds(ca->created_ms));
}

static zt_status list_cas(zt_call *call, zt_error *ret_error)
{
	ca_filter filter = { .registry = call->registry };
	const zt_page_source source = { next_ca, ca_key, wants_ca, show_ca, &filter };
	TRY(zt_in_query(call, &template_name, ZT_OPTIONAL, &filter.template_name, ret_error));
	return zt_page_reply_backwards(call, &zt_page_markers, &source, previous_ca, "certificates", ret_error);
}

static zt_status update_ca(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view id, word;
	unsigned status = 0, automatic = 0;
	registration config = { 0 };
	zt_ca_update update = { 0 };
	TRY(zt_in_label(call, 0, &zt_param_ca_certificate_id, &id, ret_error));
	TRY(zt_in_query(call, &new_status, ZT_OPTIONAL, &word, ret_error));
	TRY(zt_word_index(new_status.name, word, statuses, &status, ret_error));
	const bool active = status == 0;
	update.active = word.n ? &active : NULL;
	TRY(zt_in_query(call, &new_auto, ZT_OPTIONAL, &word, ret_error));
	TRY(zt_word_index(new_auto.name, word, switches, &automatic, ret_error));
	const bool enabled = automatic == 0;
	update.auto_registration = word.n ? &enabled : NULL;
	TRY(zt_in_json_bool(call->body, "removeAutoRegistration", &update.remove_registration, ret_error));
	TRY(read_registration(call, &config, ret_error));
	update.template_body = config.body;
	update.template_name = config.name;
	update.role_arn = config.role;
	TRY(zt_call_txn(call, &txn));
	return zt_txn_ca_update(txn, id, &update, ret_error);
}

static zt_status delete_ca(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view id;
	TRY(zt_in_label(call, 0, &zt_param_ca_certificate_id, &id, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_ca_delete(txn, id, ret_error));
	return zt_iot_untag_deleted(call, "cacert", id, ret_error);
}

static zt_status get_code(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const char *code;
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_registration_code(txn, &code, ret_error));
	return zt_call_reply(call, json_pack("{s:s}", "registrationCode", code));
}

static zt_status delete_code(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	TRY(zt_call_txn(call, &txn));
	return zt_txn_registration_code_delete(txn, ret_error);
}

#define CA "cacert/{}"
static const zt_operation rows[] = {
	{ ZT_REST("RegisterCACertificate", "POST", "/cacertificate", NULL, register_ca) },
	{ ZT_REST("DescribeCACertificate", "GET", "/cacertificate/{}", CA, describe_ca) },
	{ ZT_REST("UpdateCACertificate", "PUT", "/cacertificate/{}", CA, update_ca) },
	{ ZT_REST("DeleteCACertificate", "DELETE", "/cacertificate/{}", CA, delete_ca) },
	{ ZT_REST("ListCACertificates", "GET", "/cacertificates", NULL, list_cas) },
	{ ZT_REST("GetRegistrationCode", "GET", "/registrationcode", NULL, get_code) },
	{ ZT_REST("DeleteRegistrationCode", "DELETE", "/registrationcode", NULL, delete_code) },
};
const zt_operations zt_iot_ca_operations = ZT_OPERATIONS(rows);
