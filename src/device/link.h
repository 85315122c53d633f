/* Inside a device: what the two routes do differently once a stream is open. */
#ifndef ZT_DEVICE_LINK_H
#define ZT_DEVICE_LINK_H

#include "zerotouch/device.h"

typedef struct {
	/* Whether there is anything to hold a stream for. */
	bool (*wanted)(const zt_device *device);
	/* A stream has just opened: queue the first bytes. */
	zt_status (*begin)(zt_device *device, int64_t now_ms);
	/* Moves what can be moved and fills at most one event. Any status but ZT_OK ends the stream; ZT_E_CLOSED means
	 * that the peer closed without an answer. */
	zt_status (*step)(zt_device *device, int64_t now_ms, zt_event *ret);
	/* The stream ended with this status: what became of what was under way. */
	void (*ended)(zt_device *device, zt_status status);
	/* Monotonic time by which step must run again. */
	int64_t (*due_ms)(const zt_device *device);
	/* The peer should hear that we leave. */
	void (*leave)(zt_device *device, int64_t now_ms);
} zt_link;

extern const zt_link zt_link_https;
extern const zt_link zt_link_mqtt;

/* Notes that the server accepted the certificate; an event if that is news. */
void zt_device_accepted(zt_device *device, int64_t now_ms, zt_event *ret);
/* The message has come to its end; the next step reports it. */
void zt_device_settle(zt_device *device, zt_event_kind kind, zt_reason reason);
/* Sends once: > 0 bytes went, 0 not now; ZT_E_CLOSED when the stream is broken. */
zt_status zt_device_send(zt_device *device, zt_view bytes, size_t *ret_sent);
zt_status zt_device_receive(zt_device *device, uint8_t *bytes, size_t room, size_t *ret_received);

#endif
