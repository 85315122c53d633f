#include "aws/credentials.h"

#include "base/str.h"

zt_status zt_aws_credentials_environment(zt_aws_credentials *ret, zt_error *ret_error)
{
	zt_view id = zt_view_of(getenv("AWS_ACCESS_KEY_ID"));
	zt_view secret = zt_view_of(getenv("AWS_SECRET_ACCESS_KEY"));
	zt_view token = zt_view_of(getenv("AWS_SESSION_TOKEN"));
	if (id.n == 0)
		return zt_error_set(ret_error, ZT_E_NOT_FOUND, "AWS_ACCESS_KEY_ID is not set");
	if (secret.n == 0)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS,
				    "AWS_ACCESS_KEY_ID is set, but not AWS_SECRET_ACCESS_KEY");
	if (id.n > ZT_AWS_ACCESS_KEY_ID_MAX || secret.n > ZT_SECRET_MAX || token.n > ZT_SECRET_MAX)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "an AWS key in the environment is too long");
	TRY(zt_text_copy(ret->access_key_id, sizeof ret->access_key_id, id));
	TRY(zt_secret_set(&ret->secret, secret));
	return zt_secret_set(&ret->token, token);
}

void zt_aws_credentials_wipe(zt_aws_credentials *credentials)
{
	zt_wipe(credentials, sizeof *credentials);
}
