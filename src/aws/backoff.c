#include "aws/backoff.h"

enum { RETRY_AFTER_MAX_S = 300 };

bool zt_aws_may_retry(const zt_aws_request *request, zt_status failure, unsigned try_number)
{
	switch (failure) {
	case ZT_E_THROTTLED:
		return true;
	case ZT_E_UNAVAILABLE:
		return !request->once;
	case ZT_E_NETWORK:
		return try_number < ZT_AWS_NETWORK_TRIES;
	case ZT_E_CLOSED:
	case ZT_E_TIMEOUT:
		return !request->once && try_number < ZT_AWS_NETWORK_TRIES;
	default:
		return false;
	}
}

int64_t zt_aws_backoff_ceiling_ms(unsigned try_number)
{
	int64_t ceiling = ZT_AWS_BACKOFF_FIRST_MS;
	while (--try_number > 0 && ceiling < ZT_AWS_BACKOFF_CEILING_MS)
		ceiling *= 2;
	return ceiling < ZT_AWS_BACKOFF_CEILING_MS ? ceiling : ZT_AWS_BACKOFF_CEILING_MS;
}

int64_t zt_aws_retry_after_ms(const char *header)
{
	uint64_t seconds;
	if (!zt_view_to_u64(zt_view_of(header), &seconds) || seconds > RETRY_AFTER_MAX_S)
		return 0;
	return (int64_t)seconds * 1000;
}
