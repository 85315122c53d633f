/* Which certificate an ARN of a caller names. */
#ifndef ZT_CLOUD_REGISTRY_PRINCIPAL_H
#define ZT_CLOUD_REGISTRY_PRINCIPAL_H

#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"

/* The id in an ARN of a certificate of this account; borrowed. False for any other text. */
bool zt_principal_certificate_id(const zt_registry *registry, zt_view arn, zt_view *ret_id);
/* InvalidRequestException when it is no certificate ARN of ours, ResourceNotFoundException when there is none. */
ZT_NODISCARD zt_status zt_principal_check(const zt_registry *registry, zt_view arn, zt_error *ret_error);

#endif
