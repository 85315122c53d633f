#include "cloud/api/iot_words.h"

#include "base/arn.h"
#include "cloud/api/input.h"

static const zt_param attribute_name = { "attributeName", 1, 128, "a-zA-Z0-9_.,@/:#-" };
static const zt_param attribute_value = { "attributeValue", 0, 800, "a-zA-Z0-9_.,@/:#=[]-" };

json_t *zt_json_iot_arn(const zt_registry *registry, const char *type, const char *name)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ZT_ARN_MAX);
	if (zt_account_iot_arn(zt_registry_account(registry), type, zt_view_of(name), &arn) != ZT_OK)
		return NULL;
	return json_string(zt_str_text(&arn));
}

json_t *zt_json_seconds(int64_t wall_ms)
{
	return json_real((double)wall_ms / 1000.0);
}

json_t *zt_json_validity(int64_t not_before_ms, int64_t not_after_ms)
{
	return json_pack("{s:o, s:o}", "notBefore", zt_json_seconds(not_before_ms), "notAfter",
			 zt_json_seconds(not_after_ms));
}

zt_status zt_not_found(zt_error *ret_error, const char *noun, zt_view name)
{
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException", "%s %.*s cannot be found.", noun,
			      ZT_PRI(name));
}

zt_status zt_certificate_of_arn(const zt_registry *registry, zt_view text, const zt_certificate **ret,
				zt_error *ret_error)
{
	zt_arn arn;
	zt_view id;
	if (zt_arn_parse(text, &arn) != ZT_OK || !zt_view_equal(arn.service, ZT_LIT("iot")) ||
	    !zt_arn_resource_of(&arn, ZT_LIT("cert"), &id))
		return zt_error_set(ret_error, ZT_E_INVALID, "The given ARN does not represent a cert: %.*s",
				    ZT_PRI(text));
	const zt_certificate *certificate = zt_registry_certificate(registry, id);
	if (!certificate)
		return zt_not_found(ret_error, "Certificate", text);
	*ret = certificate;
	return ZT_OK;
}

zt_status zt_in_attributes(const json_t *object, const json_t **ret_attributes, bool *ret_merge, zt_error *ret_error)
{
	const json_t *payload, *attributes = NULL;
	const char *name;
	json_t *value;
	TRY(zt_in_json_object(object, "attributePayload", &payload, ret_error));
	TRY(zt_in_json_object(payload, "attributes", &attributes, ret_error));
	TRY(zt_in_json_bool(payload, "merge", ret_merge, ret_error));
	json_object_foreach((json_t *)(uintptr_t)attributes, name, value) {
		TRY(zt_param_check(&attribute_name, zt_view_of(name), ret_error));
		if (!json_is_string(value))
			return zt_error_set(ret_error, ZT_E_INVALID, "the value of attribute '%s' must be a string",
					    name);
		TRY(zt_param_check(&attribute_value, zt_view_of(json_string_value(value)), ret_error));
	}
	*ret_attributes = attributes;
	return ZT_OK;
}
