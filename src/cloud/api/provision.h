/* What provisioning by a template has in common where no request of an operator stands behind it: just-in-time and
 * fleet provisioning. */
#ifndef ZT_CLOUD_API_PROVISION_H
#define ZT_CLOUD_API_PROVISION_H

#include <jansson.h>

#include "cloud/caller.h"
#include "cloud/registry/registry.h"

/* ResourceRegistrationFailureException "<why>: <what>". */
zt_status zt_provision_fail(zt_error *ret_error, const char *why, zt_view what);
/* The service as that role, which must trust it. AccessDeniedException. */
ZT_NODISCARD zt_status zt_provision_assume(const zt_registry *registry, zt_view role_arn, zt_caller *ret,
					   zt_error *ret_error);
/* The template's resources may touch the certificate that came, and no other. */
ZT_NODISCARD zt_status zt_provision_check_certificate(const json_t *resources, const char *id, zt_error *ret_error);

#endif
