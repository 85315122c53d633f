/* A one-shot timer in the event loop. */
#ifndef TIMER_H
#define TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include <applibs/eventloop.h>

typedef struct {
	EventLoop *loop;
	EventRegistration *registration;
	int fd;
	void (*fired)(void *context);
	void (*broken)(void *context); /* it cannot be read any more */
	void *context;
} Timer;

bool Timer_Init(Timer *timer, EventLoop *loop, void (*fired)(void *), void (*broken)(void *), void *context);
/* A zeroed one is fine. */
void Timer_Deinit(Timer *timer);
/* Fires once after so long; a time set before is forgotten. */
bool Timer_Set(const Timer *timer, uint32_t ms);

#endif
