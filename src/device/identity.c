#include "zerotouch/identity.h"

int64_t zt_identity_renewal_ms(const zt_identity_info *info)
{
	return info->not_after_ms - (info->not_after_ms - info->not_before_ms) / 3;
}
