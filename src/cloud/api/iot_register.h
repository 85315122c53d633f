/* What RegisterThing and just-in-time provisioning do alike. */
#ifndef ZT_CLOUD_API_IOT_REGISTER_H
#define ZT_CLOUD_API_IOT_REGISTER_H

#include "cloud/api/call.h"

/* Makes thing, certificate and policies of a template's resources (zt_template_resolve) as the call's caller, in the
 * call's transaction, and replies as RegisterThing does. ResourceRegistrationFailureException,
 * ConflictingResourceUpdateException, AccessDeniedException; the transaction is then to be aborted. */
ZT_NODISCARD zt_status zt_iot_register_resources(zt_call *call, const json_t *resources, zt_error *ret_error);

#endif
