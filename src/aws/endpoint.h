/* Where a service is and under which names its requests are signed (AWS General Reference, "Service endpoints"). */
#ifndef ZT_AWS_ENDPOINT_H
#define ZT_AWS_ENDPOINT_H

#include "aws/client.h"

typedef struct {
	char origin[ZT_AWS_ORIGIN_MAX + 1]; /* "" when it is not known yet */
	char signing_region[ZT_AWS_REGION_MAX + 1];
	bool given; /* by the caller, the environment or the profile: not AWS's own host */
} zt_aws_endpoint;

/* The rules of zt_aws_client_new. The URLs may be NULL or "". */
ZT_NODISCARD zt_status zt_aws_endpoint_resolve(zt_aws_service service, const char *region, const char *url,
					       const char *profile_url, zt_aws_endpoint *ret, zt_error *ret_error);
/* The name of a Region, which becomes part of hosts: letters, digits and hyphens. ZT_E_CONFIG for anything else. */
ZT_NODISCARD zt_status zt_aws_region_check(zt_view text, char ret_region[ZT_AWS_REGION_MAX + 1], zt_error *ret_error);
/* "AWS_ENDPOINT_URL_IOT_DATA_PLANE"; behind AWS_ENDPOINT_URL_ stands the name of the service in a config file's
 * services section, in upper case. */
const char *zt_aws_endpoint_variable(zt_aws_service service);
/* "iot", "iotdata", … in the credential scope. */
const char *zt_aws_signing_name(zt_aws_service service);
/* The host header's value: what stands behind "://". */
zt_view zt_aws_origin_host(const char *origin);

#endif
