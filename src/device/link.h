/* Inside a device: what the routes do differently once a stream is open, and what they share. */
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
/* The first contact of a new certificate, by HTTPS, of a device that goes on by MQTT. */
extern const zt_link zt_link_contact;

/* The link of this attempt. */
const zt_link *zt_device_link(const zt_device *device);
/* The first attempt with a certificate, or with one that is known to be active. */
zt_route zt_device_choose_route(const zt_device *device);
/* Moves what can be moved on the stream, which is opened when there is reason to; a failure becomes an event. */
void zt_device_step_stream(zt_device *device, int64_t now_ms, zt_event *ret);
void zt_device_close_stream(zt_device *device);
/* What a status means that ended an attempt or a connection. */
zt_reason zt_device_reason_of(zt_status status);
bool zt_device_handle(zt_device *device, zt_onboarding_event event, zt_reason reason, int64_t now_ms);
uint32_t zt_device_until(int64_t due_ms, int64_t now_ms);

/* Notes that the server accepted the certificate; an event if that is news. */
void zt_device_accepted(zt_device *device, int64_t now_ms, zt_event *ret);
/* The message has come to its end; the next step reports it. */
void zt_device_settle(zt_device *device, zt_event_kind kind, zt_reason reason);
/* What an HTTP answer says about the certificate: ZT_OK (the server takes it), ZT_E_DENIED (its policy may be on its
 * way), ZT_E_UNAVAILABLE. */
zt_status zt_device_judge(uint16_t http_status, const zt_onboarding *onboarding, int64_t now_ms);
/* Sends once: > 0 bytes went, 0 not now; ZT_E_CLOSED when the stream is broken. */
zt_status zt_device_send(zt_device *device, zt_view bytes, size_t *ret_sent);
zt_status zt_device_receive(zt_device *device, uint8_t *bytes, size_t room, size_t *ret_received);

#endif
