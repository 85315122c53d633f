#include <string.h>

#include "policy/parse.h"
#include "policy/pattern.h"

static zt_status add_pattern(zt_policy *policy, zt_view text, zt_pattern_syntax syntax, zt_error *ret_error)
{
	zt_pattern pattern;
	TRY(zt_pattern_compile(policy, text, syntax, &pattern, ret_error));
	zt_pattern *slot = zt_policy_add_pattern(policy);
	ENSURE(slot, ZT_E_NOMEM);
	*slot = pattern;
	return ZT_OK;
}

/* "*", or "<service>:<operation>" with wildcards in the operation (IAM, "Action"). */
static zt_status add_action(zt_policy *policy, zt_view text, zt_error *ret_error)
{
	size_t colon = zt_view_find(text, ':');
	bool named = colon > 0 && colon + 1 < text.n;
	if (!named && !zt_view_equal(text, ZT_LIT("*")))
		return zt_error_set(ret_error, ZT_E_INVALID, "action \"%.*s\" is neither <service>:<operation> nor *",
				    ZT_PRI(text));
	return add_pattern(policy, text, (zt_pattern_syntax){ .wildcards = true }, ret_error);
}

static zt_status add_resource(zt_policy *policy, zt_view text, zt_error *ret_error)
{
	bool open = text.n && (text.p[0] == '*' || (policy->has_variables && zt_view_starts(text, ZT_LIT("${"))));
	if (!open && !zt_view_starts(text, ZT_LIT("arn:")))
		return zt_error_set(ret_error, ZT_E_INVALID, "resource \"%.*s\" is neither an ARN nor *", ZT_PRI(text));
	return add_pattern(policy, text, (zt_pattern_syntax){ .wildcards = true, .variables = policy->has_variables },
			   ret_error);
}

/* Reads `member` or `not_member`, of which exactly one may stand; *ret_any tells whether one did. */
static zt_status parse_patterns(zt_policy *policy, const json_t *statement, const char *member, const char *not_member,
				zt_text_fn add, bool *ret_any, bool *ret_not, zt_span *ret, zt_error *ret_error)
{
	const json_t *value = json_object_get(statement, member);
	const json_t *not_value = json_object_get(statement, not_member);
	if (value && not_value)
		return zt_error_set(ret_error, ZT_E_INVALID, "both %s and %s in one statement", member, not_member);
	*ret_not = not_value != NULL;
	*ret_any = value || not_value;
	ret->first = policy->pattern_count;
	if (*ret_any)
		TRY(zt_texts_parse(policy, value ? value : not_value, value ? member : not_member, add, ret_error));
	ret->count = policy->pattern_count - ret->first;
	return ZT_OK;
}

static zt_status add_principal(zt_policy *policy, zt_principal_kind kind, zt_view text)
{
	zt_principal *slot = zt_policy_add_principal(policy);
	ENSURE(slot, ZT_E_NOMEM);
	*slot = (zt_principal){ zt_view_equal(text, ZT_LIT("*")) ? ZT_PRINCIPAL_ANYONE : kind, text };
	return ZT_OK;
}

static zt_status add_aws(zt_policy *policy, zt_view text, zt_error *ret_error)
{
	uint64_t number;
	bool account = text.n == 12 && zt_view_to_u64(text, &number);
	if (!account && !zt_view_equal(text, ZT_LIT("*")) && !zt_view_starts(text, ZT_LIT("arn:")))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "principal \"%.*s\" is neither an ARN nor an account nor *", ZT_PRI(text));
	return add_principal(policy, ZT_PRINCIPAL_AWS, text);
}

static zt_status add_service(zt_policy *policy, zt_view text, zt_error *ret_error)
{
	if (zt_view_find(text, '.') == text.n || zt_view_find(text, '*') < text.n)
		return zt_error_set(ret_error, ZT_E_INVALID, "\"%.*s\" is no service principal", ZT_PRI(text));
	return add_principal(policy, ZT_PRINCIPAL_SERVICE, text);
}

static zt_status add_federated(zt_policy *policy, zt_view text, zt_error *ret_error)
{
	(void)ret_error;
	return add_principal(policy, ZT_PRINCIPAL_FEDERATED, text);
}

/* "*", or an object of lists by kind (IAM, "Principal"). */
static zt_status parse_principal(zt_policy *policy, const json_t *value, zt_error *ret_error)
{
	if (json_is_string(value) && strcmp(json_string_value(value), "*") == 0)
		return add_principal(policy, ZT_PRINCIPAL_AWS, ZT_LIT("*"));
	if (!json_is_object(value) || json_object_size(value) == 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "Principal is neither * nor an object of principals");
	const char *kind;
	json_t *names;
	json_object_foreach((json_t *)value, kind, names) {
		zt_text_fn add = strcmp(kind, "AWS") == 0         ? add_aws
				 : strcmp(kind, "Service") == 0   ? add_service
				 : strcmp(kind, "Federated") == 0 ? add_federated
								  : NULL;
		if (!add)
			return zt_error_set(ret_error, ZT_E_INVALID, "unknown kind of principal %s", kind);
		TRY(zt_texts_parse(policy, names, kind, add, ret_error));
	}
	return ZT_OK;
}

static zt_status parse_principals(zt_policy *policy, const json_t *json, zt_statement *statement, zt_error *ret_error)
{
	const json_t *value = json_object_get(json, "Principal");
	const json_t *not_value = json_object_get(json, "NotPrincipal");
	if (value && not_value)
		return zt_error_set(ret_error, ZT_E_INVALID, "both Principal and NotPrincipal in one statement");
	statement->has_principal = value || not_value;
	if (statement->has_principal != (policy->kind == ZT_POLICY_TRUST))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    statement->has_principal ? "Principal has no place in this kind of policy"
							     : "Principal is missing");
	if (!statement->has_principal)
		return ZT_OK;
	statement->not_principal = not_value != NULL;
	statement->principals.first = policy->principal_count;
	TRY(parse_principal(policy, value ? value : not_value, ret_error));
	statement->principals.count = policy->principal_count - statement->principals.first;
	return ZT_OK;
}

static zt_status check_members(const json_t *json, zt_error *ret_error)
{
	static const char *const known[] = { "Sid",         "Effect",    "Action",    "NotAction",   "Resource",
					     "NotResource", "Condition", "Principal", "NotPrincipal" };
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)json, name, value) {
		bool found = false;
		for (size_t i = 0; i < ZT_COUNT(known) && !found; i++)
			found = strcmp(name, known[i]) == 0;
		if (!found)
			return zt_error_set(ret_error, ZT_E_INVALID, "unknown member %s of a statement", name);
	}
	return ZT_OK;
}

static zt_status parse_sid(zt_policy *policy, const json_t *json, zt_view *ret, zt_error *ret_error)
{
	const json_t *sid = json_object_get(json, "Sid");
	if (sid && !json_is_string(sid))
		return zt_error_set(ret_error, ZT_E_INVALID, "Sid is no string");
	*ret = zt_policy_keep(policy, zt_json_view(json, "Sid"));
	return ZT_OK;
}

static zt_status parse_effect(const json_t *json, bool *ret_allow, zt_error *ret_error)
{
	zt_view effect = zt_json_view(json, "Effect");
	*ret_allow = zt_view_equal(effect, ZT_LIT("Allow"));
	if (!*ret_allow && !zt_view_equal(effect, ZT_LIT("Deny")))
		return zt_error_set(ret_error, ZT_E_INVALID, "Effect is neither Allow nor Deny");
	return ZT_OK;
}

zt_status zt_statement_parse(zt_policy *policy, const json_t *json, zt_error *ret_error)
{
	if (!json_is_object(json))
		return zt_error_set(ret_error, ZT_E_INVALID, "a statement is no object");
	TRY(check_members(json, ret_error));
	zt_statement statement = { 0 };
	bool has_action;
	TRY(parse_sid(policy, json, &statement.sid, ret_error));
	TRY(parse_effect(json, &statement.allow, ret_error));
	TRY(parse_principals(policy, json, &statement, ret_error));
	TRY(parse_patterns(policy, json, "Action", "NotAction", add_action, &has_action, &statement.not_action,
			   &statement.actions, ret_error));
	if (!has_action)
		return zt_error_set(ret_error, ZT_E_INVALID, "Action is missing");
	TRY(parse_patterns(policy, json, "Resource", "NotResource", add_resource, &statement.has_resource,
			   &statement.not_resource, &statement.resources, ret_error));
	if (!statement.has_resource && policy->kind != ZT_POLICY_TRUST)
		return zt_error_set(ret_error, ZT_E_INVALID, "Resource is missing");
	const json_t *conditions = json_object_get(json, "Condition");
	if (conditions)
		TRY(zt_conditions_parse(policy, conditions, &statement.conditions, ret_error));
	zt_statement *slot = zt_policy_add_statement(policy);
	ENSURE(slot, ZT_E_NOMEM);
	*slot = statement;
	return ZT_OK;
}
