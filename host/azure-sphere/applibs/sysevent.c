/* Notices of updates. The system here is always up to date, and says so; with `zerotouch azure-sphere run --update` the
 * app meets one: pending, deferred for as long as the app asks, final, and then SIGTERM. */
#include <applibs/sysevent.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/grants.h"

enum {
	CHECK_MS = 1000,               /* from the registration to what the check for updates found */
	SYSTEM_DEFERRAL_MIN = 24 * 60, /* longest: learn.microsoft.com/azure-sphere, "Defer device updates" */
	APP_DEFERRAL_MIN = 167 * 60,
	MINUTE_MS = 60 * 1000,
};

struct SysEvent_Info {
	SysEvent_Events event;
	SysEvent_Info_UpdateData update;
};

typedef enum {
	CHECKING,  /* for updates */
	STARTED,   /* downloading */
	PENDING,   /* told; may be deferred */
	DEFERRING, /* asked to, and not told yet */
	DEFERRED,
	FINAL, /* told; will be installed */
	OVER,
} stage;

/* "There must be only one active EventRegistration at a time" (applibs/sysevent.h). */
static struct {
	EventLoop *el;
	EventRegistration *reg;
	SysEvent_Events events;
	SysEvent_EventsCallback *callback;
	void *context;
	int timer;
	stage stage; /* what is next when the timer fires */
	unsigned deferred_min, left_min;
} registered;

static void set_timer(long long ms)
{
	/* A nanosecond more: zero would disarm it. */
	const struct itimerspec when = { .it_value = { ms / 1000, ms % 1000 * 1000000 + 1 } };
	(void)timerfd_settime(registered.timer, 0, &when, NULL);
}

static SysEvent_UpdateType update_type(void)
{
	return zt_granted("update", "app")      ? SysEvent_UpdateType_App
	       : zt_granted("update", "system") ? SysEvent_UpdateType_System
						: SysEvent_UpdateType_Invalid;
}

/* How long before an update the app is told. */
static long long warning_ms(void)
{
	const char *seconds = zt_grant("update-warning");
	return seconds ? strtoll(seconds, NULL, 10) * 1000 : 0;
}

static void tell(SysEvent_Events event, SysEvent_Status status)
{
	const SysEvent_Info info = { event, { registered.left_min, update_type() } };
	if (registered.events & event)
		registered.callback(event, status, &info, registered.context);
}

static void go(stage next, long long ms)
{
	registered.stage = next;
	set_timer(ms);
}

/* The callback may defer, resume or unregister: the next stage is set before it is called. */
static void advance(void)
{
	switch (registered.stage) {
	case CHECKING:
		if (update_type() == SysEvent_UpdateType_Invalid) {
			registered.stage = OVER;
			tell(SysEvent_Events_NoUpdateAvailable, SysEvent_Status_Complete);
			return;
		}
		go(STARTED, 0);
		tell(SysEvent_Events_UpdateStarted, SysEvent_Status_Complete);
		return;
	case STARTED:
	case DEFERRED:
		go(registered.left_min ? PENDING : FINAL, warning_ms());
		tell(SysEvent_Events_UpdateReadyForInstall,
		     registered.left_min ? SysEvent_Status_Pending : SysEvent_Status_Final);
		return;
	case DEFERRING:
		go(DEFERRED, (long long)registered.deferred_min * MINUTE_MS);
		tell(SysEvent_Events_UpdateReadyForInstall, SysEvent_Status_Deferred);
		return;
	case PENDING:
		go(FINAL, warning_ms());
		tell(SysEvent_Events_UpdateReadyForInstall, SysEvent_Status_Final);
		return;
	case FINAL:
		registered.stage = OVER;
		(void)kill(getpid(), SIGTERM);
		return;
	case OVER:
		return;
	}
}

static void on_timer(EventLoop *el, int fd, EventLoop_IoEvents events, void *context)
{
	uint64_t count;
	(void)el;
	(void)events;
	(void)context;
	if (read(fd, &count, sizeof count) == sizeof count)
		advance();
}

static int why_not(const EventLoop *el, SysEvent_Events events, SysEvent_EventsCallback *callback)
{
	if (!zt_granted("capability", "SystemEventNotifications"))
		return EACCES;
	if (!el || !callback)
		return EFAULT;
	if (!events || events & ~(SysEvent_Events)SysEvent_Events_Mask)
		return EINVAL;
	return registered.reg ? EBUSY : 0;
}

EventRegistration *SysEvent_RegisterForEventNotifications(EventLoop *el, SysEvent_Events eventBitmask,
							  SysEvent_EventsCallback *callback, void *context)
{
	errno = why_not(el, eventBitmask, callback);
	int timer = errno ? -1 : timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	EventRegistration *reg = timer < 0 ? NULL : EventLoop_RegisterIo(el, timer, EventLoop_Input, on_timer, NULL);
	if (!reg) {
		int cause = errno;
		if (timer >= 0)
			close(timer);
		errno = cause;
		return NULL;
	}
	registered.el = el;
	registered.reg = reg;
	registered.events = eventBitmask;
	registered.callback = callback;
	registered.context = context;
	registered.timer = timer;
	registered.left_min =
	    update_type() == SysEvent_UpdateType_System ? (unsigned)SYSTEM_DEFERRAL_MIN : (unsigned)APP_DEFERRAL_MIN;
	go(CHECKING, CHECK_MS);
	return reg;
}

int SysEvent_UnregisterForEventNotifications(EventRegistration *reg)
{
	if (!reg)
		return zt_refuse(EFAULT);
	if (reg != registered.reg)
		return zt_refuse(EINVAL);
	int result = EventLoop_UnregisterIo(registered.el, reg);
	close(registered.timer);
	registered.reg = NULL;
	registered.stage = OVER;
	return result;
}

int SysEvent_Info_GetUpdateData(const SysEvent_Info *info, SysEvent_Info_UpdateData *update_info)
{
	if (!info || !update_info)
		return zt_refuse(EFAULT);
	if (info->event != SysEvent_Events_UpdateReadyForInstall)
		return zt_refuse(EINVAL);
	*update_info = info->update;
	return 0;
}

static int why_no_deferral(SysEvent_Events event, bool is_time)
{
	if (!zt_granted("capability", "SoftwareUpdateDeferral"))
		return EACCES;
	return event == SysEvent_Events_UpdateReadyForInstall && is_time ? 0 : EINVAL;
}

int SysEvent_DeferEvent(SysEvent_Events event, uint32_t requested_defer_time_in_minutes)
{
	int cause = why_no_deferral(event, registered.stage == PENDING);
	if (cause)
		return zt_refuse(cause);
	bool long_enough = requested_defer_time_in_minutes < registered.left_min;
	registered.deferred_min = long_enough ? requested_defer_time_in_minutes : registered.left_min;
	registered.left_min -= registered.deferred_min;
	go(DEFERRING, 0);
	return 0;
}

int SysEvent_ResumeEvent(SysEvent_Events event)
{
	int cause = why_no_deferral(event, registered.stage == DEFERRING || registered.stage == DEFERRED);
	if (cause)
		return zt_refuse(cause);
	go(PENDING, 0);
	return 0;
}
