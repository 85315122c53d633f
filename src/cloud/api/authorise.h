/* What a caller may do: the identity policies of its role (IAM User Guide, "Policy evaluation logic", one account). */
#ifndef ZT_CLOUD_API_AUTHORISE_H
#define ZT_CLOUD_API_AUTHORISE_H

#include "cloud/api/call.h"
#include "cloud/registry/functions.h"

/* Whether the caller's policies allow the call's operation on its resource; AccessDenied in AWS's words otherwise. */
ZT_NODISCARD zt_status zt_authorise(const zt_call *call, zt_error *ret_error);
/* The same for any action. `resource` is an ARN, or empty for "*". */
ZT_NODISCARD zt_status zt_authorise_action(const zt_call *call, const char *action, zt_view resource,
					   zt_error *ret_error);

/* Whether the execution role of a function allows an action. */
bool zt_role_of_function_allows(const zt_call *call, const zt_function *function, const char *action, zt_view resource);

#endif
