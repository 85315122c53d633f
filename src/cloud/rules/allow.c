/* What a rule may do. */
#include "cloud/registry/function_policy.h"
#include "cloud/registry/roles.h"
#include "cloud/rules/state.h"
#include "policy/evaluate.h"

enum { ARN_MAX = 2048 };

static zt_status source_of(const zt_rules *rules, const zt_rule *rule, zt_str *arn, zt_source *ret)
{
	const zt_account *account = zt_registry_account(rules->registry);
	TRY(zt_account_iot_arn(account, "rule", zt_view_of(rule->name), arn));
	*ret = (zt_source){ zt_str_view(arn), zt_view_of(account->account) };
	return ZT_OK;
}

zt_status zt_allow_invoke(const zt_rules *rules, const zt_rule *rule, const zt_function *function, zt_view function_arn,
			  zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str rule_arn = ZT_STR(ARN_MAX);
	zt_source from;
	TRY(source_of(rules, rule, &rule_arn, &from));
	return zt_function_lets_iot(function, function_arn, from, ret_error);
}

static bool role_trusts_iot(const zt_role *role, zt_source *from)
{
	const zt_policy *policies[] = { role->trust };
	zt_policy_request request = { .action = ZT_LIT("sts:AssumeRole"),
				      .principal = ZT_LIT("iot.amazonaws.com"),
				      .values = { zt_source_value, from } };
	return zt_policy_evaluate(policies, 1, &request).kind == ZT_DECISION_ALLOW;
}

static bool role_allows(const zt_role *role, zt_view action, zt_view arn)
{
	zt_policy_request request = { .action = action, .resource = arn };
	bool allowed = false;
	for (size_t i = 0; i < role->policy_count; i++) {
		const zt_policy *policies[] = { role->policies[i].compiled };
		zt_decision_kind kind = zt_policy_evaluate(policies, 1, &request).kind;
		if (kind == ZT_DECISION_EXPLICIT_DENY)
			return false;
		allowed |= kind == ZT_DECISION_ALLOW;
	}
	return allowed;
}

static zt_status denied(zt_error *ret_error, zt_view role_arn, const char *why, zt_view what)
{
	return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDeniedException", "role %.*s %s%.*s", ZT_PRI(role_arn),
			      why, ZT_PRI(what));
}

/* The role that IoT assumes for the rule's action. */
static zt_status find_role(const zt_rules *rules, const zt_rule *rule, zt_view role_arn, const zt_role **ret,
			   zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str rule_arn = ZT_STR(ARN_MAX);
	zt_source from;
	TRY(source_of(rules, rule, &rule_arn, &from));
	*ret = zt_registry_role_of_arn(rules->registry, role_arn);
	if (!*ret)
		return denied(ret_error, role_arn, "does not exist", ZT_VIEW_EMPTY);
	if (!role_trusts_iot(*ret, &from))
		return denied(ret_error, role_arn, "does not trust iot.amazonaws.com", ZT_VIEW_EMPTY);
	return ZT_OK;
}

zt_status zt_allow_publish(const zt_rules *rules, const zt_rule *rule, zt_view role_arn, zt_view topic,
			   zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str topic_arn = ZT_STR(ARN_MAX);
	const zt_role *role;
	TRY(zt_account_iot_arn(zt_registry_account(rules->registry), "topic", topic, &topic_arn));
	TRY(find_role(rules, rule, role_arn, &role, ret_error));
	if (!role_allows(role, ZT_LIT("iot:Publish"), zt_str_view(&topic_arn)))
		return denied(ret_error, role_arn, "is not allowed iot:Publish on ", zt_str_view(&topic_arn));
	return ZT_OK;
}

/* AWS IoT, "CloudWatch Logs": CreateLogStream on the group, PutLogEvents on the stream. */
zt_status zt_allow_log(const zt_rules *rules, const zt_rule *rule, zt_view role_arn, zt_view group, zt_view stream,
		       zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_MAX);
	const zt_role *role;
	TRY(zt_account_log_group_arn(zt_registry_account(rules->registry), group, &arn));
	TRY(zt_str_put_text(&arn, ":log-stream:"));
	TRY(find_role(rules, rule, role_arn, &role, ret_error));
	if (!role_allows(role, ZT_LIT("logs:CreateLogStream"), zt_str_view(&arn)))
		return denied(ret_error, role_arn, "is not allowed logs:CreateLogStream on ", zt_str_view(&arn));
	TRY(zt_str_put(&arn, stream));
	if (!role_allows(role, ZT_LIT("logs:PutLogEvents"), zt_str_view(&arn)))
		return denied(ret_error, role_arn, "is not allowed logs:PutLogEvents on ", zt_str_view(&arn));
	return ZT_OK;
}
