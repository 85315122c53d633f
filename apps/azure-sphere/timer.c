#include "timer.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void Ready(EventLoop *loop, int fd, EventLoop_IoEvents events, void *context)
{
	Timer *timer = context;
	uint64_t expirations;
	(void)loop;
	(void)events;
	if (read(fd, &expirations, sizeof expirations) > 0)
		timer->fired(timer->context);
	else if (errno != EAGAIN && errno != EINTR)
		timer->broken(timer->context);
}

bool Timer_Init(Timer *timer, EventLoop *loop, void (*fired)(void *), void (*broken)(void *), void *context)
{
	*timer = (Timer){ .loop = loop, .fired = fired, .broken = broken, .context = context };
	timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer->fd < 0)
		return false;
	timer->registration = EventLoop_RegisterIo(loop, timer->fd, EventLoop_Input, Ready, timer);
	return timer->registration != NULL;
}

void Timer_Deinit(Timer *timer)
{
	if (!timer->loop)
		return;
	(void)EventLoop_UnregisterIo(timer->loop, timer->registration);
	if (timer->fd >= 0)
		(void)close(timer->fd);
	*timer = (Timer){ 0 };
}

bool Timer_Set(const Timer *timer, uint32_t ms)
{
	/* 0 would stop it. */
	const struct itimerspec when = { .it_value = { .tv_sec = (time_t)(ms / 1000),
						       .tv_nsec = (long)(ms % 1000) * 1000000 + 1 } };
	return timerfd_settime(timer->fd, 0, &when, NULL) == 0;
}
