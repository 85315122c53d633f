#include "cloud/api/sts_words.h"

const zt_param zt_param_sts_role_arn = { "RoleArn", 20, 2048, NULL };
static const zt_param session_name = { "RoleSessionName", 2, 64, "\\w+=,.@-" };
static const zt_param session_policy = { "Policy", 1, 2048, NULL };
static const zt_param session_arns = { "PolicyArns.member.1.arn", 20, 2048, NULL };
enum { DURATION_MIN_S = 900, DURATION_DEFAULT_S = 3600, DURATION_MAX_S = 43200 };

static zt_status refuse_session_policies(const zt_call *call, zt_error *ret_error)
{
	zt_view policy, arn;
	TRY(zt_in_form(call, &session_policy, ZT_OPTIONAL, &policy, ret_error));
	TRY(zt_in_form(call, &session_arns, ZT_OPTIONAL, &arn, ret_error));
	return policy.n || arn.n ? zt_error_set(ret_error, ZT_E_UNSUPPORTED, "Session policies are not supported here.")
				 : ZT_OK;
}

zt_status zt_sts_session_read(const zt_call *call, zt_sts_session *ret, zt_error *ret_error)
{
	zt_sts_session session = { .duration_s = DURATION_DEFAULT_S };
	TRY(zt_in_form(call, &zt_param_sts_role_arn, ZT_REQUIRED, &session.role_arn, ret_error));
	TRY(zt_in_form(call, &session_name, ZT_REQUIRED, &session.name, ret_error));
	TRY(zt_in_form_number(call, "DurationSeconds", DURATION_MIN_S, DURATION_MAX_S, &session.duration_s, ret_error));
	TRY(refuse_session_policies(call, ret_error));
	session.role = zt_registry_role_of_arn(call->registry, session.role_arn);
	*ret = session;
	return ZT_OK;
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

zt_status zt_sts_session_begin(zt_call *call, const zt_sts_session *session, zt_error *ret_error)
{
	const zt_access_key *key;
	if (session->duration_s > session->role->max_session_s)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
	TRY(zt_registry_session_new(call->registry, session->role, session->name, (unsigned)session->duration_s, &key,
				    ret_error));
	return show_session(call, key);
}
