/* Credentials, Region and endpoint as the AWS CLI finds them (AWS SDKs and Tools Reference Guide, "Shared config and
 * credentials files"). */
#ifndef ZT_AWS_PROFILE_H
#define ZT_AWS_PROFILE_H

#include "aws/credentials.h"

enum { ZT_AWS_URL_MAX = 511, ZT_AWS_PROFILE_MAX = 127 };

typedef struct {
	char name[ZT_AWS_PROFILE_MAX + 1]; /* of the profile that was used */
	char source[160];                  /* for people: "environment", "profile default of /root/.aws/credentials" */
	zt_aws_credentials credentials;
	char region[ZT_AWS_REGION_MAX + 1];
	char endpoint_url[ZT_AWS_URL_MAX + 1]; /* endpoint_url of the profile, or "" */
} zt_aws_profile;

/* Each argument may be NULL and wins over what follows it.
 * Profile: `profile`, AWS_PROFILE, AWS_DEFAULT_PROFILE, "default".
 * Credentials: environment (unless `profile` is given), then the profile in AWS_SHARED_CREDENTIALS_FILE
 * (~/.aws/credentials), then in AWS_CONFIG_FILE (~/.aws/config). Static keys only: a profile that names a role, SSO,
 * web identity or a process is ZT_E_UNSUPPORTED, and the error says which. Region: `region`, AWS_REGION,
 * AWS_DEFAULT_REGION, the profile's. ZT_E_CREDENTIALS without keys, ZT_E_CONFIG without a Region or for a file that
 * does not parse. */
ZT_NODISCARD zt_status zt_aws_profile_load(const char *profile, const char *region, zt_aws_profile *ret,
					   zt_error *ret_error);
void zt_aws_profile_wipe(zt_aws_profile *profile);

#endif
