/* Who is calling, and sessions of roles (facts §9.2). */
#include "base/arn.h"
#include "cloud/api/iam_words.h"
#include "cloud/api/tables.h"
#include "policy/evaluate.h"

static const zt_param role_arn = { "RoleArn", 20, 2048, NULL };
static const zt_param session_name = { "RoleSessionName", 2, 64, "\\w+=,.@-" };
static const zt_param session_policy = { "Policy", 1, 2048, NULL };
static const zt_param session_arns = { "PolicyArns.member.1.arn", 20, 2048, NULL };
enum { DURATION_MIN_S = 900, DURATION_DEFAULT_S = 3600, DURATION_MAX_S = 43200 };

static zt_status get_caller(zt_call *call, zt_error *ret_error)
{
	(void)ret_error;
	TRY(zt_xml_text(&call->xml, "Arn", zt_view_of(call->caller.arn)));
	TRY(zt_xml_text(&call->xml, "UserId", zt_view_of(call->caller.user_id)));
	return zt_xml_text(&call->xml, "Account", zt_view_of(zt_registry_account(call->registry)->account));
}

static zt_status refuse(const zt_call *call, zt_view arn, zt_error *ret_error)
{
	return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDenied",
			      "User: %s is not authorized to perform: sts:AssumeRole on resource: %.*s",
			      call->caller.arn, ZT_PRI(arn));
}

/* The role of an ARN, path included; NULL when there is none. */
static const zt_role *find_role(const zt_call *call, zt_view text)
{
	zt_arn arn;
	zt_view name, rest;
	ZT_CLEANUP(zt_str_free) zt_str own = ZT_STR(2048);
	if (zt_arn_parse(text, &arn) != ZT_OK || !zt_arn_resource_of(&arn, ZT_LIT("role"), &rest))
		return NULL;
	while (zt_view_split(&rest, '/', &name))
		continue;
	const zt_role *role = zt_registry_role(call->registry, name);
	if (!role || zt_iam_role_arn(call->registry, role, &own) != ZT_OK || !zt_view_equal(text, zt_str_view(&own)))
		return NULL;
	return role;
}

static bool no_value(void *context, zt_view name, size_t index, zt_view *ret)
{
	(void)context;
	(void)name;
	(void)index;
	(void)ret;
	return false;
}

/* AWS lets no root assume a role. Here the root key stands for the account's administrator, for whom a trust policy
 * that names the account speaks. */
static bool is_trusted(const zt_call *call, const zt_role *role)
{
	const zt_policy_request request = {
		.action = ZT_LIT("sts:AssumeRole"),
		.principal = zt_view_of(call->caller.arn),
		.values = { no_value, NULL },
	};
	return zt_policy_evaluate(&role->trust, 1, &request).kind == ZT_DECISION_ALLOW;
}

static zt_status show_session(zt_call *call, const zt_access_key *key)
{
	zt_str *xml = &call->xml;
	TRY(zt_xml_open(xml, "Credentials"));
	TRY(zt_xml_text(xml, "AccessKeyId", zt_view_of(key->id)));
	TRY(zt_xml_text(xml, "SecretAccessKey", zt_secret_view(&key->secret)));
	TRY(zt_xml_text(xml, "SessionToken", zt_secret_view(&key->token)));
	TRY(zt_xml_time(xml, "Expiration", key->expires_ms));
	TRY(zt_xml_close(xml, "Credentials"));
	TRY(zt_xml_open(xml, "AssumedRoleUser"));
	TRY(zt_xml_text(xml, "AssumedRoleId", zt_view_of(key->user_id)));
	TRY(zt_xml_text(xml, "Arn", zt_view_of(key->principal_arn)));
	return zt_xml_close(xml, "AssumedRoleUser");
}

/* A session policy that is taken and not enforced would widen the session. */
static zt_status refuse_session_policies(const zt_call *call, zt_error *ret_error)
{
	zt_view policy, arn;
	TRY(zt_in_form(call, &session_policy, ZT_OPTIONAL, &policy, ret_error));
	TRY(zt_in_form(call, &session_arns, ZT_OPTIONAL, &arn, ret_error));
	return policy.n || arn.n ? zt_error_set(ret_error, ZT_E_UNSUPPORTED, "Session policies are not supported here.")
				 : ZT_OK;
}

static zt_status assume_role(zt_call *call, zt_error *ret_error)
{
	zt_view arn, name;
	uint64_t duration = DURATION_DEFAULT_S;
	const zt_access_key *key;
	TRY(zt_in_form(call, &role_arn, ZT_REQUIRED, &arn, ret_error));
	TRY(zt_in_form(call, &session_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_in_form_number(call, "DurationSeconds", DURATION_MIN_S, DURATION_MAX_S, &duration, ret_error));
	TRY(refuse_session_policies(call, ret_error));
	const zt_role *role = find_role(call, arn);
	if (!role || !is_trusted(call, role))
		return refuse(call, arn, ret_error);
	if (duration > role->max_session_s)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
	TRY(zt_registry_session_new(call->registry, role, name, (unsigned)duration, &key, ret_error));
	return show_session(call, key);
}

static zt_status role_of_form(const zt_call *call, zt_str *out)
{
	zt_view arn;
	return zt_form_get(&call->form, role_arn.name, &arn) ? zt_str_put(out, arn) : ZT_OK;
}

static const zt_operation rows[] = {
	{ ZT_QUERY("GetCallerIdentity", NULL, get_caller), .flags = ZT_OP_NO_PERMISSION },
	{ ZT_QUERY("AssumeRole", role_of_form, assume_role) },
};
const zt_operations zt_sts_operations = ZT_OPERATIONS(rows);
