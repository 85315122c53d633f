#include "port/azure-sphere/system.h"

#include <sys/random.h>
#include <time.h>

#include <applibs/networking.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now = { 0 };
	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ms(void *context)
{
	(void)context;
	return read_clock(CLOCK_REALTIME);
}

static int64_t mono_ms(void *context)
{
	(void)context;
	return read_clock(CLOCK_MONOTONIC);
}

zt_clock zt_sphere_clock(void)
{
	return (zt_clock){ wall_ms, mono_ms, NULL };
}

/* Up to 256 bytes at once come whole, or not at all when a signal came first (getrandom(2)). */
static void fill(void *context, uint8_t *bytes, size_t n)
{
	(void)context;
	while (n) {
		size_t piece = n < 256 ? n : 256;
		if (getrandom(bytes, piece, 0) != (ssize_t)piece)
			continue;
		bytes += piece;
		n -= piece;
	}
}

zt_entropy zt_sphere_entropy(void)
{
	return (zt_entropy){ fill, NULL };
}

bool zt_sphere_network_ready(void *context)
{
	bool ready = false;
	(void)context;
	return Networking_IsNetworkingReady(&ready) == 0 && ready;
}
