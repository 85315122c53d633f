#include "aws/profile_settings.h"

#include "aws/endpoint.h"
#include "base/fs.h"

enum { FILE_MAX = 1024 * 1024, FILE_PATH_MAX = 4096 };

/* The file named by the variable, or ~/.aws/<name>. Empty without a home. */
static zt_status file_path(const char *variable, const char *name, zt_str *out)
{
	const char *given = getenv(variable), *home = getenv("HOME");
	if (given && *given)
		return zt_str_put_text(out, given);
	return home && *home ? zt_str_printf(out, "%s/.aws/%s", home, name) : ZT_OK;
}

static zt_status read_file(const char *variable, const char *name, zt_str *path, zt_str *text, zt_error *ret_error)
{
	TRY(file_path(variable, name, path));
	if (path->n == 0)
		return ZT_OK;
	zt_status status = zt_file_read(zt_str_text(path), text, ret_error);
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

zt_status zt_aws_files_load(zt_aws_files *ret, zt_error *ret_error)
{
	*ret = (zt_aws_files){
		.credentials_path = ZT_STR(FILE_PATH_MAX),
		.credentials = ZT_STR(FILE_MAX),
		.config_path = ZT_STR(FILE_PATH_MAX),
		.config = ZT_STR(FILE_MAX),
	};
	TRY(read_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", &ret->credentials_path, &ret->credentials,
		      ret_error));
	return read_file("AWS_CONFIG_FILE", "config", &ret->config_path, &ret->config, ret_error);
}

void zt_aws_files_free(zt_aws_files *files)
{
	zt_str_free(&files->credentials_path);
	zt_str_free(&files->config_path);
	zt_str_free_wiped(&files->credentials);
	zt_str_free_wiped(&files->config);
}

zt_aws_settings zt_aws_settings_of(const zt_aws_files *files, zt_view name)
{
	zt_aws_settings settings = { .files = files,
				     .name = name,
				     .credentials = { zt_str_view(&files->credentials), ZT_VIEW_EMPTY },
				     .config = { zt_str_view(&files->config), ZT_VIEW_EMPTY } };
	settings.there = zt_aws_section_find(&settings.credentials, name, ZT_AWS_CREDENTIALS_FILE);
	settings.there |= zt_aws_section_find(&settings.config, name, ZT_AWS_CONFIG_FILE);
	return settings;
}

zt_view zt_aws_setting(const zt_aws_settings *settings, const char *key)
{
	zt_view value = zt_aws_section_value(&settings->credentials, key);
	return value.n ? value : zt_aws_section_value(&settings->config, key);
}

/* "[services lab]", "iot =", "  endpoint_url = http://…". */
static zt_view of_services(const zt_aws_settings *settings, zt_aws_service service)
{
	zt_aws_section section = { settings->config.file, ZT_VIEW_EMPTY };
	zt_view name = zt_aws_setting(settings, "services"), key = zt_view_of(zt_aws_endpoint_variable(service));
	if (name.n == 0 || !zt_aws_section_find(&section, name, ZT_AWS_SERVICES_SECTION) ||
	    !zt_view_take_prefix(&key, ZT_LIT("AWS_ENDPOINT_URL_")))
		return ZT_VIEW_EMPTY;
	return zt_aws_section_nested(&section, key, "endpoint_url");
}

zt_status zt_aws_setting_endpoint(const zt_aws_settings *settings, zt_aws_service service, zt_aws_url ret,
				  zt_error *ret_error)
{
	zt_view url = ZT_VIEW_EMPTY;
	if (!zt_view_equal_nocase(zt_aws_setting(settings, "ignore_configured_endpoint_urls"), ZT_LIT("true"))) {
		url = of_services(settings, service);
		if (url.n == 0)
			url = zt_aws_setting(settings, "endpoint_url");
	}
	if (zt_text_copy(ret, sizeof(zt_aws_url), url) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "endpoint_url of profile %.*s is too long",
				    ZT_PRI(settings->name));
	return ZT_OK;
}
