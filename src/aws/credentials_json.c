#include "aws/credentials_json.h"

static zt_status bad_member(const char *source, const char *member, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_CREDENTIALS, "credentials of %s: %s is missing or cannot be used", source,
			    member);
}

static bool is_visible(zt_view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return false;
	return true;
}

static bool is_absent(const json_t *object, const char *member)
{
	const json_t *value = json_object_get(object, member);
	return !value || json_is_null(value);
}

zt_status zt_aws_credentials_read(const json_t *object, const char *token_member, const char *source,
				  zt_aws_credentials *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_aws_credentials_wipe) zt_aws_credentials made = { .expires_ms = 0 };
	zt_view id = zt_json_view(object, "AccessKeyId"), secret = zt_json_view(object, "SecretAccessKey");
	zt_view token = zt_json_view(object, token_member);
	if (id.n == 0 || !is_visible(id) || zt_text_copy(made.access_key_id, sizeof made.access_key_id, id) != ZT_OK)
		return bad_member(source, "AccessKeyId", ret_error);
	if (secret.n == 0 || zt_secret_set(&made.secret, secret) != ZT_OK)
		return bad_member(source, "SecretAccessKey", ret_error);
	if ((token.n == 0 && !is_absent(object, token_member)) || !is_visible(token) ||
	    zt_secret_set(&made.token, token) != ZT_OK)
		return bad_member(source, token_member, ret_error);
	if (!is_absent(object, "Expiration") &&
	    zt_aws_credentials_time(zt_json_view(object, "Expiration"), &made.expires_ms) != ZT_OK)
		return bad_member(source, "Expiration", ret_error);
	*ret = made;
	return ZT_OK;
}
