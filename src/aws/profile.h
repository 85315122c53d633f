/* Credentials, Region and endpoints as the AWS CLI finds them (AWS SDKs and Tools Reference Guide, "Shared config and
 * credentials files", "Standardized credential providers"). */
#ifndef ZT_AWS_PROFILE_H
#define ZT_AWS_PROFILE_H

#include "aws/client.h"

enum { ZT_AWS_PROFILE_MAX = 127 };

/* What is asked for; each may be NULL and wins over what the environment and the files say. Borrowed for the life of
 * the profile. */
typedef struct {
	const char *profile, *region, *endpoint_url;
	zt_aws_http
	    http; /* for STS, the container's and the instance's own addresses; perform NULL: none of them is asked */
	void (*on_wait)(void *context, const zt_aws_wait *wait); /* STS is tried again; may be NULL */
	void *context;                                           /* of on_wait */
} zt_aws_profile_spec;

typedef struct {
	zt_aws_profile_spec spec;
	char name[ZT_AWS_PROFILE_MAX + 1]; /* of the profile that was used */
	char source[160];                  /* for people: "environment", "profile default of /root/.aws/credentials" */
	zt_aws_credentials credentials;
	char region[ZT_AWS_REGION_MAX + 1];
	zt_aws_url endpoint_urls[ZT_AWS_SERVICE_COUNT]; /* of the profile, or "" */
} zt_aws_profile;

/* Profile: spec.profile, AWS_PROFILE, AWS_DEFAULT_PROFILE, "default".
 * Region: spec.region, AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's.
 * Credentials, the first that is there: environment (unless spec.profile is given); the profile's role_arn with
 * source_profile or credential_source; web identity of environment or profile; keys in the credentials file;
 * credential_process; keys in the config file; the container's; the instance's.
 * ZT_E_CREDENTIALS without keys, or with a source that gives none; ZT_E_CONFIG without a Region, for a profile that is
 * not there or contradicts itself; ZT_E_UNSUPPORTED for SSO, a console login and MFA, with the way out; what STS says.
 */
ZT_NODISCARD zt_status zt_aws_profile_load(const zt_aws_profile_spec *spec, zt_aws_profile *ret, zt_error *ret_error);
/* Newer credentials from the same place; the old ones stay on failure. `profile` is a zt_aws_profile: the form of
 * zt_aws_client_spec.renew. */
ZT_NODISCARD zt_status zt_aws_profile_renew(void *profile, zt_error *ret_error);
void zt_aws_profile_wipe(zt_aws_profile *profile);

#endif
