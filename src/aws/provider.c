/* The order of the places. */
#include "aws/provider.h"

zt_status zt_aws_provide_environment(zt_aws_found *ret, zt_error *ret_error)
{
	TRY(zt_aws_credentials_environment(&ret->credentials, ret_error));
	zt_text_cut(ret->source, sizeof ret->source, ZT_LIT("environment"));
	return ZT_OK;
}

static zt_status provide_keys(const zt_aws_settings *settings, const zt_aws_section *section, const zt_str *path,
			      zt_aws_found *ret, zt_error *ret_error)
{
	zt_view id = zt_aws_section_value(section, "aws_access_key_id");
	zt_view secret = zt_aws_section_value(section, "aws_secret_access_key");
	zt_view token = zt_aws_section_value(section, "aws_session_token");
	if (id.n == 0)
		return ZT_E_NOT_FOUND;
	if (secret.n == 0 || secret.n > ZT_SECRET_MAX || token.n > ZT_SECRET_MAX || id.n > ZT_AWS_ACCESS_KEY_ID_MAX)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS,
				    "profile %.*s of %s has no usable aws_secret_access_key", ZT_PRI(settings->name),
				    zt_str_text(path));
	TRY(zt_text_copy(ret->credentials.access_key_id, sizeof ret->credentials.access_key_id, id));
	TRY(zt_secret_set(&ret->credentials.secret, secret));
	TRY(zt_secret_set(&ret->credentials.token, token));
	ret->credentials.expires_ms = 0;
	(void)snprintf(ret->source, sizeof ret->source, "profile %.*s of %s", ZT_PRI(settings->name),
		       zt_str_text(path));
	return ZT_OK;
}

/* What a profile may hold that is not ours to use. */
static zt_status refuse_foreign(const zt_aws_settings *settings, zt_error *ret_error)
{
	static const struct {
		const char *key, *provider;
	} foreign[] = { { "sso_session", "SSO" }, { "sso_start_url", "SSO" }, { "login_session", "a console login" } };
	for (size_t i = 0; i < ZT_COUNT(foreign); i++)
		if (zt_aws_setting(settings, foreign[i].key).n)
			return zt_error_set(ret_error, ZT_E_UNSUPPORTED,
					    "profile %.*s uses %s (%s), which is not supported: export its keys, for "
					    "example with: aws configure export-credentials --format env",
					    ZT_PRI(settings->name), foreign[i].provider, foreign[i].key);
	return ZT_E_NOT_FOUND;
}

zt_status zt_aws_provide_profile(zt_aws_search *search, const zt_aws_settings *settings, bool environment,
				 zt_aws_found *ret, zt_error *ret_error)
{
	const zt_aws_files *files = settings->files;
	zt_status status = zt_aws_provide_web_identity(search, settings, environment, ret, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = refuse_foreign(settings, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = provide_keys(settings, &settings->credentials, &files->credentials_path, ret, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = zt_aws_provide_process(settings, ret, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = provide_keys(settings, &settings->config, &files->config_path, ret, ret_error);
	return status;
}

zt_status zt_aws_provide(zt_aws_search *search, const zt_aws_settings *settings, bool environment, zt_aws_found *ret,
			 zt_error *ret_error)
{
	const zt_aws_http *http = &search->spec->http;
	zt_status status = environment ? zt_aws_provide_environment(ret, ret_error) : ZT_E_NOT_FOUND;
	if (status == ZT_E_NOT_FOUND && !settings->there && !zt_view_equal(settings->name, ZT_LIT("default")))
		return ZT_E_NOT_FOUND;
	if (status == ZT_E_NOT_FOUND)
		status = zt_aws_provide_role(search, settings, ret, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = zt_aws_provide_profile(search, settings, environment, ret, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = zt_aws_provide_container(http, ret, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = zt_aws_provide_instance(http, ret, ret_error);
	return status;
}
