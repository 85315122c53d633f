#include <arpa/inet.h>
#include <stdlib.h>

#include "base/timefmt.h"
#include "policy/condition.h"
#include "policy/parse.h"
#include "policy/pattern.h"
#include "policy/variable.h"

bool zt_number_of(zt_view text, double *ret)
{
	char copy[64];
	char *end;
	if (!text.n || text.p[0] <= ' ' || zt_text_copy(copy, sizeof copy, text) != ZT_OK)
		return false;
	*ret = strtod(copy, &end);
	return *end == 0;
}

bool zt_date_of(zt_view text, int64_t *ret_ms)
{
	char whole[32];
	uint64_t seconds;
	if (zt_time_parse_iso8601(text, ret_ms) == ZT_OK)
		return true;
	if (text.n == 10 && text.p[4] == '-') {
		(void)snprintf(whole, sizeof whole, "%.*sT00:00:00Z", ZT_PRI(text));
		return zt_time_parse_iso8601(zt_view_of(whole), ret_ms) == ZT_OK;
	}
	if (!zt_view_to_u64(text, &seconds) || seconds > INT64_MAX / 1000)
		return false;
	*ret_ms = (int64_t)seconds * 1000;
	return true;
}

bool zt_ip_range_of(zt_view text, zt_ip_range *ret)
{
	zt_ip_range range = { 0 };
	char address[INET6_ADDRSTRLEN];
	size_t slash = zt_view_find(text, '/');
	uint64_t bits;
	if (zt_text_copy(address, sizeof address, zt_view_make(text.p, slash)) != ZT_OK)
		return false;
	if (inet_pton(AF_INET, address, range.bytes) == 1)
		range.n = 4;
	else if (inet_pton(AF_INET6, address, range.bytes) == 1)
		range.n = 16;
	else
		return false;
	bits = range.n * 8u;
	if (slash < text.n && (!zt_view_to_u64(zt_view_from(text, slash + 1), &bits) || bits > range.n * 8u))
		return false;
	range.bits = (uint8_t)bits;
	*ret = range;
	return true;
}

typedef struct {
	const char *name;
	zt_condition test;
} operator_entry;

#define TEST(t, ...)                             \
	{                                        \
		.type = ZT_TEST_##t, __VA_ARGS__ \
	}
/* IAM, "condition operators". ArnEquals and ArnLike are the same. */
static const operator_entry operators[] = {
	{ "StringEquals", TEST(STRING, .negated = false) },
	{ "StringNotEquals", TEST(STRING, .negated = true) },
	{ "StringEqualsIgnoreCase", TEST(STRING, .any_case = true) },
	{ "StringNotEqualsIgnoreCase", TEST(STRING, .any_case = true, .negated = true) },
	{ "StringLike", TEST(STRING, .wildcards = true) },
	{ "StringNotLike", TEST(STRING, .wildcards = true, .negated = true) },
	{ "ArnEquals", TEST(ARN, .wildcards = true) },
	{ "ArnLike", TEST(ARN, .wildcards = true) },
	{ "ArnNotEquals", TEST(ARN, .wildcards = true, .negated = true) },
	{ "ArnNotLike", TEST(ARN, .wildcards = true, .negated = true) },
	{ "NumericEquals", TEST(NUMBER, .relation = ZT_RELATION_EQUAL) },
	{ "NumericNotEquals", TEST(NUMBER, .relation = ZT_RELATION_EQUAL, .negated = true) },
	{ "NumericLessThan", TEST(NUMBER, .relation = ZT_RELATION_LESS) },
	{ "NumericLessThanEquals", TEST(NUMBER, .relation = ZT_RELATION_LESS_EQUAL) },
	{ "NumericGreaterThan", TEST(NUMBER, .relation = ZT_RELATION_GREATER) },
	{ "NumericGreaterThanEquals", TEST(NUMBER, .relation = ZT_RELATION_GREATER_EQUAL) },
	{ "DateEquals", TEST(DATE, .relation = ZT_RELATION_EQUAL) },
	{ "DateNotEquals", TEST(DATE, .relation = ZT_RELATION_EQUAL, .negated = true) },
	{ "DateLessThan", TEST(DATE, .relation = ZT_RELATION_LESS) },
	{ "DateLessThanEquals", TEST(DATE, .relation = ZT_RELATION_LESS_EQUAL) },
	{ "DateGreaterThan", TEST(DATE, .relation = ZT_RELATION_GREATER) },
	{ "DateGreaterThanEquals", TEST(DATE, .relation = ZT_RELATION_GREATER_EQUAL) },
	{ "Bool", TEST(BOOL, .negated = false) },
	{ "IpAddress", TEST(IP, .negated = false) },
	{ "NotIpAddress", TEST(IP, .negated = true) },
	{ "Null", TEST(NULL, .negated = false) },
};

static bool take_suffix(zt_view *text, zt_view suffix)
{
	if (text->n < suffix.n || !zt_view_equal_nocase(zt_view_from(*text, text->n - suffix.n), suffix))
		return false;
	text->n -= suffix.n;
	return true;
}

static bool take_quantifier(zt_view *text, zt_view word)
{
	size_t colon = zt_view_find(*text, ':');
	if (!zt_view_equal_nocase(zt_view_make(text->p, colon), word) || colon == text->n)
		return false;
	*text = zt_view_from(*text, colon + 1);
	return true;
}

static zt_status parse_operator(zt_view word, zt_condition *ret, zt_error *ret_error)
{
	zt_view name = word;
	zt_quantifier quantifier = take_quantifier(&name, ZT_LIT("ForAllValues"))  ? ZT_QUANTIFIER_ALL
				   : take_quantifier(&name, ZT_LIT("ForAnyValue")) ? ZT_QUANTIFIER_ANY
										   : ZT_QUANTIFIER_NONE;
	bool if_exists = take_suffix(&name, ZT_LIT("IfExists"));
	for (size_t i = 0; i < ZT_COUNT(operators); i++) {
		if (!zt_view_equal_nocase(name, zt_view_of(operators[i].name)))
			continue;
		*ret = operators[i].test;
		ret->quantifier = quantifier;
		ret->if_exists = if_exists;
		if (ret->type != ZT_TEST_NULL || (!if_exists && !quantifier))
			return ZT_OK;
	}
	return zt_error_set(ret_error, ZT_E_INVALID, "unknown condition operator %.*s", ZT_PRI(word));
}

/* Cuts at the first five colons that are outside of "${…}"; false when there are fewer. */
static bool split_arn(zt_view text, zt_view parts[ZT_ARN_PARTS])
{
	size_t part = 0, start = 0, depth = 0;
	for (size_t i = 0; i < text.n && part < ZT_ARN_PARTS - 1; i++) {
		depth += text.p[i] == '{';
		depth -= text.p[i] == '}' && depth > 0;
		if (text.p[i] != ':' || depth)
			continue;
		parts[part++] = zt_view_make(text.p + start, i - start);
		start = i + 1;
	}
	parts[part] = zt_view_from(text, start);
	return part == ZT_ARN_PARTS - 1;
}

static zt_status compile_arn(zt_policy *policy, zt_view text, zt_pattern_syntax syntax, zt_operand *operand,
			     zt_error *ret_error)
{
	zt_view parts[ZT_ARN_PARTS];
	operand->is_arn = split_arn(text, parts);
	if (!operand->is_arn && zt_view_starts(text, ZT_LIT("arn:")))
		return zt_error_set(ret_error, ZT_E_INVALID, "condition value \"%.*s\" has fewer parts than an ARN",
				    ZT_PRI(text));
	if (!operand->is_arn)
		return zt_pattern_compile(policy, text, syntax, &operand->pattern, ret_error);
	for (size_t i = 0; i < ZT_ARN_PARTS; i++)
		TRY(zt_pattern_compile(policy, parts[i], syntax, &operand->parts[i], ret_error));
	return ZT_OK;
}

static bool truth_of(zt_view text, bool *ret)
{
	*ret = zt_view_equal_nocase(text, ZT_LIT("true"));
	return *ret || zt_view_equal_nocase(text, ZT_LIT("false"));
}

static zt_status parse_operand(zt_policy *policy, const zt_condition *condition, zt_view text, zt_operand *ret,
			       zt_error *ret_error)
{
	zt_pattern_syntax syntax = { condition->wildcards, policy->has_variables };
	bool good = true;
	switch (condition->type) {
	case ZT_TEST_STRING:
		return zt_pattern_compile(policy, text, syntax, &ret->pattern, ret_error);
	case ZT_TEST_ARN:
		return compile_arn(policy, text, syntax, ret, ret_error);
	case ZT_TEST_NUMBER:
		good = zt_number_of(text, &ret->number);
		break;
	case ZT_TEST_DATE:
		good = zt_date_of(text, &ret->date_ms);
		break;
	case ZT_TEST_BOOL:
	case ZT_TEST_NULL:
		good = truth_of(text, &ret->truth);
		break;
	case ZT_TEST_IP:
		good = zt_ip_range_of(text, &ret->range);
		break;
	}
	return good ? ZT_OK
		    : zt_error_set(ret_error, ZT_E_INVALID, "condition value \"%.*s\" is not of the operator's type",
				   ZT_PRI(text));
}

/* Conditions may write whole numbers and booleans bare. */
static zt_status scalar_text(zt_policy *policy, const json_t *value, zt_view *ret, zt_error *ret_error)
{
	char number[32];
	if (json_is_string(value))
		*ret = zt_policy_keep(policy, zt_view_make(json_string_value(value), json_string_length(value)));
	else if (json_is_boolean(value))
		*ret = json_is_true(value) ? ZT_LIT("true") : ZT_LIT("false");
	else if (json_is_integer(value))
		*ret = zt_policy_keep(
		    policy, zt_view_make(number, (size_t)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
								  json_integer_value(value))));
	else
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "a condition value is neither string, whole number nor boolean");
	return ZT_OK;
}

static zt_status add_operand(zt_policy *policy, const zt_condition *condition, const json_t *value, zt_error *ret_error)
{
	zt_view text = ZT_VIEW_EMPTY;
	zt_operand operand = { 0 };
	TRY(scalar_text(policy, value, &text, ret_error));
	TRY(parse_operand(policy, condition, text, &operand, ret_error));
	zt_operand *slot = zt_policy_add_operand(policy);
	ENSURE(slot, ZT_E_NOMEM);
	*slot = operand;
	return ZT_OK;
}

static zt_status parse_key(zt_policy *policy, zt_condition condition, zt_view key, const json_t *values,
			   zt_error *ret_error)
{
	size_t n = json_is_array(values) ? json_array_size(values) : 1;
	if (n == 0 || n > ZT_POLICY_PATTERNS_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "condition key %.*s has no or too many values",
				    ZT_PRI(key));
	if (zt_view_find(key, ':') == key.n)
		return zt_error_set(ret_error, ZT_E_INVALID, "condition key \"%.*s\" has no service in front",
				    ZT_PRI(key));
	condition.key = zt_key_parse(zt_policy_keep(policy, key));
	condition.operands.first = policy->operand_count;
	for (size_t i = 0; i < n; i++)
		TRY(add_operand(policy, &condition, json_is_array(values) ? json_array_get(values, i) : values,
				ret_error));
	condition.operands.count = policy->operand_count - condition.operands.first;
	zt_condition *slot = zt_policy_add_condition(policy);
	ENSURE(slot, ZT_E_NOMEM);
	*slot = condition;
	return ZT_OK;
}

zt_status zt_conditions_parse(zt_policy *policy, const json_t *conditions, zt_span *ret, zt_error *ret_error)
{
	if (!json_is_object(conditions))
		return zt_error_set(ret_error, ZT_E_INVALID, "Condition is no object");
	zt_span span = { .first = policy->condition_count };
	const char *word, *key;
	json_t *keys, *values;
	json_object_foreach((json_t *)conditions, word, keys) {
		zt_condition condition;
		TRY(parse_operator(zt_view_of(word), &condition, ret_error));
		if (!json_is_object(keys))
			return zt_error_set(ret_error, ZT_E_INVALID, "condition operator %s holds no object", word);
		json_object_foreach(keys, key, values)
			TRY(parse_key(policy, condition, zt_view_of(key), values, ret_error));
	}
	span.count = policy->condition_count - span.first;
	*ret = span;
	return ZT_OK;
}
