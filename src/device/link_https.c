/* The HTTPS route: a request and its answer, one at a time, on a stream that is kept while the server keeps it. A
 * device that goes on by MQTT makes its first contact here: it asks what changes nothing, until the server answers at
 * all. */
#include "device/link.h"

_Static_assert((int)ZT_DEVICE_OUT_MIN >= (int)ZT_HTTPS_HEAD_MAX, "the head of any publish must fit");

static bool is_first_contact(const zt_device *device)
{
	return device->config.route == ZT_ROUTE_MQTT;
}

static zt_status ask(zt_device *device)
{
	const zt_message *message = is_first_contact(device) ? NULL : &device->message;
	device->http_status = 0;
	device->asking = true;
	return zt_exchange_begin(&device->exchange, &device->config.host, message, device->now_ms);
}

/* Nothing is under way: the server may hang up when it likes, but has nothing to say. */
static void watch_idle(zt_device *device)
{
	uint8_t byte;
	size_t received;
	if (zt_device_receive(device, &byte, 1, &received) != ZT_OK || received)
		zt_device_close_stream(device);
}

static void take_publish_answer(zt_device *device, zt_event *ret)
{
	uint16_t code = device->http_status;
	bool denied = code == 401 || code == 403;
	zt_device_accepted(device, &device->onboarding, ret);
	if (code == 200)
		zt_device_settle(device, ZT_EVENT_PUBLISHED, ZT_REASON_NONE);
	else
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, denied ? ZT_REASON_NO_POLICY : ZT_REASON_REJECTED);
	if (!device->exchange.answer.keep_alive)
		zt_device_close_stream(device);
}

static zt_status take_answer(zt_device *device, zt_event *ret)
{
	device->asking = false;
	device->answered = true;
	device->http_status = device->exchange.answer.status;
	TRY(zt_device_judge(device, &device->onboarding, device->http_status));
	if (!is_first_contact(device)) {
		take_publish_answer(device, ret);
		return ZT_OK;
	}
	zt_onboarding_active(&device->onboarding);
	zt_device_close_stream(device);
	zt_device_try(device, &device->onboarding, device->config.route, ret);
	return ZT_OK;
}

zt_status zt_link_https_step(zt_device *device, zt_event *ret)
{
	if (!device->asking && !zt_device_wants_stream(device)) {
		watch_idle(device);
		return ZT_OK;
	}
	if (!device->asking)
		TRY(ask(device));
	zt_status status = zt_exchange_step(&device->exchange, &device->config.transport, device->now_ms);
	if (status == ZT_OK)
		return take_answer(device, ret);
	/* The server's idle limit crossed our request: ask again on a fresh stream. */
	if (status == ZT_E_CLOSED && device->answered) {
		zt_device_close_stream(device);
		return ZT_OK;
	}
	return status;
}
