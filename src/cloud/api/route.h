/* From method and path, or from Action, to the row of a service's tables. */
#ifndef ZT_CLOUD_API_ROUTE_H
#define ZT_CLOUD_API_ROUTE_H

#include "cloud/api/call.h"

/* REST: finds the row and decodes the path's labels into the call. ZT_E_NOT_FOUND with the service's own exception;
 * ZT_E_INVALID when a label is not well-formed. */
ZT_NODISCARD zt_status zt_route_rest(zt_call *call, zt_error *ret_error);
/* JSON: by the header x-amz-target, "<version>.<operation>". */
ZT_NODISCARD zt_status zt_route_target(zt_call *call, zt_error *ret_error);
/* Query: by the parameters Action and Version. */
ZT_NODISCARD zt_status zt_route_query(zt_call *call, zt_error *ret_error);

#endif
