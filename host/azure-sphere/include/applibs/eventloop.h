/* The event loop: descriptors and their callbacks. One thread a loop; EventLoop_Stop alone may come from another. */
#ifndef APPLIBS_EVENTLOOP_H
#define APPLIBS_EVENTLOOP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EventLoop EventLoop;
typedef struct EventRegistration EventRegistration;

EventLoop *EventLoop_Create(void);
void EventLoop_Close(EventLoop *el);

typedef int EventLoop_Run_Result;
enum {
	EventLoop_Run_Failed = -1,       /* errno: EFAULT, EBUSY (called from a callback), EINTR */
	EventLoop_Run_FinishedEmpty = 0, /* no event was processed */
	EventLoop_Run_Finished = 1,
};

/* A negative duration runs until stopped; 0 processes one event that is ready, or none. */
EventLoop_Run_Result EventLoop_Run(EventLoop *el, int duration_in_milliseconds, bool process_one_event);
int EventLoop_Stop(EventLoop *el);
/* Readable when the loop has work. */
int EventLoop_GetWaitDescriptor(EventLoop *el);

typedef uint32_t EventLoop_IoEvents;
enum {
	EventLoop_None = 0x00,
	EventLoop_Input = 0x01,
	EventLoop_Output = 0x04,
	EventLoop_Error = 0x08, /* always reported */
};

typedef void EventLoopIoCallback(EventLoop *el, int fd, EventLoop_IoEvents events, void *context);

/* NULL with errno: EFAULT, EINVAL (unknown events), EBADF, EEXIST. */
EventRegistration *EventLoop_RegisterIo(EventLoop *el, int fd, EventLoop_IoEvents eventBitmask,
					EventLoopIoCallback *callback, void *context);
int EventLoop_ModifyIoEvents(EventLoop *el, EventRegistration *reg, EventLoop_IoEvents eventBitmask);
/* Without a registration: 0, and nothing happens. */
int EventLoop_UnregisterIo(EventLoop *el, EventRegistration *reg);

#ifdef __cplusplus
}
#endif
#endif
