/* What an app may do to the system's clock, and how large a thread's stack is. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>

#include "common/grants.h"

enum {
	MUSL_STACK_MIN = 2048, /* musl's PTHREAD_STACK_MIN, which the device has */
	HOST_STACK_MIN =
	    256 * 1024, /* what libcurl and TLS need of a 64-bit thread; only what is touched takes memory */
};

/* The machine's clock is not the app's to set; its capability lets it believe so. */
static int set_clock(void)
{
	if (!zt_granted("capability", "SystemTime"))
		return zt_refuse(EPERM);
	zt_host_explain("the app sets the time; this machine's is left as it is");
	return 0;
}

int clock_settime(clockid_t clock, const struct timespec *time)
{
	(void)clock;
	(void)time;
	return set_clock();
}

int settimeofday(const struct timeval *time, const struct timezone *zone)
{
	(void)time;
	(void)zone;
	return set_clock();
}

/* A stack that suffices on the device's 32 bits is too small here, or refused. */
int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t n)
{
	typedef int set_fn(pthread_attr_t *, size_t);
	set_fn *real = (set_fn *)dlsym(RTLD_NEXT, "pthread_attr_setstacksize");
	if (n < MUSL_STACK_MIN)
		return EINVAL;
	return real(attributes, n < HOST_STACK_MIN ? HOST_STACK_MIN : n);
}
