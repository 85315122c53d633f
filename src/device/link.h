/* Inside a device: attempts to be accepted, by two routes, and the stream that they are made on. */
#ifndef ZT_DEVICE_LINK_H
#define ZT_DEVICE_LINK_H

#include "zerotouch/device.h"

/* Each route moves what can be moved and fills at most one event. Any status but ZT_OK ends the stream; ZT_E_CLOSED
 * means that the peer closed without an answer. */
zt_status zt_link_mqtt_step(zt_device *device, zt_event *ret);
zt_status zt_link_https_step(zt_device *device, zt_event *ret);
/* A stream has just opened: queue the first bytes. HTTPS begins with its first request. */
zt_status zt_link_mqtt_begin(zt_device *device);
/* The stream ended with this status: what became of what was under way. */
void zt_link_mqtt_ended(zt_device *device, zt_status status);
/* The server should hear that we leave. */
void zt_link_mqtt_leave(zt_device *device);

/* No server listens there, or a firewall is before it. */
static inline bool zt_port_is_closed(zt_status status)
{
	return status == ZT_E_NETWORK || status == ZT_E_TIMEOUT;
}

/* Whether there is anything to hold a stream for: MQTT is one for its own sake. */
bool zt_device_wants_stream(const zt_device *device);
/* Moves what can be moved on the stream, which is opened when there is reason to; a failure becomes an event. */
void zt_device_step_stream(zt_device *device, zt_event *ret);
void zt_device_close_stream(zt_device *device);
/* > 0 bytes came, 0 not now; ZT_E_CLOSED when there will be none. */
zt_status zt_device_receive(zt_device *device, uint8_t *bytes, size_t room, size_t *ret_received);
uint32_t zt_device_until(const zt_device *device, int64_t due_ms);

/* Attempts are the device's, or those of the certificate that is tried beside its session: &device->onboarding or
 * &device->renewal. */
bool zt_device_feed(zt_device *device, zt_onboarding *onboarding, zt_onboarding_event event, zt_reason reason);
/* One begins, or goes on by that route. */
void zt_device_try(zt_device *device, zt_onboarding *onboarding, zt_route route, zt_event *ret);
void zt_device_refused(zt_device *device, zt_onboarding *onboarding, zt_status status, zt_event *ret);
/* An event if that is news. */
void zt_device_accepted(zt_device *device, zt_onboarding *onboarding, zt_event *ret);
/* What an HTTP answer says about the certificate: ZT_OK (the server takes it), ZT_E_DENIED (its policy may be on its
 * way), ZT_E_UNAVAILABLE. */
zt_status zt_device_judge(const zt_device *device, const zt_onboarding *onboarding, uint16_t http_status);

/* A number for another; the last row is for all others. */
typedef struct {
	uint8_t from, to;
} zt_translation;
uint8_t zt_translate(const zt_translation *rows, size_t count, unsigned from);

/* The message has come to its end; the next step reports it. */
void zt_device_settle(zt_device *device, zt_event_kind kind, zt_reason reason);

#endif
