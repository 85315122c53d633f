#include "zerotouch/backoff.h"

const zt_backoff_policy zt_backoff_first_https = { .floor_ms = 8, .base_ms = 8, .cap_ms = 1000 };
const zt_backoff_policy zt_backoff_first_mqtt = { .floor_ms = 1000, .base_ms = 100, .cap_ms = 4000 };
const zt_backoff_policy zt_backoff_patient = { .floor_ms = 1000, .base_ms = 1000, .cap_ms = 60 * 1000 };

void zt_backoff_use(zt_backoff *backoff, const zt_backoff_policy *policy)
{
	if (backoff->policy == policy)
		return;
	backoff->policy = policy;
	backoff->attempt = 0;
}

void zt_backoff_reset(zt_backoff *backoff)
{
	backoff->policy = 0;
	backoff->attempt = 0;
}

static uint32_t bound_ms(const zt_backoff_policy *policy, uint32_t attempt)
{
	uint32_t bound = policy->base_ms;
	while (attempt-- && bound < policy->cap_ms)
		bound = bound > UINT32_MAX / 2 ? policy->cap_ms : bound * 2;
	return bound < policy->cap_ms ? bound : policy->cap_ms;
}

uint32_t zt_backoff_next_ms(zt_backoff *backoff, const zt_entropy *entropy)
{
	uint32_t jitter = zt_entropy_upto(entropy, bound_ms(backoff->policy, backoff->attempt));
	if (backoff->attempt < UINT32_MAX)
		backoff->attempt++;
	return backoff->policy->floor_ms + jitter;
}
