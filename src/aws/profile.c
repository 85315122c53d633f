#include "aws/profile.h"

#include "aws/endpoint.h"
#include "aws/provider.h"

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return or_null(a) ? a : or_null(b) ? b : or_null(c);
}

static zt_status use_region(const zt_aws_settings *settings, zt_aws_profile *profile, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str of_instance = ZT_STR(ZT_AWS_REGION_MAX);
	zt_view text = zt_view_of(first_of(profile->spec.region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION")));
	if (text.n == 0)
		text = zt_aws_setting(settings, "region");
	if (text.n == 0 && zt_aws_instance_region(&profile->spec.http, &of_instance, NULL) == ZT_OK)
		text = zt_view_trim(zt_str_view(&of_instance));
	if (text.n == 0)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "no Region: give --region, set AWS_REGION, or set region in profile %s",
				    profile->name);
	return zt_aws_region_check(text, profile->region, ret_error);
}

static zt_status use_credentials(const zt_aws_settings *settings, zt_aws_profile *profile, zt_error *ret_error)
{
	zt_aws_search search = { .spec = &profile->spec, .files = settings->files, .region = profile->region };
	zt_aws_found found = { .source = "" };
	zt_status status = zt_aws_provide(&search, settings, or_null(profile->spec.profile) == NULL, &found, ret_error);
	if (status == ZT_OK) {
		profile->credentials = found.credentials;
		zt_text_cut(profile->source, sizeof profile->source, zt_view_of(found.source));
	}
	zt_wipe(&found, sizeof found);
	if (status != ZT_E_NOT_FOUND)
		return status;
	if (!settings->there && !zt_view_equal(settings->name, ZT_LIT("default")))
		return zt_error_set(ret_error, ZT_E_CONFIG, "there is no AWS profile %s in %s and %s", profile->name,
				    zt_str_text(&settings->files->credentials_path),
				    zt_str_text(&settings->files->config_path));
	return zt_error_set(ret_error, ZT_E_CREDENTIALS,
			    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or profile %s in "
			    "~/.aws/credentials; neither a container nor an instance offers any",
			    profile->name);
}

static zt_status load(const zt_aws_files *files, zt_aws_profile *profile, zt_error *ret_error)
{
	const zt_aws_settings settings = zt_aws_settings_of(files, zt_view_of(profile->name));
	TRY(use_region(&settings, profile, ret_error));
	for (zt_aws_service i = 0; i < ZT_AWS_SERVICE_COUNT; i++)
		TRY(zt_aws_setting_endpoint(&settings, i, profile->endpoint_urls[i], ret_error));
	return use_credentials(&settings, profile, ret_error);
}

zt_status zt_aws_profile_load(const zt_aws_profile_spec *spec, zt_aws_profile *ret, zt_error *ret_error)
{
	const char *name = first_of(spec->profile, getenv("AWS_PROFILE"), getenv("AWS_DEFAULT_PROFILE"));
	ZT_CLEANUP(zt_aws_profile_wipe) zt_aws_profile made = { .spec = *spec };
	ZT_CLEANUP(zt_aws_files_free) zt_aws_files files = { .config = ZT_STR(0) };
	if (zt_text_copy(made.name, sizeof made.name, zt_view_of(name ? name : "default")) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "the name of the AWS profile is too long");
	TRY(zt_aws_files_load(&files, ret_error));
	TRY(load(&files, &made, ret_error));
	*ret = made;
	return ZT_OK;
}

zt_status zt_aws_profile_renew(void *profile, zt_error *ret_error)
{
	zt_aws_profile *own = profile;
	ZT_CLEANUP(zt_aws_profile_wipe) zt_aws_profile made = { .region = "" };
	TRY(zt_aws_profile_load(&own->spec, &made, ret_error));
	own->credentials = made.credentials;
	return ZT_OK;
}

void zt_aws_profile_wipe(zt_aws_profile *profile)
{
	zt_wipe(profile, sizeof *profile);
}
