#include "zerotouch/identity.h"

bool zt_identity_renewal_due(const zt_identity_info *info, int64_t wall_ms)
{
	int64_t third_ms = (info->not_after_ms - info->not_before_ms) / 3;
	return wall_ms >= info->not_after_ms - third_ms;
}
