/* The end of a certificate: deactivated, detached, deleted. */
#ifndef ZT_SWEEP_RETIRE_H
#define ZT_SWEEP_RETIRE_H

#include "aws/client.h"

typedef struct {
	zt_view id, arn;
	bool deactivate; /* it is ACTIVE, or may become so; a revoked one cannot be set to INACTIVE and need not */
	const zt_view *things;
	size_t thing_count;
} zt_sweep_retirement;

/* What is gone already is fine. */
ZT_NODISCARD zt_status zt_sweep_retire(zt_aws_client *client, const zt_sweep_retirement *it, zt_error *ret_error);

#endif
