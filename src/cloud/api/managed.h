/* The policies of AWS's own that this cloud knows by ARN. */
#ifndef ZT_CLOUD_API_MANAGED_H
#define ZT_CLOUD_API_MANAGED_H

#include "policy/document.h"

enum { ZT_MANAGED_COUNT = 4 };

typedef struct zt_managed zt_managed;

/* Parses them once. */
ZT_NODISCARD zt_status zt_managed_new(zt_managed **ret, zt_error *ret_error);
void zt_managed_free(zt_managed *managed);
/* NULL for an unknown ARN. `partition` is no part of the comparison. Borrowed. */
const zt_policy *zt_managed_policy(const zt_managed *managed, zt_view arn);

#endif
