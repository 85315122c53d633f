#include "cloud/api/web_token.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/secret.h"

static zt_status invalid(const char *why, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_INVALID, "%s", why);
}

/* Without padding, - and _ for + and / (RFC 4648 §5). */
static zt_status decode_base64url(zt_view text, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str plain = ZT_STR(ZT_WEB_TOKEN_MAX + 4);
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
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_WEB_TOKEN_MAX);
	TRY(decode_base64url(part, &text));
	TRY(zt_json_parse(zt_str_view(&text), ret, NULL));
	return json_is_object(*ret) ? ZT_OK : ZT_E_INVALID;
}

static bool is_signed_by(zt_view secret, zt_view content, zt_view signature)
{
	zt_sha256 expected;
	ZT_CLEANUP(zt_str_free) zt_str given = ZT_STR(ZT_WEB_TOKEN_MAX);
	if (decode_base64url(signature, &given) != ZT_OK)
		return false;
	zt_hmac_sha256(secret, content, &expected);
	return zt_equal_ct(zt_str_view(&given), zt_view_make(expected.bytes, sizeof expected.bytes));
}

static zt_status take_claims(zt_web_token *token, zt_error *ret_error)
{
	const json_t *end = json_object_get(token->claims, "exp");
	token->issuer = zt_json_view(token->claims, "iss");
	token->subject = zt_json_view(token->claims, "sub");
	(void)zt_view_take_prefix(&token->issuer, ZT_LIT("https://"));
	if (token->issuer.n == 0 || token->issuer.n > ZT_WEB_TOKEN_ISSUER_MAX || token->subject.n == 0 ||
	    !json_object_get(token->claims, "aud") || !json_is_integer(end))
		return invalid("Missing a required claim: iss, sub, aud or exp.", ret_error);
	token->expires_s = json_integer_value(end);
	return ZT_OK;
}

/* "header.claims.signature" */
zt_status zt_web_token_read(zt_view text, zt_view secret, zt_web_token *ret, zt_error *ret_error)
{
	zt_view rest = text, header_part, claims_part;
	ZT_JSON_CLEANUP json_t *header = NULL;
	ZT_CLEANUP(zt_web_token_free) zt_web_token token = { .claims = NULL };
	if (text.n > ZT_WEB_TOKEN_MAX || !zt_view_split(&rest, '.', &header_part) ||
	    !zt_view_split(&rest, '.', &claims_part) || rest.n == 0 || decode_object(header_part, &header) != ZT_OK ||
	    decode_object(claims_part, &token.claims) != ZT_OK)
		return invalid("The ID Token provided is not a valid JWT.", ret_error);
	zt_view content = zt_view_make(text.p, header_part.n + 1 + claims_part.n);
	if (!zt_view_equal(zt_json_view(header, "alg"), ZT_LIT("HS256")) || !is_signed_by(secret, content, rest))
		return invalid(
		    "Couldn't verify the token: here it is signed by HS256 with the root access key's secret.",
		    ret_error);
	TRY(take_claims(&token, ret_error));
	*ret = token;
	token.claims = NULL;
	return ZT_OK;
}

void zt_web_token_free(zt_web_token *token)
{
	json_decref(token->claims);
	token->claims = NULL;
}

bool zt_web_token_value(const zt_web_token *token, const char *claim, size_t index, zt_view *ret)
{
	const json_t *value = json_object_get(token->claims, claim);
	if (json_is_array(value))
		value = json_array_get(value, index);
	else if (index > 0)
		value = NULL;
	if (!json_is_string(value))
		return false;
	*ret = zt_view_make(json_string_value(value), json_string_length(value));
	return true;
}
