/* Where credentials come from, one place a function. Inside of the room.
 *
 * Each gives ZT_E_NOT_FOUND when nothing names its place, and any other failure when its place is named and gives no
 * keys: the search then ends, as AWS's own clients do. */
#ifndef ZT_AWS_PROVIDER_H
#define ZT_AWS_PROVIDER_H

#include "aws/profile.h"
#include "aws/profile_settings.h"

enum {
	ZT_AWS_ROLE_CHAIN_MAX = 8, /* roles that lead to one another */
	ZT_AWS_PROCESS_MS = 60000, /* credential_process; somebody may have to enter a code */
	ZT_AWS_PROCESS_OUTPUT_MAX = 64 * 1024,
	ZT_AWS_METADATA_MS = 2000, /* one try of the container's address (botocore) */
	ZT_AWS_METADATA_TRIES = 3,
	ZT_AWS_METADATA_ANSWER_MAX = 64 * 1024,
};

typedef struct {
	const zt_aws_profile_spec *spec;
	const zt_aws_files *files;
	const char *region;
	/* Profiles whose roles were entered, outermost first: one that comes again leads nowhere. */
	zt_view entered[ZT_AWS_ROLE_CHAIN_MAX];
	size_t entered_count;
} zt_aws_search;

typedef struct {
	zt_aws_credentials credentials;
	char source[160];
} zt_aws_found;

/* Of the whole profile, environment and machine included (`environment`: not when it was named by an option). */
ZT_NODISCARD zt_status zt_aws_provide(zt_aws_search *search, const zt_aws_settings *settings, bool environment,
				      zt_aws_found *ret, zt_error *ret_error);
/* Of a profile that a role names as its source: what it holds itself, and no role. */
ZT_NODISCARD zt_status zt_aws_provide_profile(zt_aws_search *search, const zt_aws_settings *settings, bool environment,
					      zt_aws_found *ret, zt_error *ret_error);

ZT_NODISCARD zt_status zt_aws_provide_environment(zt_aws_found *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_aws_provide_role(zt_aws_search *search, const zt_aws_settings *settings, zt_aws_found *ret,
					   zt_error *ret_error);
ZT_NODISCARD zt_status zt_aws_provide_web_identity(zt_aws_search *search, const zt_aws_settings *settings,
						   bool environment, zt_aws_found *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_aws_provide_process(const zt_aws_settings *settings, zt_aws_found *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_aws_provide_container(const zt_aws_http *http, zt_aws_found *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_aws_provide_instance(const zt_aws_http *http, zt_aws_found *ret, zt_error *ret_error);
/* The Region that the instance is in. ZT_E_NOT_FOUND when there is no instance. */
ZT_NODISCARD zt_status zt_aws_instance_region(const zt_aws_http *http, zt_str *ret, zt_error *ret_error);

#endif
