/* Whom the resource policy of a function lets invoke it (AWS Lambda, "Resource-based policies"). */
#ifndef ZT_CLOUD_REGISTRY_FUNCTION_POLICY_H
#define ZT_CLOUD_REGISTRY_FUNCTION_POLICY_H

#include "cloud/registry/functions.h"

/* On whose behalf AWS IoT calls: what conditions on aws:SourceArn and aws:SourceAccount are held against. */
typedef struct {
	zt_view arn, account;
} zt_source;

/* As zt_policy_values; `context` is a zt_source. */
bool zt_source_value(void *context, zt_view name, size_t index, zt_view *ret);
/* The function of "arn:aws:lambda:R:A:function:name[:qualifier]", and that ARN without the qualifier.
 * ResourceNotFoundException. */
ZT_NODISCARD zt_status zt_registry_function_of_arn(const zt_registry *registry, zt_view arn, zt_view *ret_arn,
						   const zt_function **ret, zt_error *ret_error);
/* AccessDeniedException unless iot.amazonaws.com may invoke the function for `source`. */
ZT_NODISCARD zt_status zt_function_lets_iot(const zt_function *function, zt_view function_arn, zt_source source,
					    zt_error *ret_error);

#endif
