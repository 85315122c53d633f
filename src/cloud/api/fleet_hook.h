/* The pre-provisioning hook of a provisioning template: a function of the account that may forbid a device, or change
 * its parameters (AWS IoT, "Pre-provisioning hooks"). */
#ifndef ZT_CLOUD_API_FLEET_HOOK_H
#define ZT_CLOUD_API_FLEET_HOOK_H

#include "cloud/api/call.h"
#include "cloud/registry/provisioning.h"

#define ZT_FLEET_HOOK "preProvisioningHook" /* the member of a template's content */

enum {
	ZT_FLEET_HOOK_MS = 5000, /* it must have answered by then */
	ZT_FLEET_HOOKS_MAX = 64, /* that are being asked */
};

typedef struct zt_fleet_hook zt_fleet_hook;

/* Takes preProvisioningHook and removePreProvisioningHook of a request into a template's content.
 * InvalidRequestException. */
ZT_NODISCARD zt_status zt_fleet_hook_read(const zt_call *call, json_t *content, zt_error *ret_error);

/* `overrides` are parameterOverrides, borrowed, or NULL; `why` it is not allowed, else "". */
typedef void (*zt_fleet_hook_fn)(void *context, bool allowed, const json_t *overrides, const char *why);

/* Asks the hook of the template, which has one; `input` is what AWS tells it. `done` is called later, never from
 * within, and once; also when the api is freed meanwhile (not allowed). On any error it is not called. */
ZT_NODISCARD zt_status zt_fleet_hook_ask(zt_api *api, const zt_provisioning_template *template, const json_t *input,
					 zt_fleet_hook_fn done, void *context, zt_error *ret_error);
/* The api goes. */
void zt_fleet_hooks_end(zt_api *api);

#endif
