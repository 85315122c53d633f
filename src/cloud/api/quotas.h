/* How often an account may call each operation (`zerotouch-cloud --quotas aws`): AWS IoT Core's default requests per
 * second (AWS General Reference, "AWS IoT Core endpoints and quotas"). */
#ifndef ZT_CLOUD_API_QUOTAS_H
#define ZT_CLOUD_API_QUOTAS_H

#include <stdint.h>

#include "zerotouch/status.h"

typedef struct zt_quotas zt_quotas;

/* AWS's defaults. */
ZT_NODISCARD zt_status zt_quotas_new(zt_quotas **ret);
void zt_quotas_free(zt_quotas *quotas);
/* Whether one more call of a service (its prefix in policies: "iot") is within the quota, which it then uses up: a
 * second's worth may come at once, and each call comes back after a second divided by the rate. An operation without a
 * quota always is; so is everything when `quotas` is NULL. */
bool zt_quotas_take(zt_quotas *quotas, const char *service, const char *operation, int64_t mono_ms);

#endif
