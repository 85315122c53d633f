/* What a field of the API may hold (AWS IoT API reference; IAM and Lambda API references), checked before anything is
 * changed. */
#ifndef ZT_CLOUD_REGISTRY_FIELDS_H
#define ZT_CLOUD_REGISTRY_FIELDS_H

#include "cloud/registry/refuse.h"
#include "zerotouch/view.h"

typedef struct {
	const char *member;  /* the API's name of it */
	const char *letters; /* allowed bytes, ranges as "a-z"; a '-' that is meant stands last */
	const char *pattern; /* AWS's regular expression, for the text */
	size_t min, max;     /* bytes */
	zt_refusal refusal;
} zt_field;

extern const zt_field zt_field_thing_name, zt_field_thing_type_name, zt_field_billing_group_name,
    zt_field_thing_group_name;
extern const zt_field zt_field_attribute_name, zt_field_attribute_value;
extern const zt_field zt_field_policy_name, zt_field_rule_name, zt_field_template_name;
extern const zt_field zt_field_role_name, zt_field_role_policy_name, zt_field_session_name, zt_field_role_path;
extern const zt_field zt_field_function_name;

/* ZT_OK, or the field's refusal in AWS's words. */
ZT_NODISCARD zt_status zt_field_check(const zt_field *field, zt_view value, zt_error *ret_error);

/* Characters without white space, as the quotas of policy documents count them. */
size_t zt_field_characters(zt_view text);

#endif
