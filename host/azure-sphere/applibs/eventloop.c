#include <applibs/eventloop.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/grants.h"

enum { KNOWN_EVENTS = EventLoop_Input | EventLoop_Output | EventLoop_Error };

_Static_assert((int)EventLoop_Input == (int)EPOLLIN && (int)EventLoop_Output == (int)EPOLLOUT &&
		   (int)EventLoop_Error == (int)EPOLLERR,
	       "the bits are epoll's");

struct EventRegistration {
	EventRegistration *next;
	int fd;
	EventLoopIoCallback *callback;
	void *context;
};

struct EventLoop {
	int epoll, wake;
	atomic_bool running, stopping;
	EventRegistration *registrations;
};

EventLoop *EventLoop_Create(void)
{
	EventLoop *el = calloc(1, sizeof *el);
	if (!el)
		return NULL;
	el->epoll = epoll_create1(EPOLL_CLOEXEC);
	el->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	if (el->epoll >= 0 && el->wake >= 0 && epoll_ctl(el->epoll, EPOLL_CTL_ADD, el->wake, &event) == 0)
		return el;
	EventLoop_Close(el);
	return NULL;
}

void EventLoop_Close(EventLoop *el)
{
	if (!el)
		return;
	while (el->registrations) {
		EventRegistration *first = el->registrations;
		el->registrations = first->next;
		free(first);
	}
	if (el->epoll >= 0)
		close(el->epoll);
	if (el->wake >= 0)
		close(el->wake);
	free(el);
}

static long long mono_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The registration may be gone when its callback returns. */
static bool dispatch(EventLoop *el, const struct epoll_event *event)
{
	const EventRegistration *reg = event->data.ptr;
	if (!reg) {
		uint64_t count;
		return read(el->wake, &count, sizeof count) < 0;
	}
	EventLoop_IoEvents events = event->events & KNOWN_EVENTS;
	reg->callback(el, reg->fd, events ? events : EventLoop_Error, reg->context);
	return true;
}

/* One event at a time: what a callback unregisters can then never be dispatched any more. */
static EventLoop_Run_Result run(EventLoop *el, int duration_ms, bool once)
{
	EventLoop_Run_Result result = EventLoop_Run_FinishedEmpty;
	long long until_ms = mono_ms() + duration_ms;
	for (;;) {
		struct epoll_event event;
		long long left_ms = duration_ms < 0 ? -1 : until_ms - mono_ms();
		int count = epoll_wait(el->epoll, &event, 1, duration_ms >= 0 && left_ms < 0 ? 0 : (int)left_ms);
		if (count < 0)
			return EventLoop_Run_Failed;
		if (count > 0 && dispatch(el, &event))
			result = EventLoop_Run_Finished;
		bool over = duration_ms >= 0 && mono_ms() >= until_ms;
		if (el->stopping || over || (once && result == EventLoop_Run_Finished))
			return result;
	}
}

EventLoop_Run_Result EventLoop_Run(EventLoop *el, int duration_in_milliseconds, bool process_one_event)
{
	if (!el)
		return zt_refuse(EFAULT);
	if (atomic_exchange(&el->running, true))
		return zt_refuse(EBUSY);
	EventLoop_Run_Result result = run(el, duration_in_milliseconds, process_one_event);
	int cause = errno;
	el->stopping = false;
	el->running = false;
	errno = cause;
	return result;
}

int EventLoop_Stop(EventLoop *el)
{
	if (!el)
		return zt_refuse(EFAULT);
	if (!el->running)
		return 0;
	const uint64_t one = 1;
	el->stopping = true;
	return write(el->wake, &one, sizeof one) == sizeof one ? 0 : -1;
}

int EventLoop_GetWaitDescriptor(EventLoop *el)
{
	return el ? el->epoll : zt_refuse(EFAULT);
}

static int control(EventLoop *el, int operation, EventRegistration *reg, EventLoop_IoEvents events)
{
	struct epoll_event event = { .events = events, .data.ptr = reg };
	return epoll_ctl(el->epoll, operation, reg->fd, &event);
}

EventRegistration *EventLoop_RegisterIo(EventLoop *el, int fd, EventLoop_IoEvents eventBitmask,
					EventLoopIoCallback *callback, void *context)
{
	errno = !el || !callback ? EFAULT : eventBitmask & ~(EventLoop_IoEvents)KNOWN_EVENTS ? EINVAL : 0;
	EventRegistration *reg = errno ? NULL : calloc(1, sizeof *reg);
	if (!reg)
		return NULL;
	*reg = (EventRegistration){ el->registrations, fd, callback, context };
	if (control(el, EPOLL_CTL_ADD, reg, eventBitmask) != 0) {
		int cause = errno;
		free(reg);
		errno = cause;
		return NULL;
	}
	el->registrations = reg;
	return reg;
}

int EventLoop_ModifyIoEvents(EventLoop *el, EventRegistration *reg, EventLoop_IoEvents eventBitmask)
{
	if (!el || !reg)
		return zt_refuse(EFAULT);
	if (eventBitmask & ~(EventLoop_IoEvents)KNOWN_EVENTS)
		return zt_refuse(EINVAL);
	return control(el, EPOLL_CTL_MOD, reg, eventBitmask);
}

int EventLoop_UnregisterIo(EventLoop *el, EventRegistration *reg)
{
	if (!reg)
		return 0;
	if (!el)
		return zt_refuse(EFAULT);
	EventRegistration **link = &el->registrations;
	while (*link && *link != reg)
		link = &(*link)->next;
	if (!*link)
		return zt_refuse(ENOENT);
	*link = reg->next;
	/* A descriptor that the app has closed already has left epoll by itself. */
	int result = control(el, EPOLL_CTL_DEL, reg, 0);
	bool gone = result != 0 && (errno == EBADF || errno == ENOENT);
	free(reg);
	return gone ? 0 : result;
}
