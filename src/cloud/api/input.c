#include "cloud/api/input.h"

#include "base/json.h"

#define NAME_OF "a-zA-Z0-9:_-"
const zt_param zt_param_thing_name = { "thingName", 1, 128, NAME_OF };
const zt_param zt_param_thing_type_name = { "thingTypeName", 1, 128, NAME_OF };
const zt_param zt_param_thing_group_name = { "thingGroupName", 1, 128, NAME_OF };
const zt_param zt_param_billing_group_name = { "billingGroupName", 1, 128, NAME_OF };
const zt_param zt_param_policy_name = { "policyName", 1, 128, "\\w+=,.@-" };
const zt_param zt_param_rule_name = { "ruleName", 1, 128, "a-zA-Z0-9_" };
const zt_param zt_param_certificate_id = { "certificateId", 64, 64, "a-fA-F0-9" };
const zt_param zt_param_ca_certificate_id = { "caCertificateId", 64, 64, "a-fA-F0-9" };
const zt_param zt_param_policy_document = { "policyDocument", 0, 404600, NULL };
const zt_param zt_param_principal = { "principal", 1, 256, NULL };
/* What may stand in tags, of IoT and of IAM alike. */
const zt_param zt_param_tag_key = { "Key", 1, 128, "\\w\\p .:/=+@-" };
const zt_param zt_param_tag_value = { "Value", 0, 256, "\\w\\p .:/=+@-" };
const zt_param zt_param_policy_version_id = { "policyVersionId", 1, 9, "0-9" };

/* A character class: "\w", "\p" (whatever is not ASCII), ranges "a-z", and characters that stand for themselves ('-'
 * last). */
static bool in_class(const char *of, uint8_t c)
{
	for (size_t i = 0; of[i]; i++) {
		uint8_t low = (uint8_t)of[i], high = low;
		if (low == '\\') {
			if (of[++i] == 'p' ? c >= 0x80 : in_class("a-zA-Z0-9_", c))
				return true;
			continue;
		}
		if (of[i + 1] == '-' && of[i + 2]) {
			high = (uint8_t)of[i + 2];
			i += 2;
		}
		if (c >= low && c <= high)
			return true;
	}
	return false;
}

static bool all_in_class(const char *of, zt_view value)
{
	for (size_t i = 0; i < value.n; i++)
		if (of ? !in_class(of, value.p[i]) : value.p[i] == 0)
			return false;
	return true;
}

#define DETECTED "1 validation error detected: Value '%.64s%s' at '%s' failed to satisfy constraint: "

zt_status zt_in_missing(const char *name, zt_error *ret_error)
{
	return zt_error_set(
	    ret_error, ZT_E_INVALID,
	    "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null",
	    name);
}

/* A C string of the value's head, for messages. */
typedef struct {
	char text[68];
	const char *more;
} shown;

static shown show(zt_view value)
{
	shown s = { .more = value.n > 64 ? "..." : "" };
	(void)snprintf(s.text, sizeof s.text, "%.*s", (int)(value.n > 64 ? 64 : value.n),
		       value.n ? (const char *)value.p : "");
	return s;
}

zt_status zt_param_check(const zt_param *field, zt_view value, zt_error *ret_error)
{
	shown s = show(value);
	if (value.n < field->min)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    DETECTED "Member must have length greater than or equal to %zu", s.text, s.more,
				    field->name, field->min);
	if (field->max && value.n > field->max)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    DETECTED "Member must have length less than or equal to %zu", s.text, s.more,
				    field->name, field->max);
	if (!all_in_class(field->of, value))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    DETECTED "Member must satisfy regular expression pattern: [%s]+", s.text, s.more,
				    field->name, field->of ? field->of : "^\\x00");
	return ZT_OK;
}

static zt_status give(bool present, zt_view value, const zt_param *field, zt_need need, zt_view *ret,
		      zt_error *ret_error)
{
	if (!present) {
		*ret = ZT_VIEW_EMPTY;
		return need == ZT_REQUIRED ? zt_in_missing(field->name, ret_error) : ZT_OK;
	}
	TRY(zt_param_check(field, value, ret_error));
	*ret = value;
	return ZT_OK;
}

zt_status zt_in_label(const zt_call *call, size_t index, const zt_param *field, zt_view *ret, zt_error *ret_error)
{
	ENSURE(index < call->label_count, ZT_E_INTERNAL);
	return give(true, call->labels[index], field, ZT_REQUIRED, ret, ret_error);
}

zt_status zt_in_query(const zt_call *call, const zt_param *field, zt_need need, zt_view *ret, zt_error *ret_error)
{
	zt_view value = ZT_VIEW_EMPTY;
	bool present = zt_form_get(&call->query, field->name, &value);
	return give(present, value, field, need, ret, ret_error);
}

zt_status zt_in_form(const zt_call *call, const zt_param *field, zt_need need, zt_view *ret, zt_error *ret_error)
{
	zt_view value = ZT_VIEW_EMPTY;
	bool present = zt_form_get(&call->form, field->name, &value);
	return give(present, value, field, need, ret, ret_error);
}

zt_status zt_in_header(const zt_call *call, const char *header, const zt_param *field, zt_view *ret,
		       zt_error *ret_error)
{
	zt_view value = zt_view_trim(zt_http_header_of(call->request, header));
	return give(value.n > 0, value, field, ZT_REQUIRED, ret, ret_error);
}

static const json_t *member_of(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	return json_is_null(value) ? NULL : value;
}

static zt_status wrong_type(const char *name, const char *type, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_INVALID, "'%s' must be %s", name, type);
}

zt_status zt_in_json(const json_t *object, const zt_param *field, zt_need need, zt_view *ret, zt_error *ret_error)
{
	const json_t *value = member_of(object, field->name);
	if (value && !json_is_string(value))
		return wrong_type(field->name, "a string", ret_error);
	return give(value != NULL, zt_json_view(object, field->name), field, need, ret, ret_error);
}

static zt_status to_bool(const char *name, zt_view value, bool *ret, zt_error *ret_error)
{
	bool yes = zt_view_equal_nocase(value, ZT_LIT("true"));
	if (!yes && !zt_view_equal_nocase(value, ZT_LIT("false")))
		return wrong_type(name, "true or false", ret_error);
	*ret = yes;
	return ZT_OK;
}

zt_status zt_in_query_bool(const zt_call *call, const char *name, bool *ret, zt_error *ret_error)
{
	zt_view value;
	return zt_form_get(&call->query, name, &value) ? to_bool(name, value, ret, ret_error) : ZT_OK;
}

zt_status zt_in_json_bool(const json_t *object, const char *name, bool *ret, zt_error *ret_error)
{
	const json_t *value = member_of(object, name);
	if (!value)
		return ZT_OK;
	if (!json_is_boolean(value))
		return wrong_type(name, "true or false", ret_error);
	*ret = json_is_true(value);
	return ZT_OK;
}

static zt_status check_range(const char *name, uint64_t value, uint64_t min, uint64_t max, zt_error *ret_error)
{
	if (value >= min && value <= max)
		return ZT_OK;
	return zt_error_set(
	    ret_error, ZT_E_INVALID,
	    "1 validation error detected: Value '%llu' at '%s' failed to satisfy constraint: Member must have value "
	    "%s than or equal to %llu",
	    (unsigned long long)value, name, value < min ? "greater" : "less",
	    (unsigned long long)(value < min ? min : max));
}

static zt_status to_number(const char *name, zt_view value, uint64_t min, uint64_t max, uint64_t *ret,
			   zt_error *ret_error)
{
	uint64_t number;
	if (!zt_view_to_u64(value, &number))
		return wrong_type(name, "a number", ret_error);
	TRY(check_range(name, number, min, max, ret_error));
	*ret = number;
	return ZT_OK;
}

zt_status zt_in_query_number(const zt_call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret,
			     zt_error *ret_error)
{
	zt_view value;
	return zt_form_get(&call->query, name, &value) ? to_number(name, value, min, max, ret, ret_error) : ZT_OK;
}

zt_status zt_in_form_number(const zt_call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret,
			    zt_error *ret_error)
{
	zt_view value;
	return zt_form_get(&call->form, name, &value) ? to_number(name, value, min, max, ret, ret_error) : ZT_OK;
}

zt_status zt_in_json_number(const json_t *object, const char *name, uint64_t min, uint64_t max, uint64_t *ret,
			    zt_error *ret_error)
{
	const json_t *value = member_of(object, name);
	if (!value)
		return ZT_OK;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return wrong_type(name, "a number", ret_error);
	uint64_t number = (uint64_t)json_integer_value(value);
	TRY(check_range(name, number, min, max, ret_error));
	*ret = number;
	return ZT_OK;
}

zt_status zt_in_json_object(const json_t *object, const char *name, const json_t **ret, zt_error *ret_error)
{
	const json_t *value = member_of(object, name);
	if (value && !json_is_object(value))
		return wrong_type(name, "an object", ret_error);
	*ret = value;
	return ZT_OK;
}

zt_status zt_in_json_array(const json_t *object, const char *name, const json_t **ret, zt_error *ret_error)
{
	const json_t *value = member_of(object, name);
	if (value && !json_is_array(value))
		return wrong_type(name, "a list", ret_error);
	*ret = value;
	return ZT_OK;
}

static zt_status no_such_word(const char *name, zt_view value, const char *const *words, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str list = ZT_STR(256);
	shown s = show(value);
	for (size_t i = 0; words[i]; i++)
		if (zt_str_printf(&list, "%s%s", i ? ", " : "", words[i]) != ZT_OK)
			break;
	return zt_error_set(ret_error, ZT_E_INVALID, DETECTED "Member must satisfy enum value set: [%s]", s.text,
			    s.more, name, zt_str_text(&list));
}

zt_status zt_word_index(const char *name, zt_view value, const char *const *words, unsigned *ret, zt_error *ret_error)
{
	if (value.n == 0)
		return ZT_OK;
	for (unsigned i = 0; words[i]; i++)
		if (zt_view_equal(value, zt_view_of(words[i]))) {
			*ret = i;
			return ZT_OK;
		}
	return no_such_word(name, value, words, ret_error);
}
