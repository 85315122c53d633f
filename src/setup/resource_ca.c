/* A tenant's CA certificate, registered with proof of possession. */
#include "aws/iot_ca.h"
#include "setup/state.h"

enum { PEM_MAX = 64 * 1024 };

/* The template that devices are provisioned by; null: none. */
static json_t *registration_config(const zt_setup *setup)
{
	return setup->spec.jitp ? json_pack("{s:s}", "templateName", setup->jitp_name) : json_null();
}

/* Of a template that is named, the name says all. */
static json_t *seen_config(const json_t *answer)
{
	json_t *config = json_object_get(answer, "registrationConfig");
	json_t *name = json_object_get(config, "templateName");
	if (name)
		return json_pack("{s:O}", "templateName", name);
	return json_object_size(config) ? json_incref(config) : json_null();
}

/* One that is not in the specification may be in any state. */
static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	bool given = setup->accepted[item->index].given;
	zt_view mode = setup->spec.ca_mode;
	*ret = given ? json_pack("{s:s, s:s, s:o*, s:o}", "status", "ACTIVE", "autoRegistrationStatus", "ENABLE",
				 "certificateMode", mode.n ? zt_json_string(mode) : NULL, "registrationConfig",
				 registration_config(setup))
		     : json_object();
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_view id_of(const zt_setup *setup, const zt_setup_item *item)
{
	return zt_view_of(setup->accepted[item->index].id);
}

static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_iot_ca_describe(setup->client, id_of(setup, item), &answer, ret_error));
	const json_t *description = json_object_get(answer, "certificateDescription");
	TRY(zt_setup_has_tag(setup, zt_json_view(description, "certificateArn"), ret_ours, ret_error));
	const json_t *validity = json_object_get(description, "validity");
	*ret = json_pack("{s:O?, s:O?, s:O*, s:O*, s:o}", "status", json_object_get(description, "status"),
			 "autoRegistrationStatus", json_object_get(description, "autoRegistrationStatus"), "notAfter",
			 json_object_get(validity, "notAfter"), "certificateMode",
			 json_object_get(description, "certificateMode"), "registrationConfig", seen_config(answer));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status prove(zt_setup *setup, const zt_setup_ca *ca, zt_str *ret_proof, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str code = ZT_STR(128);
	TRY(zt_iot_registration_code_get(setup->client, &code, ret_error));
	TRY(setup->spec.prove(setup->spec.context, ca, zt_str_view(&code), ret_proof, ret_error));
	return ret_proof->n ? ZT_OK
			    : zt_error_set(ret_error, ZT_E_FAILED, "nobody gave a proof of possession of the CA's key");
}

/* Refusals of AWS's that somebody can do something about. */
static zt_status tell_remedy(const zt_setup_item *item, zt_status status, zt_error *ret_error)
{
	const char *remedy =
	    status == ZT_E_LIMIT ? "setup --prune removes the expired ones of the same subject"
	    : status == ZT_E_EXISTS
		? "it is registered already, perhaps by another account: --mode sni-only allows several"
		: NULL;
	if (!remedy || !ret_error)
		return status;
	zt_error error = *ret_error;
	(void)snprintf(ret_error->text, sizeof ret_error->text, "CA certificate %.16s…: %.250s; %s", item->name,
		       error.text, remedy);
	return status;
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	const zt_setup_ca *ca = setup->accepted[item->index].given;
	ZT_CLEANUP(zt_str_free) zt_str proof = ZT_STR(PEM_MAX);
	ZT_JSON_CLEANUP json_t *tags = zt_setup_tags(setup);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	ZT_JSON_CLEANUP json_t *config = registration_config(setup);
	if (!zt_view_equal(setup->spec.ca_mode, ZT_LIT("SNI_ONLY")))
		TRY(prove(setup, ca, &proof, ret_error));
	zt_iot_ca_spec spec = { .ca_pem = ca->pem,
				.proof_pem = zt_str_view(&proof),
				.active = true,
				.auto_registration = true,
				.registration_config = json_is_object(config) ? config : NULL,
				.tags = tags };
	return tell_remedy(item, zt_iot_ca_register(setup->client, &spec, &answer, ret_error), ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	if (json_object_get(item->desired, "certificateMode"))
		return zt_error_set(ret_error, ZT_E_CONFLICT,
				    "CA certificate %s is registered in another mode, and AWS never changes one: "
				    "tear the set-up down first",
				    item->name);
	const json_t *config = json_object_get(item->desired, "registrationConfig");
	zt_iot_ca_update update = { .status = zt_json_view(item->desired, "status"),
				    .auto_registration = zt_json_view(item->desired, "autoRegistrationStatus"),
				    .registration_config = json_is_object(config) ? config : NULL };
	/* Taking the template away may take auto-registration along. */
	if (json_is_null(config)) {
		const zt_iot_ca_update away = { .remove_registration_config = true };
		TRY(zt_iot_ca_change(setup->client, id_of(setup, item), &away, ret_error));
		update.auto_registration = ZT_LIT("ENABLE");
	}
	return zt_iot_ca_change(setup->client, id_of(setup, item), &update, ret_error);
}

/* Inactive first, so that no device comes in while its neighbours are removed. */
static zt_status remove_ca(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	zt_iot_ca_update update = { .status = ZT_LIT("INACTIVE"), .auto_registration = ZT_LIT("DISABLE") };
	TRY(zt_iot_ca_change(setup->client, id_of(setup, item), &update, ret_error));
	/* The devices of an expired CA have newer certificates, or will: their things stay. */
	TRY(zt_setup_remove_devices(setup, id_of(setup, item), !setup->accepted[item->index].leaving, ret_error));
	return zt_iot_ca_delete(setup->client, id_of(setup, item), ret_error);
}

static const zt_operator_action actions[] = {
	{ "iot:DescribeCACertificate", { "cacert/*" } }, { "iot:ListTagsForResource", { "cacert/*" } },
	{ "iot:GetRegistrationCode", { "*" } },          { "iot:RegisterCACertificate", { "*" } },
	{ "iot:TagResource", { "cacert/*" } },           { "iot:UpdateCACertificate", { "cacert/*" } },
	{ "iot:DeleteCACertificate", { "cacert/*" } },
};

const zt_resource zt_resource_ca = {
	"CA certificate", desired, observe, create, update, remove_ca, ZT_OPERATOR_ACTIONS(actions)
};
