/* Which policies bind a principal, for whoever shows or tries them. */
#ifndef ZT_CLOUD_API_IOT_EFFECTIVE_H
#define ZT_CLOUD_API_IOT_EFFECTIVE_H

#include "cloud/api/call.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/policy_set.h"

/* Adds the policies of a certificate ARN, or of a thing group ARN with the groups above it. *ret_certificate is NULL
 * for a group. */
ZT_NODISCARD zt_status zt_policies_of_principal(const zt_call *call, zt_view principal, zt_policy_set *set,
						const zt_certificate **ret_certificate, zt_error *ret_error);

#endif
