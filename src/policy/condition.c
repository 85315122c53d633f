#include "policy/condition.h"

#include <string.h>

#include "policy/pattern.h"

static zt_match of_bool(bool yes)
{
	return yes ? ZT_MATCH_YES : ZT_MATCH_NO;
}

/* Each of the six parts by itself (IAM, "ARN condition operators"). */
static zt_match match_arn(const zt_policy *policy, const zt_operand *operand, zt_view text,
			  const zt_policy_values *values)
{
	if (!operand->is_arn)
		return zt_pattern_matches(policy, &operand->pattern, text, false, values);
	for (size_t i = 0; i < ZT_ARN_PARTS; i++) {
		size_t colon = zt_view_find(text, ':');
		bool last = i == ZT_ARN_PARTS - 1;
		if (!last && colon == text.n)
			return ZT_MATCH_NO;
		zt_view part = last ? text : zt_view_make(text.p, colon);
		zt_match match = zt_pattern_matches(policy, &operand->parts[i], part, false, values);
		if (match != ZT_MATCH_YES)
			return match;
		text = zt_view_from(text, colon + 1);
	}
	return ZT_MATCH_YES;
}

static bool in_range(const zt_ip_range *range, zt_view text)
{
	zt_ip_range address;
	if (!zt_ip_range_of(text, &address) || address.n != range->n)
		return false;
	size_t whole = range->bits / 8u, left = range->bits % 8u;
	if (memcmp(address.bytes, range->bytes, whole) != 0)
		return false;
	return left == 0 || (address.bytes[whole] ^ range->bytes[whole]) >> (8 - left) == 0;
}

/* -1, 0, 1 for less, equal, greater. */
static bool stands_in(int order, zt_relation relation)
{
	switch (relation) {
	case ZT_RELATION_EQUAL:
		return order == 0;
	case ZT_RELATION_LESS:
		return order < 0;
	case ZT_RELATION_LESS_EQUAL:
		return order <= 0;
	case ZT_RELATION_GREATER:
		return order > 0;
	case ZT_RELATION_GREATER_EQUAL:
		return order >= 0;
	}
	return false;
}

static zt_match match_operand(const zt_policy *policy, const zt_condition *condition, const zt_operand *operand,
			      zt_view text, const zt_policy_values *values)
{
	double number;
	int64_t date;
	switch (condition->type) {
	case ZT_TEST_STRING:
		return zt_pattern_matches(policy, &operand->pattern, text, condition->any_case, values);
	case ZT_TEST_ARN:
		return match_arn(policy, operand, text, values);
	case ZT_TEST_NUMBER:
		return of_bool(zt_number_of(text, &number) &&
			       stands_in((number > operand->number) - (number < operand->number), condition->relation));
	case ZT_TEST_DATE:
		return of_bool(zt_date_of(text, &date) &&
			       stands_in((date > operand->date_ms) - (date < operand->date_ms), condition->relation));
	case ZT_TEST_BOOL:
		return of_bool(zt_view_equal_nocase(text, operand->truth ? ZT_LIT("true") : ZT_LIT("false")));
	case ZT_TEST_IP:
		return of_bool(in_range(&operand->range, text));
	case ZT_TEST_NULL:
		break;
	}
	return ZT_MATCH_NO;
}

/* One value of the request against the operands, of which one suffices (for negated operators: none may match). An
 * operand that hangs on a missing variable never lets the condition hold. */
static bool value_holds(const zt_policy *policy, const zt_condition *condition, zt_view text,
			const zt_policy_values *values)
{
	bool unresolved = false;
	for (uint32_t i = 0; i < condition->operands.count; i++) {
		const zt_operand *operand = &policy->operands[condition->operands.first + i];
		zt_match match = match_operand(policy, condition, operand, text, values);
		if (match == ZT_MATCH_YES)
			return !condition->negated;
		unresolved |= match == ZT_MATCH_UNRESOLVED;
	}
	return condition->negated && !unresolved;
}

static bool value_of(const zt_policy_values *values, const zt_key *key, size_t index, zt_view *ret)
{
	return values->value && values->value(values->context, key->name, index, ret);
}

static bool null_holds(const zt_policy *policy, const zt_condition *condition, bool exists)
{
	for (uint32_t i = 0; i < condition->operands.count; i++)
		if (policy->operands[condition->operands.first + i].truth == !exists)
			return true;
	return false;
}

static bool single_holds(const zt_policy *policy, const zt_condition *condition, const zt_policy_values *values)
{
	zt_view text;
	bool exists = value_of(values, &condition->key, condition->key.index, &text);
	if (condition->type == ZT_TEST_NULL)
		return null_holds(policy, condition, exists);
	if (!exists)
		return condition->if_exists || condition->negated;
	return value_holds(policy, condition, text, values);
}

/* ForAllValues holds without any value, ForAnyValue does not (IAM, "set operators for multivalued context keys"). */
static bool set_holds(const zt_policy *policy, const zt_condition *condition, const zt_policy_values *values)
{
	size_t max = condition->key.list ? ZT_LIST_VALUES_MAX : ZT_KEY_VALUES_MAX;
	bool all = condition->quantifier == ZT_QUANTIFIER_ALL;
	zt_view text;
	size_t i = 0;
	for (; i < max && value_of(values, &condition->key, condition->key.index + i, &text); i++)
		if (value_holds(policy, condition, text, values) != all)
			return !all;
	return all || (i == 0 && condition->if_exists);
}

bool zt_conditions_hold(const zt_policy *policy, zt_span conditions, const zt_policy_values *values)
{
	for (uint32_t i = 0; i < conditions.count; i++) {
		const zt_condition *condition = &policy->conditions[conditions.first + i];
		bool holds = condition->quantifier == ZT_QUANTIFIER_NONE ? single_holds(policy, condition, values)
									 : set_holds(policy, condition, values);
		if (!holds)
			return false;
	}
	return true;
}
