/* Roles: assumed with the keys of somewhere else, or with a token. */
#include "aws/provider.h"
#include "aws/sts.h"
#include "base/fs.h"

enum { TOKEN_FILE_MAX = 20000, PATH_TEXT_MAX = 4096 };

static bool is_role(const zt_aws_settings *settings)
{
	return zt_aws_setting(settings, "role_arn").n && zt_aws_setting(settings, "web_identity_token_file").n == 0;
}

static zt_status contradiction(const zt_aws_settings *settings, const char *what, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_CONFIG, "profile %.*s: %s", ZT_PRI(settings->name), what);
}

static zt_status of_machine(const zt_aws_search *search, const zt_aws_settings *settings, zt_view name,
			    zt_aws_found *ret, zt_error *ret_error)
{
	zt_status status = ZT_E_NOT_FOUND;
	if (zt_view_equal_nocase(name, ZT_LIT("Environment")))
		status = zt_aws_provide_environment(ret, ret_error);
	else if (zt_view_equal_nocase(name, ZT_LIT("EcsContainer")))
		status = zt_aws_provide_container(&search->spec->http, ret, ret_error);
	else if (zt_view_equal_nocase(name, ZT_LIT("Ec2InstanceMetadata")))
		status = zt_aws_provide_instance(&search->spec->http, ret, ret_error);
	else
		return contradiction(settings, "credential_source is Environment, EcsContainer or Ec2InstanceMetadata",
				     ret_error);
	if (status != ZT_E_NOT_FOUND)
		return status;
	return zt_error_set(ret_error, ZT_E_CREDENTIALS, "profile %.*s: its credential_source %.*s offers no keys",
			    ZT_PRI(settings->name), ZT_PRI(name));
}

static bool was_entered(const zt_aws_search *search, zt_view name)
{
	for (size_t i = 0; i < search->entered_count; i++)
		if (zt_view_equal(search->entered[i], name))
			return true;
	return false;
}

/* A profile that names itself as its source means the keys beside its role. */
static zt_status of_profile(zt_aws_search *search, const zt_aws_settings *settings, zt_view name, zt_aws_found *ret,
			    zt_error *ret_error)
{
	const zt_aws_settings source = zt_aws_settings_of(search->files, name);
	bool has_keys =
	    zt_aws_setting(&source, "aws_access_key_id").n || zt_aws_setting(&source, "aws_secret_access_key").n;
	if (!source.there)
		return contradiction(settings, "its source_profile does not exist", ret_error);
	bool itself = zt_view_equal(name, settings->name);
	if (was_entered(search, name) && !(itself && has_keys))
		return contradiction(settings, "source_profile leads in a circle", ret_error);
	zt_status status = !has_keys && is_role(&source)
			       ? zt_aws_provide_role(search, &source, ret, ret_error)
			       : zt_aws_provide_profile(search, &source, false, ret, ret_error);
	return status == ZT_E_NOT_FOUND ? contradiction(settings, "its source_profile has no credentials", ret_error)
					: status;
}

static zt_status source_of(zt_aws_search *search, const zt_aws_settings *settings, zt_aws_found *ret,
			   zt_error *ret_error)
{
	zt_view profile = zt_aws_setting(settings, "source_profile");
	zt_view machine = zt_aws_setting(settings, "credential_source");
	if ((profile.n > 0) == (machine.n > 0))
		return contradiction(settings, "role_arn needs either source_profile or credential_source", ret_error);
	if (search->entered_count == ZT_AWS_ROLE_CHAIN_MAX)
		return contradiction(settings, "too many roles lead to one another", ret_error);
	search->entered[search->entered_count++] = settings->name;
	return profile.n ? of_profile(search, settings, profile, ret, ret_error)
			 : of_machine(search, settings, machine, ret, ret_error);
}

/* Asks STS with these keys (NULL: unsigned). */
static zt_status ask(const zt_aws_search *search, const zt_aws_settings *settings, const zt_aws_credentials *keys,
		     const zt_sts_role *role, zt_aws_found *ret, zt_error *ret_error)
{
	static const zt_aws_credentials none = { .expires_ms = 0 };
	zt_aws_url urls[ZT_AWS_SERVICE_COUNT] = { "" };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = NULL;
	zt_error cause = { 0 };
	TRY(zt_aws_setting_endpoint(settings, ZT_AWS_STS, urls[ZT_AWS_STS], ret_error));
	const zt_aws_client_spec spec = {
		.http = search->spec->http,
		.credentials = keys ? keys : &none,
		.region = search->region,
		.endpoint_url = search->spec->endpoint_url,
		.profile_endpoint_urls = urls,
		.on_wait = search->spec->on_wait,
		.context = search->spec->context,
	};
	TRY(zt_aws_client_new(&spec, &client, ret_error));
	zt_status status = zt_sts_assume_role(client, role, &ret->credentials, &cause);
	if (status == ZT_OK) {
		(void)snprintf(ret->source, sizeof ret->source, "role %.*s", ZT_PRI(role->role_arn));
		return ZT_OK;
	}
	/* To whoever searches on, "not found" would mean that no role is named. */
	status = status == ZT_E_NOT_FOUND ? ZT_E_CREDENTIALS : status;
	(void)zt_error_coded(ret_error, status, cause.code, "role %.*s cannot be assumed: %s", ZT_PRI(role->role_arn),
			     cause.text);
	if (ret_error) {
		ret_error->http = cause.http;
		zt_text_cut(ret_error->request_id, sizeof ret_error->request_id, zt_view_of(cause.request_id));
	}
	return status;
}

static zt_status read_duration(const zt_aws_settings *settings, unsigned *ret, zt_error *ret_error)
{
	uint64_t seconds = 0;
	zt_view text = zt_aws_setting(settings, "duration_seconds");
	if (text.n &&
	    (!zt_view_to_u64(text, &seconds) || seconds < ZT_STS_DURATION_MIN_S || seconds > ZT_STS_DURATION_MAX_S))
		return contradiction(settings, "duration_seconds is no number from 900 to 43200", ret_error);
	*ret = (unsigned)seconds;
	return ZT_OK;
}

zt_status zt_aws_provide_role(zt_aws_search *search, const zt_aws_settings *settings, zt_aws_found *ret,
			      zt_error *ret_error)
{
	if (!is_role(settings))
		return ZT_E_NOT_FOUND;
	if (!search->spec->http.perform)
		return ZT_E_NOT_FOUND;
	if (zt_aws_setting(settings, "mfa_serial").n)
		return zt_error_set(
		    ret_error, ZT_E_UNSUPPORTED,
		    "profile %.*s asks for an MFA code (mfa_serial), which is not supported: export its "
		    "keys, for example with: aws configure export-credentials --format env",
		    ZT_PRI(settings->name));
	zt_sts_role role = { .role_arn = zt_aws_setting(settings, "role_arn"),
			     .session_name = zt_aws_setting(settings, "role_session_name"),
			     .external_id = zt_aws_setting(settings, "external_id") };
	TRY(read_duration(settings, &role.duration_s, ret_error));
	zt_aws_found source = { .source = "" };
	zt_status status = source_of(search, settings, &source, ret_error);
	if (status == ZT_OK)
		status = ask(search, settings, &source.credentials, &role, ret, ret_error);
	zt_wipe(&source, sizeof source);
	return status;
}

static zt_view of_environment_or(const zt_aws_settings *settings, bool environment, const char *variable,
				 const char *key)
{
	zt_view value = environment ? zt_view_of(getenv(variable)) : ZT_VIEW_EMPTY;
	return value.n ? value : zt_aws_setting(settings, key);
}

/* The file is read anew each time: whoever put it there replaces it before it expires. */
static zt_status read_token(zt_view path, zt_str *token, zt_error *ret_error)
{
	char text[PATH_TEXT_MAX];
	zt_error cause = { 0 };
	if (zt_text_copy(text, sizeof text, path) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "the path of the web identity's token is too long");
	if (zt_file_read(text, token, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "web identity: %s", cause.text);
	if (zt_view_trim(zt_str_view(token)).n == 0)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "web identity: %s is empty", text);
	return ZT_OK;
}

zt_status zt_aws_provide_web_identity(zt_aws_search *search, const zt_aws_settings *settings, bool environment,
				      zt_aws_found *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str token = ZT_STR(TOKEN_FILE_MAX);
	zt_view path =
	    of_environment_or(settings, environment, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	if (path.n == 0 || !search->spec->http.perform)
		return ZT_E_NOT_FOUND;
	zt_sts_role role = {
		.role_arn = of_environment_or(settings, environment, "AWS_ROLE_ARN", "role_arn"),
		.session_name = of_environment_or(settings, environment, "AWS_ROLE_SESSION_NAME", "role_session_name"),
	};
	if (role.role_arn.n == 0)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "a web identity's token is named, but no role: set AWS_ROLE_ARN, or role_arn in "
				    "profile %.*s",
				    ZT_PRI(settings->name));
	TRY(read_token(path, &token, ret_error));
	role.web_identity = zt_view_trim(zt_str_view(&token));
	return ask(search, settings, NULL, &role, ret, ret_error);
}
