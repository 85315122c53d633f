/* What zerotouch-cloud offers beside AWS's services (docs/contracts.md, "Refusals"). */
#ifndef ZT_AWS_OWN_H
#define ZT_AWS_OWN_H

#include "aws/client.h"

/* *ret: {"refusals":[…],"last":N}, those above the number `after`, oldest first; `device` (empty: all) is the beginning
 * of a device id or certificate id. */
ZT_NODISCARD zt_status zt_own_refusals(zt_aws_client *client, uint64_t after, zt_view device, json_t **ret,
				       zt_error *ret_error);

#endif
