/* AssumeRoleWithWebIdentity. No identity provider is asked offline: a token is good when it is signed with the secret
 * of the root access key, which only this account's owner can read. What it claims is then held to the role's trust
 * policy as AWS does: the issuer as Federated principal, audience and subject as its conditions. */
#include "cloud/api/sts_words.h"
#include "cloud/api/web_token.h"
#include "policy/evaluate.h"

static const zt_param token_param = { "WebIdentityToken", 4, ZT_WEB_TOKEN_MAX, NULL };

static zt_status read_token(const zt_call *call, zt_web_token *token, zt_error *ret_error)
{
	zt_view text;
	zt_error cause = { 0 };
	const zt_access_key *root = zt_registry_root_key(call->registry);
	TRY(zt_in_form(call, &token_param, ZT_REQUIRED, &text, ret_error));
	ENSURE(root, ZT_E_STATE);
	if (zt_web_token_read(text, zt_secret_view(&root->secret), token, &cause) != ZT_OK)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidIdentityToken", "%s", cause.text);
	if (token->expires_s <= zt_registry_now_ms(call->registry) / 1000)
		return zt_error_coded(ret_error, ZT_E_INVALID, "ExpiredTokenException", "Token expired: %lld",
				      (long long)token->expires_s);
	return ZT_OK;
}

/* "<issuer>:sub", "<issuer>:aud" */
static bool claim_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	const zt_web_token *token = context;
	if (name.n <= token->issuer.n || name.p[token->issuer.n] != ':' ||
	    !zt_view_equal_nocase(zt_view_make(name.p, token->issuer.n), token->issuer))
		return false;
	zt_view key = zt_view_from(name, token->issuer.n + 1);
	if (zt_view_equal_nocase(key, ZT_LIT("sub")))
		return zt_web_token_value(token, "sub", index, ret);
	return zt_view_equal_nocase(key, ZT_LIT("aud")) && zt_web_token_value(token, "aud", index, ret);
}

static bool is_trusted(const zt_call *call, const zt_role *role, zt_web_token *token)
{
	const zt_account *account = zt_registry_account(call->registry);
	char principal[ZT_WEB_TOKEN_ISSUER_MAX + 128];
	(void)snprintf(principal, sizeof principal, "arn:%s:iam::%s:oidc-provider/%.*s", account->partition,
		       account->account, ZT_PRI(token->issuer));
	const zt_policy_request request = { .action = ZT_LIT("sts:AssumeRoleWithWebIdentity"),
					    .principal = zt_view_of(principal),
					    .values = { claim_of, token } };
	return zt_policy_evaluate(&role->trust, 1, &request).kind == ZT_DECISION_ALLOW;
}

static zt_status show_token(zt_call *call, const zt_web_token *token)
{
	zt_view audience = ZT_VIEW_EMPTY;
	(void)zt_web_token_value(token, "aud", 0, &audience);
	TRY(zt_xml_text(&call->xml, "SubjectFromWebIdentityToken", token->subject));
	TRY(zt_xml_text(&call->xml, "Audience", audience));
	return zt_xml_text(&call->xml, "Provider", zt_json_view(token->claims, "iss"));
}

zt_status zt_sts_assume_role_with_web_identity(zt_call *call, zt_error *ret_error)
{
	zt_sts_session session;
	ZT_CLEANUP(zt_web_token_free) zt_web_token token = { .claims = NULL };
	TRY(zt_sts_session_read(call, &session, ret_error));
	TRY(read_token(call, &token, ret_error));
	if (!session.role || !is_trusted(call, session.role, &token))
		return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDenied",
				      "Not authorized to perform sts:AssumeRoleWithWebIdentity");
	TRY(show_token(call, &token));
	return zt_sts_session_begin(call, &session, ret_error);
}
