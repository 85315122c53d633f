#include "aws/profile.h"

#include "aws/profile_file.h"
#include "base/fs.h"

enum { FILE_MAX = 1024 * 1024, PATH_MAX_HERE = 4096 };

/* What a profile may hold that only another provider could use, and what that provider is called. */
static const struct {
	const char *key, *provider;
} foreign[] = {
	{ "role_arn", "a role to assume" },
	{ "credential_process", "a credential process" },
	{ "sso_session", "SSO" },
	{ "sso_start_url", "SSO" },
	{ "web_identity_token_file", "a web identity" },
	{ "credential_source", "credentials of the machine" },
	{ "login_session", "a console login" },
};

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return or_null(a) ? a : or_null(b) ? b : or_null(c);
}

/* The file named by the variable, or ~/.aws/<name>. Empty without a home. */
static zt_status file_path(const char *variable, const char *name, zt_str *out)
{
	const char *given = or_null(getenv(variable)), *home = or_null(getenv("HOME"));
	if (given)
		return zt_str_put_text(out, given);
	return home ? zt_str_printf(out, "%s/.aws/%s", home, name) : ZT_OK;
}

/* A file that is not there is as an empty one. */
static zt_status read_file(const char *variable, const char *name, zt_str *path, zt_str *text, zt_error *ret_error)
{
	TRY(file_path(variable, name, path));
	if (path->n == 0)
		return ZT_OK;
	zt_status status = zt_file_read(zt_str_text(path), text, ret_error);
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

typedef struct {
	zt_str credentials_path, credentials, config_path, config;
} profile_files;

static void files_free(profile_files *files)
{
	zt_str_free(&files->credentials_path);
	zt_str_free(&files->config_path);
	zt_str_free_wiped(&files->credentials);
	zt_str_free_wiped(&files->config);
}

static zt_status use_keys(const zt_aws_section *section, const char *path, zt_aws_profile *profile, zt_error *ret_error)
{
	zt_view id = zt_aws_section_value(section, "aws_access_key_id");
	zt_view secret = zt_aws_section_value(section, "aws_secret_access_key");
	if (id.n == 0)
		return ZT_E_NOT_FOUND;
	if (secret.n == 0 || secret.n > ZT_SECRET_MAX || id.n > ZT_AWS_ACCESS_KEY_ID_MAX)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "profile %s of %s has no usable aws_secret_access_key",
				    profile->name, path);
	TRY(zt_text_copy(profile->credentials.access_key_id, sizeof profile->credentials.access_key_id, id));
	TRY(zt_secret_set(&profile->credentials.secret, secret));
	TRY(zt_secret_set(&profile->credentials.token, zt_aws_section_value(section, "aws_session_token")));
	(void)snprintf(profile->source, sizeof profile->source, "profile %s of %s", profile->name, path);
	return ZT_OK;
}

static zt_status refuse_foreign(const zt_aws_section *section, const char *path, const zt_aws_profile *profile,
				zt_error *ret_error)
{
	for (size_t i = 0; i < ZT_COUNT(foreign); i++)
		if (zt_aws_section_value(section, foreign[i].key).n)
			return zt_error_set(
			    ret_error, ZT_E_UNSUPPORTED,
			    "profile %s of %s uses %s (%s), which is not supported: export its keys, for "
			    "example with: aws configure export-credentials --format env",
			    profile->name, path, foreign[i].provider, foreign[i].key);
	return ZT_OK;
}

/* Static keys in either file, before a provider of either is refused: so do AWS's own clients. */
static zt_status use_files(const profile_files *files, const zt_aws_section *credentials, const zt_aws_section *config,
			   zt_aws_profile *profile, zt_error *ret_error)
{
	zt_status status = use_keys(credentials, zt_str_text(&files->credentials_path), profile, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = use_keys(config, zt_str_text(&files->config_path), profile, ret_error);
	if (status != ZT_E_NOT_FOUND)
		return status;
	TRY(refuse_foreign(credentials, zt_str_text(&files->credentials_path), profile, ret_error));
	TRY(refuse_foreign(config, zt_str_text(&files->config_path), profile, ret_error));
	if (getenv("AWS_WEB_IDENTITY_TOKEN_FILE") || getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
	    getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
		return zt_error_set(
		    ret_error, ZT_E_UNSUPPORTED,
		    "the environment names web identity or container credentials, which are not supported: "
		    "export static keys (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)");
	return zt_error_set(ret_error, ZT_E_CREDENTIALS,
			    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or profile %s in "
			    "~/.aws/credentials (credentials of roles, SSO and instances are not supported)",
			    profile->name);
}

static zt_status use_region(const char *region, const zt_aws_section *config, const zt_aws_section *credentials,
			    zt_aws_profile *profile, zt_error *ret_error)
{
	zt_view text = zt_view_of(first_of(region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION")));
	if (text.n == 0)
		text = zt_aws_section_value(config, "region");
	if (text.n == 0)
		text = zt_aws_section_value(credentials, "region");
	if (text.n == 0)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "no Region: give --region, set AWS_REGION, or set region in profile %s",
				    profile->name);
	if (zt_text_copy(profile->region, sizeof profile->region, text) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "the name of the Region is too long");
	return ZT_OK;
}

static zt_status load(const char *given_profile, const char *region, const profile_files *files,
		      zt_aws_profile *profile, zt_error *ret_error)
{
	zt_aws_section credentials = { zt_str_view(&files->credentials), ZT_VIEW_EMPTY };
	zt_aws_section config = { zt_str_view(&files->config), ZT_VIEW_EMPTY };
	zt_view name = zt_view_of(profile->name);
	bool is_there = zt_aws_section_find(&credentials, name, false);
	is_there |= zt_aws_section_find(&config, name, true);
	zt_status status =
	    or_null(given_profile) ? ZT_E_NOT_FOUND : zt_aws_credentials_environment(&profile->credentials, ret_error);
	if (status == ZT_OK) {
		(void)snprintf(profile->source, sizeof profile->source, "environment");
	} else if (status != ZT_E_NOT_FOUND) {
		return status;
	} else {
		if (!is_there && !zt_view_equal(name, ZT_LIT("default")))
			return zt_error_set(ret_error, ZT_E_CONFIG, "there is no AWS profile %s in %s and %s",
					    profile->name, zt_str_text(&files->credentials_path),
					    zt_str_text(&files->config_path));
		TRY(use_files(files, &credentials, &config, profile, ret_error));
	}
	TRY(use_region(region, &config, &credentials, profile, ret_error));
	if (zt_text_copy(profile->endpoint_url, sizeof profile->endpoint_url,
			 zt_aws_section_value(&config, "endpoint_url")) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "endpoint_url of profile %s is too long", profile->name);
	return ZT_OK;
}

zt_status zt_aws_profile_load(const char *profile, const char *region, zt_aws_profile *ret, zt_error *ret_error)
{
	const char *name = first_of(profile, getenv("AWS_PROFILE"), getenv("AWS_DEFAULT_PROFILE"));
	ZT_CLEANUP(zt_aws_profile_wipe) zt_aws_profile made = { 0 };
	if (zt_text_copy(made.name, sizeof made.name, zt_view_of(name ? name : "default")) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "the name of the AWS profile is too long");
	ZT_CLEANUP(files_free)
	profile_files files = {
		.credentials_path = ZT_STR(PATH_MAX_HERE),
		.credentials = ZT_STR(FILE_MAX),
		.config_path = ZT_STR(PATH_MAX_HERE),
		.config = ZT_STR(FILE_MAX),
	};
	TRY(read_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", &files.credentials_path, &files.credentials,
		      ret_error));
	TRY(read_file("AWS_CONFIG_FILE", "config", &files.config_path, &files.config, ret_error));
	TRY(load(profile, region, &files, &made, ret_error));
	*ret = made;
	return ZT_OK;
}

void zt_aws_profile_wipe(zt_aws_profile *profile)
{
	zt_wipe(profile, sizeof *profile);
}
