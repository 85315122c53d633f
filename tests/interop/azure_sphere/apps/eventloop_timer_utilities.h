/* Timers for an event loop, over timerfd: the helper that Azure Sphere apps carry along. */
#pragma once

#include <applibs/eventloop.h>
#include <time.h>

typedef struct EventLoopTimer EventLoopTimer;
typedef void (*EventLoopTimerHandler)(EventLoopTimer *timer);

EventLoopTimer *CreateEventLoopPeriodicTimer(EventLoop *eventLoop, EventLoopTimerHandler handler,
					     const struct timespec *period);
EventLoopTimer *CreateEventLoopDisarmedTimer(EventLoop *eventLoop, EventLoopTimerHandler handler);
void DisposeEventLoopTimer(EventLoopTimer *timer);
int ConsumeEventLoopTimerEvent(EventLoopTimer *timer);
int SetEventLoopTimerPeriod(EventLoopTimer *timer, const struct timespec *period);
int SetEventLoopTimerOneShot(EventLoopTimer *timer, const struct timespec *delay);
int DisarmEventLoopTimer(EventLoopTimer *timer);
