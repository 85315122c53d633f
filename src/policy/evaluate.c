#include "policy/evaluate.h"

#include "base/arn.h"
#include "policy/condition.h"
#include "policy/pattern.h"
#include "policy/variable.h"

static bool action_matches(const zt_policy *policy, const zt_statement *statement, zt_view action)
{
	bool named = false;
	for (uint32_t i = 0; i < statement->actions.count && !named; i++)
		named = zt_pattern_matches(policy, &policy->patterns[statement->actions.first + i], action, true,
					   &(zt_policy_values){ 0 }) == ZT_MATCH_YES;
	return named != statement->not_action;
}

/* A resource whose variable has no usable value matches nothing; under NotResource it takes the statement with it. */
static bool resource_matches(const zt_policy *policy, const zt_statement *statement, const zt_policy_request *request)
{
	if (!statement->has_resource)
		return true;
	bool unresolved = false;
	for (uint32_t i = 0; i < statement->resources.count; i++) {
		const zt_pattern *pattern = &policy->patterns[statement->resources.first + i];
		zt_match match = zt_pattern_matches(policy, pattern, request->resource, false, &request->values);
		if (match == ZT_MATCH_YES)
			return !statement->not_resource;
		unresolved |= match == ZT_MATCH_UNRESOLVED;
	}
	return statement->not_resource && !unresolved;
}

/* An account, by its number or as …:root, stands for all of its principals (IAM, "AWS account principals"). */
static bool account_matches(zt_view named, zt_view principal)
{
	zt_arn who, whom;
	if (zt_arn_parse(principal, &who) != ZT_OK)
		return false;
	if (zt_view_equal(named, who.account))
		return true;
	return zt_arn_parse(named, &whom) == ZT_OK && zt_view_equal(whom.resource, ZT_LIT("root")) &&
	       zt_view_equal(whom.account, who.account);
}

static bool principal_matches(const zt_policy *policy, const zt_statement *statement, zt_view principal)
{
	bool named = false;
	for (uint32_t i = 0; i < statement->principals.count && !named; i++) {
		const zt_principal *entry = &policy->principals[statement->principals.first + i];
		named = entry->kind == ZT_PRINCIPAL_ANYONE || zt_view_equal(entry->text, principal) ||
			(entry->kind == ZT_PRINCIPAL_AWS && account_matches(entry->text, principal));
	}
	return named != statement->not_principal;
}

static bool statement_matches(const zt_policy *policy, const zt_statement *statement, const zt_policy_request *request)
{
	return action_matches(policy, statement, request->action) &&
	       (!statement->has_principal || principal_matches(policy, statement, request->principal)) &&
	       resource_matches(policy, statement, request) &&
	       zt_conditions_hold(policy, statement->conditions, &request->values);
}

zt_decision zt_policy_evaluate(const zt_policy *const *policies, size_t count, const zt_policy_request *request)
{
	zt_decision decision = { .kind = ZT_DECISION_IMPLICIT_DENY };
	for (size_t i = 0; i < count; i++) {
		const zt_policy *policy = policies[i];
		for (uint32_t j = 0; policy && j < policy->statement_count; j++) {
			const zt_statement *statement = &policy->statements[j];
			bool decided = decision.kind == ZT_DECISION_ALLOW && statement->allow;
			if (decided || !statement_matches(policy, statement, request))
				continue;
			decision = (zt_decision){ statement->allow ? ZT_DECISION_ALLOW : ZT_DECISION_EXPLICIT_DENY, i,
						  j, statement->sid };
			if (!statement->allow)
				return decision;
		}
	}
	return decision;
}

static zt_view lacking_in(const zt_policy *policy, const zt_pattern *pattern, const zt_policy_values *values)
{
	zt_view value;
	for (uint32_t i = 0; i < pattern->pieces.count; i++) {
		const zt_piece *piece = &policy->pieces[pattern->pieces.first + i];
		if (piece->kind == ZT_PIECE_VARIABLE && !zt_variable_resolve(piece, values, &value))
			return piece->variable.name;
	}
	return ZT_VIEW_EMPTY;
}

static zt_view lacking_in_statement(const zt_policy *policy, const zt_statement *statement,
				    const zt_policy_request *request)
{
	zt_view name = ZT_VIEW_EMPTY;
	if (!statement->allow || !action_matches(policy, statement, request->action))
		return name;
	for (uint32_t i = 0; i < statement->resources.count && !name.n; i++)
		name = lacking_in(policy, &policy->patterns[statement->resources.first + i], &request->values);
	return name;
}

zt_view zt_policy_lacking(const zt_policy *const *policies, size_t count, const zt_policy_request *request)
{
	zt_view name = ZT_VIEW_EMPTY;
	for (size_t i = 0; i < count && !name.n; i++)
		for (uint32_t j = 0; policies[i] && j < policies[i]->statement_count && !name.n; j++)
			name = lacking_in_statement(policies[i], &policies[i]->statements[j], request);
	return name;
}

void zt_decision_text(const zt_decision *decision, char *ret_text, size_t cap)
{
	const char *word = decision->kind == ZT_DECISION_ALLOW ? "allowed" : "denied";
	if (decision->kind == ZT_DECISION_IMPLICIT_DENY)
		(void)snprintf(ret_text, cap, "no statement allows it");
	else if (decision->sid.n)
		(void)snprintf(ret_text, cap, "%s by statement %zu (%.*s)", word, decision->statement + 1,
			       ZT_PRI(decision->sid));
	else
		(void)snprintf(ret_text, cap, "%s by statement %zu", word, decision->statement + 1);
}
