#include "cloud/registry/fields.h"

#define IOT_NAME(name)                                                             \
	{                                                                          \
		name, "a-zA-Z0-9:_-", "[a-zA-Z0-9:_-]+", 1, 128, ZT_REFUSE_INVALID \
	}

const zt_field zt_field_thing_name = IOT_NAME("thingName");
const zt_field zt_field_thing_type_name = IOT_NAME("thingTypeName");
const zt_field zt_field_thing_group_name = IOT_NAME("thingGroupName");
const zt_field zt_field_billing_group_name = IOT_NAME("billingGroupName");
const zt_field zt_field_attribute_name = { "attributes", "a-zA-Z0-9_.,@/:#-", "[a-zA-Z0-9_.,@/:#-]+", 1,
					   128,          ZT_REFUSE_INVALID };
const zt_field zt_field_attribute_value = { "attributes", "a-zA-Z0-9_.,@/:#=[]-", "[a-zA-Z0-9_.,@/:#=\\[\\]-]*", 0,
					    800,          ZT_REFUSE_INVALID };
const zt_field zt_field_policy_name = { "policyName", "a-zA-Z0-9_+=,.@-", "[\\w+=,.@-]+", 1, 128, ZT_REFUSE_INVALID };
const zt_field zt_field_rule_name = { "ruleName", "a-zA-Z0-9_", "[a-zA-Z0-9_]+", 1, 128, ZT_REFUSE_INVALID };
const zt_field zt_field_template_name = { "templateName", "0-9A-Za-z_-", "[0-9A-Za-z_-]+", 1, 36, ZT_REFUSE_INVALID };
const zt_field zt_field_role_name = { "roleName", "a-zA-Z0-9_+=,.@-", "[\\w+=,.@-]+", 1, 64, ZT_REFUSE_IAM_VALUE };
const zt_field zt_field_role_policy_name = { "policyName", "a-zA-Z0-9_+=,.@-", "[\\w+=,.@-]+", 1,
					     128,          ZT_REFUSE_IAM_VALUE };
const zt_field zt_field_session_name = { "roleSessionName",  "a-zA-Z0-9_+=,.@-", "[\\w+=,.@-]*", 2, 64,
					 ZT_REFUSE_IAM_VALUE };
const zt_field zt_field_role_path = { "path", "!-\x7f", "(\\u002F)|(\\u002F[\\u0021-\\u007F]+\\u002F)",
				      1,      512,      ZT_REFUSE_IAM_VALUE };
const zt_field zt_field_function_name = {
	"functionName", "a-zA-Z0-9_-", "[a-zA-Z0-9-_]+", 1, 64, ZT_REFUSE_LAMBDA_VALUE
};

static bool is_letter(const char *letters, uint8_t c)
{
	for (const uint8_t *at = (const uint8_t *)letters; *at; at++) {
		bool range = at[1] == '-' && at[2];
		if (range ? c >= at[0] && c <= at[2] : c == at[0])
			return true;
		if (range)
			at += 2;
	}
	return false;
}

static bool only_letters(const char *letters, zt_view value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_letter(letters, value.p[i]))
			return false;
	return true;
}

static zt_status refuse_length(const zt_field *field, zt_view value, zt_error *ret_error)
{
	bool is_short = value.n < field->min;
	return zt_refuse(
	    ret_error, field->refusal,
	    "1 validation error detected: Value '%.*s' at '%s' failed to satisfy constraint: Member must have "
	    "length %s than or equal to %zu",
	    value.n > 160 ? 160 : (int)value.n, (const char *)zt_view_pri_ptr(value), field->member,
	    is_short ? "greater" : "less", is_short ? field->min : field->max);
}

zt_status zt_field_check(const zt_field *field, zt_view value, zt_error *ret_error)
{
	if (value.n < field->min || value.n > field->max)
		return refuse_length(field, value, ret_error);
	if (only_letters(field->letters, value))
		return ZT_OK;
	return zt_refuse(
	    ret_error, field->refusal,
	    "1 validation error detected: Value '%.*s' at '%s' failed to satisfy constraint: Member must satisfy "
	    "regular expression pattern: %s",
	    value.n > 160 ? 160 : (int)value.n, (const char *)zt_view_pri_ptr(value), field->member, field->pattern);
}

static bool counts(uint8_t c)
{
	bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
	bool continues_a_character = (c & 0xC0) == 0x80;
	return !blank && !continues_a_character;
}

size_t zt_field_characters(zt_view text)
{
	size_t characters = 0;
	for (size_t i = 0; i < text.n; i++)
		characters += counts(text.p[i]);
	return characters;
}
