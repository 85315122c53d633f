#include "cloud/registry/attributes.h"

#include "base/json.h"
#include "cloud/registry/fields.h"

zt_status zt_attributes_check(const json_t *attributes, zt_error *ret_error)
{
	const char *name;
	json_t *value;
	if (attributes && !json_is_object(attributes))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "Attributes are no object");
	json_object_foreach((json_t *)(uintptr_t)attributes, name, value) {
		TRY(zt_field_check(&zt_field_attribute_name, zt_view_of(name), ret_error));
		if (!json_is_string(value))
			return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The value of attribute %s is no string", name);
		TRY(zt_field_check(&zt_field_attribute_value, zt_view_of(json_string_value(value)), ret_error));
	}
	return ZT_OK;
}

/* An empty value takes an attribute away. */
static zt_status merge_into(json_t *into, const json_t *attributes)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)attributes, name, value) {
		if (json_string_length(value) == 0)
			(void)json_object_del(into, name);
		else
			ENSURE(json_object_set(into, name, value) == 0, ZT_E_NOMEM);
	}
	return ZT_OK;
}

zt_status zt_attributes_update(json_t **into, const json_t *attributes, bool merge)
{
	ZT_JSON_CLEANUP json_t *updated = merge ? json_copy(*into) : json_deep_copy(attributes);
	ENSURE(updated, ZT_E_NOMEM);
	if (merge)
		TRY(merge_into(updated, attributes));
	json_decref(*into);
	*into = ZT_STEAL(updated);
	return ZT_OK;
}
