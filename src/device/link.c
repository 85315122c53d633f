/* Attempts, and the stream that they are made on: opened, moved, failed and closed. */
#include "device/link.h"

#include "device/renewal.h"

bool zt_device_feed(zt_device *device, zt_onboarding *onboarding, zt_onboarding_event event, zt_reason reason)
{
	return zt_onboarding_handle(onboarding, event, reason, device->now_ms, &device->config.entropy);
}

static void tell(zt_device *device, const zt_onboarding *onboarding, zt_event_kind kind, zt_event *ret)
{
	ret->kind = kind;
	ret->route = onboarding->route;
	ret->beside = onboarding == &device->renewal;
	ret->attempts = onboarding->attempts;
}

void zt_device_try(zt_device *device, zt_onboarding *onboarding, zt_route route, zt_event *ret)
{
	onboarding->route = route;
	zt_device_feed(device, onboarding, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE);
	tell(device, onboarding, ZT_EVENT_CONNECTING, ret);
}

void zt_device_accepted(zt_device *device, zt_onboarding *onboarding, zt_event *ret)
{
	bool first = !onboarding->proven;
	if (!zt_device_feed(device, onboarding, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE))
		return;
	tell(device, onboarding, ZT_EVENT_ACCEPTED, ret);
	ret->first = first;
	ret->elapsed_ms = zt_onboarding_elapsed_ms(onboarding);
}

uint8_t zt_translate(const zt_translation *rows, size_t count, unsigned from)
{
	while (--count && rows->from != from)
		rows++;
	return rows->to;
}

static zt_reason reason_of(zt_status status)
{
	static const zt_translation rows[] = {
		{ ZT_E_CLOSED, ZT_REASON_CLOSED },
		{ ZT_E_NETWORK, ZT_REASON_NETWORK },
		{ ZT_E_TIMEOUT, ZT_REASON_NO_ANSWER },
		{ ZT_E_TLS, ZT_REASON_SERVER_NOT_TRUSTED },
		{ ZT_E_CREDENTIALS, ZT_REASON_IDENTITY_UNREADABLE },
		{ ZT_E_DENIED, ZT_REASON_NO_POLICY },
		{ ZT_E_UNAVAILABLE, ZT_REASON_BUSY },
		{ ZT_E_THROTTLED, ZT_REASON_BUSY },
		{ ZT_E_CONFLICT, ZT_REASON_TAKEN_OVER },
		{ ZT_E_INVALID, ZT_REASON_REJECTED },
		{ ZT_E_LIMIT, ZT_REASON_TOO_LARGE },
		{ ZT_OK, ZT_REASON_BAD_ANSWER }, /* and anything else */
	};
	return (zt_reason)zt_translate(rows, ZT_COUNT(rows), status);
}

void zt_device_refused(zt_device *device, zt_onboarding *onboarding, zt_status status, zt_event *ret)
{
	zt_onboarding_event event = status == ZT_E_CLOSED ? ZT_ONBOARDING_SILENCE : ZT_ONBOARDING_REFUSED;
	zt_device_feed(device, onboarding, event, reason_of(status));
	tell(device, onboarding, ZT_EVENT_REFUSED, ret);
	ret->reason = onboarding->reason;
	ret->wait_ms = onboarding->wait_ms;
}

zt_status zt_device_judge(const zt_device *device, const zt_onboarding *onboarding, uint16_t http_status)
{
	ENSURE(http_status != 429 && http_status < 500, ZT_E_UNAVAILABLE);
	bool denied = http_status == 401 || http_status == 403;
	/* The policy of a new certificate may be on its way; a proven one is simply not allowed this. */
	return denied && !zt_onboarding_denial_is_final(onboarding, device->now_ms) ? ZT_E_DENIED : ZT_OK;
}

void zt_device_settle(zt_device *device, zt_event_kind kind, zt_reason reason)
{
	device->settled = (zt_outcome){ kind, reason, device->code, device->http_status };
}

zt_status zt_device_receive(zt_device *device, uint8_t *bytes, size_t room, size_t *ret_received)
{
	const zt_transport *t = &device->config.transport;
	int32_t received = room ? t->recv(t->context, bytes, room) : 0;
	ENSURE(received >= 0, ZT_E_CLOSED);
	*ret_received = (size_t)received;
	return ZT_OK;
}

void zt_device_close_stream(zt_device *device)
{
	if (device->open)
		device->config.transport.close(device->config.transport.context);
	device->open = device->streaming = device->asking = false;
}

static void lose(zt_device *device, zt_status status, zt_event *ret)
{
	if (device->renewing) {
		zt_renewal_take_over(device, ret);
		return;
	}
	zt_device_feed(device, &device->onboarding, ZT_ONBOARDING_LOST, reason_of(status));
	tell(device, &device->onboarding, ZT_EVENT_LOST, ret);
	ret->reason = device->onboarding.reason;
	ret->wait_ms = device->onboarding.wait_ms;
}

static void fail(zt_device *device, zt_status status, zt_event *ret)
{
	bool accepted = device->onboarding.state == ZT_ONBOARDING_ACCEPTED;
	zt_device_close_stream(device);
	zt_link_mqtt_ended(device, status);
	*ret = (zt_event){ .kind = ZT_EVENT_NONE, .http_status = device->http_status, .code = device->code };
	if (accepted)
		lose(device, status, ret);
	else
		zt_device_refused(device, &device->onboarding, status, ret);
	/* Not the first contact's port alone, but everything: look again whether it is open. */
	if (!accepted && device->onboarding.route == ZT_ROUTE_MQTT && zt_port_is_closed(status))
		device->https_closed = false;
}

bool zt_device_wants_stream(const zt_device *device)
{
	return device->config.route == ZT_ROUTE_MQTT || device->has_message;
}

static zt_status move(zt_device *device, zt_event *ret)
{
	const zt_transport *t = &device->config.transport;
	bool mqtt = device->onboarding.route == ZT_ROUTE_MQTT;
	if (!device->streaming) {
		if (!device->open && !zt_device_wants_stream(device))
			return ZT_OK;
		device->open = true;
		device->answered = false;
		device->http_status = 0;
		device->code = 0;
		TRY(t->open(t->context, device->onboarding.route));
		device->streaming = true;
		if (mqtt)
			TRY(zt_link_mqtt_begin(device));
	}
	return mqtt ? zt_link_mqtt_step(device, ret) : zt_link_https_step(device, ret);
}

uint32_t zt_device_until(const zt_device *device, int64_t due_ms)
{
	int64_t left_ms = due_ms - device->now_ms;
	if (due_ms <= device->now_ms)
		return 0;
	return left_ms < ZT_IDENTITY_POLL_MS ? (uint32_t)left_ms : ZT_IDENTITY_POLL_MS;
}

static uint32_t stream_wait_ms(const zt_device *device)
{
	if (!device->streaming)
		return !device->open && zt_device_wants_stream(device) ? 0 : ZT_IDENTITY_POLL_MS;
	if (device->onboarding.route == ZT_ROUTE_MQTT)
		return zt_device_until(device, zt_session_due_ms(&device->session));
	return device->asking ? zt_device_until(device, device->exchange.due_ms) : ZT_IDENTITY_POLL_MS;
}

/* The ports of the first contact are closed: by MQTT, then, within the same attempt. */
static bool take_other_route(zt_device *device, zt_status status, zt_event *ret)
{
	if (!zt_port_is_closed(status) || device->streaming || device->onboarding.route == device->config.route)
		return false;
	zt_device_close_stream(device);
	device->https_closed = true;
	zt_device_try(device, &device->onboarding, device->config.route, ret);
	return true;
}

void zt_device_step_stream(zt_device *device, zt_event *ret)
{
	zt_status status = move(device, ret);
	bool failed = status != ZT_OK && status != ZT_E_AGAIN;
	if (failed && !take_other_route(device, status, ret))
		fail(device, status, ret);
	else if (ret->kind == ZT_EVENT_NONE)
		ret->wait_ms = stream_wait_ms(device);
}
