/* The settings of profiles, from the credentials file and the config file at once. */
#ifndef ZT_AWS_PROFILE_SETTINGS_H
#define ZT_AWS_PROFILE_SETTINGS_H

#include "aws/client.h"
#include "aws/profile_file.h"

typedef struct {
	zt_str credentials_path, credentials, config_path, config;
} zt_aws_files;

typedef struct {
	const zt_aws_files *files;
	zt_view name;
	bool there; /* in one of the files */
	zt_aws_section credentials, config;
} zt_aws_settings;

/* AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config); a file that is not there is as
 * an empty one. ZT_E_IO, ZT_E_LIMIT. */
ZT_NODISCARD zt_status zt_aws_files_load(zt_aws_files *ret, zt_error *ret_error);
/* Wipes what they hold. */
void zt_aws_files_free(zt_aws_files *files);

/* Borrows both. */
zt_aws_settings zt_aws_settings_of(const zt_aws_files *files, zt_view name);
/* The credentials file wins, as in AWS's own clients; empty when it is in neither. Borrowed from the files. */
zt_view zt_aws_setting(const zt_aws_settings *settings, const char *key);
/* The service's endpoint_url in the section that `services` of the profile names, else the profile's own; "" where
 * there is none or ignore_configured_endpoint_urls is true. ZT_E_CONFIG when it is too long. */
ZT_NODISCARD zt_status zt_aws_setting_endpoint(const zt_aws_settings *settings, zt_aws_service service, zt_aws_url ret,
					       zt_error *ret_error);

#endif
