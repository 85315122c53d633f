#include "jitr/register.h"

#include <inttypes.h>

#include "aws/iot_certificate.h"
#include "aws/iot_policy.h"
#include "aws/iot_thing.h"
#include "base/json.h"
#include "jitr/attach.h"

enum { TEMPLATE_MAX = 10 * 1024 /* AWS IoT: characters of a template */ };

zt_jitr_overrides zt_jitr_overrides_of(zt_jitr_action action)
{
	switch (action) {
	case ZT_JITR_REGISTER_NEW:
		return (zt_jitr_overrides){ "FAIL", "DO_NOTHING", "DO_NOTHING" };
	case ZT_JITR_REGISTER_ACTIVE:
		return (zt_jitr_overrides){ "MERGE", "REPLACE", "REPLACE" };
	default:
		return (zt_jitr_overrides){ "MERGE", "REPLACE", "DO_NOTHING" };
	}
}

zt_status zt_jitr_template(const zt_jitr_overrides *overrides, bool predecessor, zt_str *out)
{
	static const char *const parameters[] = { "name",      "type",   "certificate", "device",
						  "notBefore", "tenant", "policy",      "predecessor" };
	TRY(zt_str_put_text(out, "{\"Parameters\":{"));
	for (size_t i = 0; i < ZT_COUNT(parameters) - !predecessor; i++)
		TRY(zt_str_printf(out, "%s\"%s\":{\"Type\":\"String\"}", i ? "," : "", parameters[i]));
	TRY(zt_str_printf(out,
			  "},\"Resources\":{\"thing\":{\"Type\":\"AWS::IoT::Thing\",\"Properties\":{"
			  "\"ThingName\":{\"Ref\":\"name\"},\"ThingTypeName\":{\"Ref\":\"type\"},\"AttributePayload\":{"
			  "\"deviceId\":{\"Ref\":\"device\"},\"certificateId\":{\"Ref\":\"certificate\"},"
			  "\"notBefore\":{\"Ref\":\"notBefore\"},\"tenant\":{\"Ref\":\"tenant\"}%s}},"
			  "\"OverrideSettings\":{\"AttributePayload\":\"%s\",\"ThingTypeName\":\"%s\"}},",
			  predecessor ? ",\"predecessor\":{\"Ref\":\"predecessor\"}" : "", overrides->attributes,
			  overrides->thing_type));
	return zt_str_printf(out,
			     "\"certificate\":{\"Type\":\"AWS::IoT::Certificate\",\"Properties\":{"
			     "\"CertificateId\":{\"Ref\":\"certificate\"},\"Status\":\"ACTIVE\"},"
			     "\"OverrideSettings\":{\"Status\":\"%s\"}},\"policy\":{\"Type\":\"AWS::IoT::Policy\","
			     "\"Properties\":{\"PolicyName\":{\"Ref\":\"policy\"}}}}}",
			     overrides->status);
}

static const char *tenant_of(const zt_jitr_act *act)
{
	return zt_jitr_config_ca(act->config, zt_view_of(act->certificate->ca_id))->tenant;
}

/* NULL when there is none. */
static const char *predecessor_of(const zt_jitr_act *act)
{
	const zt_jitr_thing *thing = act->thing;
	bool current = strcmp(thing->certificate_id, act->certificate->id) == 0;
	const char *id = current ? thing->predecessor : thing->certificate_id;
	return id[0] ? id : NULL;
}

static zt_status register_thing(const zt_jitr_act *act, zt_jitr_action action, zt_error *ret_error)
{
	zt_jitr_overrides overrides = zt_jitr_overrides_of(action);
	ZT_CLEANUP(zt_str_free) zt_str template = ZT_STR(TEMPLATE_MAX);
	const char *predecessor = predecessor_of(act);
	TRY(zt_jitr_template(&overrides, predecessor != NULL, &template));
	char not_before[24];
	(void)snprintf(not_before, sizeof not_before, "%" PRId64, act->certificate->not_before_s);
	ZT_JSON_CLEANUP json_t *parameters = json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*}", "name", act->thing->name, "type", act->config->thing_type,
	    "certificate", act->certificate->id, "device", act->certificate->device_id, "notBefore", not_before,
	    "tenant", tenant_of(act), "policy", act->config->policy, "predecessor", predecessor);
	ENSURE(parameters, ZT_E_NOMEM);
	return zt_iot_thing_register(act->client, zt_str_view(&template), parameters, NULL, ret_error);
}

static json_t *attributes_of(const zt_jitr_act *act)
{
	char not_before[24];
	(void)snprintf(not_before, sizeof not_before, "%" PRId64, act->certificate->not_before_s);
	return json_pack("{s:s, s:s, s:s, s:s, s:s*}", "deviceId", act->certificate->device_id, "certificateId",
			 act->certificate->id, "notBefore", not_before, "tenant", tenant_of(act), "predecessor",
			 predecessor_of(act));
}

/* Both calls tell when somebody else was faster: another configuration, another version. */
static zt_status put_thing(const zt_jitr_act *act, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *attributes = attributes_of(act);
	ENSURE(attributes, ZT_E_NOMEM);
	zt_iot_thing_spec spec = { .type = zt_view_of(act->config->thing_type), .attributes = attributes };
	zt_view name = zt_view_of(act->thing->name);
	zt_status status = act->thing->exists
			       ? zt_iot_thing_update(act->client, name, &spec, act->thing->version, ret_error)
			       : zt_iot_thing_create(act->client, name, &spec, NULL, ret_error);
	return status == ZT_E_EXISTS || status == ZT_E_CONFLICT ? ZT_E_AGAIN : status;
}

static zt_status register_plainly(zt_jitr_act *act, zt_jitr_action action, zt_error *ret_error)
{
	TRY(put_thing(act, ret_error));
	TRY(zt_jitr_attach(act, ret_error));
	TRY(zt_iot_policy_attach(act->client, zt_view_of(act->config->policy), zt_view_of(act->certificate->arn),
				 ret_error));
	if (action != ZT_JITR_REGISTER_ACTIVE)
		return ZT_OK;
	return zt_iot_certificate_update(act->client, zt_view_of(act->certificate->id), ZT_LIT("ACTIVE"), ret_error);
}

/* A refusal that plain calls may get around; not a service out of reach, nor wrong keys. */
static bool is_refusal(zt_status status)
{
	switch (status) {
	case ZT_E_INVALID:
	case ZT_E_CONFLICT:
	case ZT_E_EXISTS:
	case ZT_E_DENIED:
	case ZT_E_NOT_FOUND:
	case ZT_E_LIMIT:
	case ZT_E_STATE:
		return true;
	default:
		return false;
	}
}

zt_status zt_jitr_register(zt_jitr_act *act, zt_jitr_action action, zt_error *ret_error)
{
	zt_status status = register_thing(act, action, ret_error);
	if (!is_refusal(status))
		return status;
	act->plain = true;
	return register_plainly(act, action, ret_error);
}
