/* What an EventRegistration is, for those that make one. */
#ifndef ZT_HOST_REGISTRATION_H
#define ZT_HOST_REGISTRATION_H

#include <applibs/eventloop.h>

struct EventRegistration {
	EventRegistration *next;
	int fd; /* -1: of no descriptor (sysevent.c) */
	EventLoopIoCallback *callback;
	void *context;
};

#endif
