/* Amazon Resource Names: arn:partition:service:region:account:resource. */
#ifndef ZT_BASE_ARN_H
#define ZT_BASE_ARN_H

#include "base/str.h"

typedef struct {
	zt_view partition, service, region, account, resource; /* borrowed from the text */
} zt_arn;

enum { ZT_ARN_MAX = 2048 };

/* ZT_E_INVALID unless it has six parts and a resource. The resource keeps its colons and slashes. */
ZT_NODISCARD zt_status zt_arn_parse(zt_view text, zt_arn *ret);
/* Appends the text. */
ZT_NODISCARD zt_status zt_arn_put(const zt_arn *arn, zt_str *out);
/* "thing" and "thing/lamp" -> "lamp"; false when the resource is of another type. */
bool zt_arn_resource_of(const zt_arn *arn, zt_view type, zt_view *ret_name);
/* "aws", "aws-cn" for cn-*, "aws-us-gov" for us-gov-* (AWS General Reference, "ARN format"). */
zt_view zt_arn_partition_of_region(zt_view region);

#endif
