/* AssumeRoleWithWebIdentity. No identity provider is asked offline: a token is good when it is a JSON Web Token (RFC
 * 7519) signed by HMAC-SHA256 (HS256, RFC 7518 §3.2) with the secret of the root access key, which only this account's
 * owner can read. What it claims is then held to the role's trust policy as AWS does: the issuer as Federated
 * principal, audience and subject as its conditions. */
#include <string.h>

#include "base/codec.h"
#include "base/digest.h"
#include "base/json.h"
#include "cloud/api/sts_words.h"
#include "policy/evaluate.h"

static const zt_param token_param = { "WebIdentityToken", 4, 20000, NULL };
enum { TOKEN_MAX = 20000, NAME_MAX_HERE = 512 };

typedef struct {
	zt_view issuer, subject; /* borrowed from `json` */
	json_t *json;
	const zt_account *account;
} claims;

static void claims_free(claims *c)
{
	json_decref(c->json);
}

static zt_status invalid(const char *why, zt_error *ret_error)
{
	return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidIdentityToken", "%s", why);
}

/* Without padding, - and _ for + and / (RFC 4648 §5). */
static zt_status decode_base64url(zt_view text, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str plain = ZT_STR(TOKEN_MAX + 4);
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		ENSURE(c > ' ' && c != '+' && c != '/' && c != '=', ZT_E_INVALID);
		TRY(zt_str_put_u8(&plain, c == '-' ? '+' : c == '_' ? '/' : c));
	}
	while (plain.n % 4)
		TRY(zt_str_put_u8(&plain, '='));
	return zt_base64_decode(zt_str_view(&plain), out);
}

static zt_status decode_object(zt_view part, json_t **ret)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TOKEN_MAX);
	TRY(decode_base64url(part, &text));
	TRY(zt_json_parse(zt_str_view(&text), ret, NULL));
	return json_is_object(*ret) ? ZT_OK : ZT_E_INVALID;
}

static bool is_signed_by(const zt_access_key *root, zt_view content, zt_view signature)
{
	zt_sha256 expected;
	ZT_CLEANUP(zt_str_free) zt_str given = ZT_STR(TOKEN_MAX);
	if (decode_base64url(signature, &given) != ZT_OK)
		return false;
	zt_hmac_sha256(zt_secret_view(&root->secret), content, &expected);
	return zt_equal_ct(zt_str_view(&given), zt_view_make(expected.bytes, sizeof expected.bytes));
}

/* "header.claims.signature" */
static zt_status read_token(const zt_call *call, zt_view token, claims *c, zt_error *ret_error)
{
	const zt_access_key *root = zt_registry_root_key(call->registry);
	zt_view rest = token, header_part, claims_part;
	ZT_JSON_CLEANUP json_t *header = NULL;
	if (!zt_view_split(&rest, '.', &header_part) || !zt_view_split(&rest, '.', &claims_part) || rest.n == 0 ||
	    decode_object(header_part, &header) != ZT_OK || decode_object(claims_part, &c->json) != ZT_OK)
		return invalid("The ID Token provided is not a valid JWT.", ret_error);
	zt_view content = zt_view_make(token.p, header_part.n + 1 + claims_part.n);
	if (!zt_view_equal(zt_json_view(header, "alg"), ZT_LIT("HS256")) || !root || !is_signed_by(root, content, rest))
		return invalid(
		    "Couldn't verify the token: here it is signed by HS256 with the root access key's secret.",
		    ret_error);
	c->issuer = zt_json_view(c->json, "iss");
	c->subject = zt_json_view(c->json, "sub");
	(void)zt_view_take_prefix(&c->issuer, ZT_LIT("https://"));
	if (c->issuer.n == 0 || c->issuer.n > NAME_MAX_HERE || c->subject.n == 0 || !json_object_get(c->json, "aud"))
		return invalid("Missing a required claim: iss, sub or aud.", ret_error);
	return ZT_OK;
}

static zt_status check_time(const zt_call *call, const claims *c, zt_error *ret_error)
{
	const json_t *end = json_object_get(c->json, "exp");
	if (!json_is_integer(end))
		return invalid("Missing a required claim: exp.", ret_error);
	if (json_integer_value(end) <= zt_registry_now_ms(call->registry) / 1000)
		return zt_error_coded(ret_error, ZT_E_INVALID, "ExpiredTokenException", "Token expired: %lld",
				      (long long)json_integer_value(end));
	return ZT_OK;
}

/* "<issuer>:sub", "<issuer>:aud": one text, or several. */
static bool claim_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	const claims *c = context;
	if (name.n <= c->issuer.n + 1 || !zt_view_equal_nocase(zt_view_make(name.p, c->issuer.n), c->issuer) ||
	    name.p[c->issuer.n] != ':')
		return false;
	zt_view key = zt_view_from(name, c->issuer.n + 1);
	const json_t *value = zt_view_equal_nocase(key, ZT_LIT("sub"))   ? json_object_get(c->json, "sub")
			      : zt_view_equal_nocase(key, ZT_LIT("aud")) ? json_object_get(c->json, "aud")
									 : NULL;
	if (json_is_array(value))
		value = json_array_get(value, index);
	else if (index > 0)
		value = NULL;
	if (!json_is_string(value))
		return false;
	*ret = zt_view_make(json_string_value(value), json_string_length(value));
	return true;
}

static bool is_trusted(const zt_role *role, claims *c)
{
	char principal[NAME_MAX_HERE + 128];
	(void)snprintf(principal, sizeof principal, "arn:%s:iam::%s:oidc-provider/%.*s", c->account->partition,
		       c->account->account, ZT_PRI(c->issuer));
	const zt_policy_request request = { .action = ZT_LIT("sts:AssumeRoleWithWebIdentity"),
					    .principal = zt_view_of(principal),
					    .values = { claim_of, c } };
	return zt_policy_evaluate(&role->trust, 1, &request).kind == ZT_DECISION_ALLOW;
}

static zt_status show_claims(zt_call *call, const claims *c)
{
	zt_view audience = ZT_VIEW_EMPTY;
	const json_t *value = json_object_get(c->json, "aud");
	if (json_is_array(value))
		value = json_array_get(value, 0);
	if (json_is_string(value))
		audience = zt_view_make(json_string_value(value), json_string_length(value));
	TRY(zt_xml_text(&call->xml, "SubjectFromWebIdentityToken", c->subject));
	TRY(zt_xml_text(&call->xml, "Audience", audience));
	return zt_xml_text(&call->xml, "Provider", zt_json_view(c->json, "iss"));
}

zt_status zt_sts_assume_role_with_web_identity(zt_call *call, zt_error *ret_error)
{
	zt_sts_session session;
	zt_view token;
	ZT_CLEANUP(claims_free) claims c = { .account = zt_registry_account(call->registry) };
	TRY(zt_sts_session_read(call, &session, ret_error));
	TRY(zt_in_form(call, &token_param, ZT_REQUIRED, &token, ret_error));
	TRY(read_token(call, token, &c, ret_error));
	TRY(check_time(call, &c, ret_error));
	if (!session.role || !is_trusted(session.role, &c))
		return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDenied",
				      "Not authorized to perform sts:AssumeRoleWithWebIdentity");
	TRY(show_claims(call, &c));
	return zt_sts_session_begin(call, &session, ret_error);
}
