#include "eventloop_timer_utilities.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <applibs/log.h>

struct EventLoopTimer {
	EventLoop *eventLoop;
	EventLoopTimerHandler handler;
	int fd;
	EventRegistration *registration;
};

static int SetTimer(int fd, const struct timespec *initial, const struct timespec *repeat)
{
	static const struct timespec nullTimeSpec = { .tv_sec = 0, .tv_nsec = 0 };
	struct itimerspec newValue = { .it_value = initial ? *initial : nullTimeSpec,
				       .it_interval = repeat ? *repeat : nullTimeSpec };
	return timerfd_settime(fd, 0, &newValue, NULL);
}

static void TimerCallback(EventLoop *el, int fd, EventLoop_IoEvents events, void *context)
{
	EventLoopTimer *timer = context;
	(void)el;
	(void)fd;
	(void)events;
	timer->handler(timer);
}

static EventLoopTimer *Create(EventLoop *eventLoop, EventLoopTimerHandler handler, const struct timespec *initial,
			      const struct timespec *repeat)
{
	EventLoopTimer *timer = malloc(sizeof(EventLoopTimer));
	if (timer == NULL) {
		return NULL;
	}
	timer->eventLoop = eventLoop;
	timer->handler = handler;
	timer->registration = NULL;
	timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	if (timer->fd == -1 || SetTimer(timer->fd, initial, repeat) == -1) {
		DisposeEventLoopTimer(timer);
		return NULL;
	}
	timer->registration = EventLoop_RegisterIo(eventLoop, timer->fd, EventLoop_Input, TimerCallback, timer);
	if (timer->registration == NULL) {
		Log_Debug("ERROR: Could not register the timer: %s (%d).\n", strerror(errno), errno);
		DisposeEventLoopTimer(timer);
		return NULL;
	}
	return timer;
}

EventLoopTimer *CreateEventLoopPeriodicTimer(EventLoop *eventLoop, EventLoopTimerHandler handler,
					     const struct timespec *period)
{
	if (handler == NULL) {
		errno = EINVAL;
		return NULL;
	}
	return Create(eventLoop, handler, period, period);
}

EventLoopTimer *CreateEventLoopDisarmedTimer(EventLoop *eventLoop, EventLoopTimerHandler handler)
{
	return Create(eventLoop, handler, NULL, NULL);
}

void DisposeEventLoopTimer(EventLoopTimer *timer)
{
	if (timer == NULL) {
		return;
	}
	EventLoop_UnregisterIo(timer->eventLoop, timer->registration);
	if (timer->fd != -1) {
		close(timer->fd);
	}
	free(timer);
}

int ConsumeEventLoopTimerEvent(EventLoopTimer *timer)
{
	uint64_t timerData = 0;
	return read(timer->fd, &timerData, sizeof(timerData)) == -1 ? -1 : 0;
}

int SetEventLoopTimerPeriod(EventLoopTimer *timer, const struct timespec *period)
{
	return SetTimer(timer->fd, period, period);
}

int SetEventLoopTimerOneShot(EventLoopTimer *timer, const struct timespec *delay)
{
	return SetTimer(timer->fd, delay, NULL);
}

int DisarmEventLoopTimer(EventLoopTimer *timer)
{
	return SetTimer(timer->fd, NULL, NULL);
}
