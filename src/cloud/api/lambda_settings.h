/* A function's configuration as callers give it: checked, completed with AWS's defaults, in the form that is kept. */
#ifndef ZT_CLOUD_API_LAMBDA_SETTINGS_H
#define ZT_CLOUD_API_LAMBDA_SETTINGS_H

#include "cloud/api/call.h"

/* The configuration of a new function, with everything but its code. */
ZT_NODISCARD zt_status zt_lambda_settings_new(const zt_call *call, zt_view name, json_t **ret, zt_error *ret_error);
/* Writes into *configuration what the body of UpdateFunctionConfiguration changes. */
ZT_NODISCARD zt_status zt_lambda_settings_update(const zt_call *call, json_t *configuration, zt_error *ret_error);
/* Architectures of the body, when it names any. */
ZT_NODISCARD zt_status zt_lambda_settings_architectures(const zt_call *call, json_t *configuration,
							zt_error *ret_error);

#endif
