/* What all links share: the stream, opened, moved, failed and closed. */
#include "device/link.h"

#include "device/renewal.h"

const zt_link *zt_device_link(const zt_device *device)
{
	if (device->config.route == ZT_ROUTE_HTTPS)
		return &zt_link_https;
	return device->route == ZT_ROUTE_MQTT ? &zt_link_mqtt : &zt_link_contact;
}

zt_route zt_device_choose_route(const zt_device *device)
{
	const zt_onboarding *o = &device->onboarding;
	bool contact = device->config.first_by_https && !o->proven && !o->active && !device->https_closed;
	return contact ? ZT_ROUTE_HTTPS : device->config.route;
}

bool zt_device_handle(zt_device *device, zt_onboarding_event event, zt_reason reason, int64_t now_ms)
{
	return zt_onboarding_handle(&device->onboarding, event, reason, now_ms, &device->config.entropy);
}

void zt_device_accepted(zt_device *device, int64_t now_ms, zt_event *ret)
{
	bool first = !device->onboarding.proven;
	if (!zt_device_handle(device, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE, now_ms))
		return;
	ret->kind = ZT_EVENT_ACCEPTED;
	ret->route = device->route;
	ret->first = first;
	ret->attempts = device->onboarding.attempts;
	ret->elapsed_ms = zt_onboarding_elapsed_ms(&device->onboarding);
}

void zt_device_settle(zt_device *device, zt_event_kind kind, zt_reason reason)
{
	device->settled =
	    (zt_event){ .kind = kind, .reason = reason, .http_status = device->http_status, .code = device->code };
}

zt_status zt_device_judge(uint16_t http_status, const zt_onboarding *onboarding, int64_t now_ms)
{
	ENSURE(http_status != 429 && http_status < 500, ZT_E_UNAVAILABLE);
	bool denied = http_status == 401 || http_status == 403;
	/* The policy of a new certificate may be on its way; a proven one is simply not allowed this. */
	return denied && !zt_onboarding_denial_is_final(onboarding, now_ms) ? ZT_E_DENIED : ZT_OK;
}

zt_status zt_device_send(zt_device *device, zt_view bytes, size_t *ret_sent)
{
	const zt_transport *t = &device->config.transport;
	int32_t sent = bytes.n ? t->send(t->context, bytes.p, bytes.n) : 0;
	ENSURE(sent >= 0, ZT_E_CLOSED);
	*ret_sent = (size_t)sent;
	return ZT_OK;
}

zt_status zt_device_receive(zt_device *device, uint8_t *bytes, size_t room, size_t *ret_received)
{
	const zt_transport *t = &device->config.transport;
	int32_t received = room ? t->recv(t->context, bytes, room) : 0;
	ENSURE(received >= 0, ZT_E_CLOSED);
	*ret_received = (size_t)received;
	return ZT_OK;
}

zt_reason zt_device_reason_of(zt_status status)
{
	static const struct {
		uint8_t status, reason;
	} rows[] = {
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
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++)
		if (rows[i].status == status)
			return (zt_reason)rows[i].reason;
	return ZT_REASON_BAD_ANSWER;
}

void zt_device_close_stream(zt_device *device)
{
	if (device->open)
		device->config.transport.close(device->config.transport.context);
	device->open = device->streaming = device->asking = false;
}

static void refuse(zt_device *device, zt_status status, zt_reason reason, int64_t now_ms, zt_event *ret)
{
	bool silent = status == ZT_E_CLOSED;
	zt_device_handle(device, silent ? ZT_ONBOARDING_SILENCE : ZT_ONBOARDING_REFUSED, reason, now_ms);
	ret->kind = ZT_EVENT_REFUSED;
	ret->reason = device->onboarding.reason;
	ret->wait_ms = device->onboarding.wait_ms;
	/* Not the first contact's port alone, but everything: look again whether it is open. */
	if (device->route == ZT_ROUTE_MQTT && (status == ZT_E_NETWORK || status == ZT_E_TIMEOUT))
		device->https_closed = false;
}

/* A session that ends while another certificate is there ends for its sake: no waiting. */
static void lose(zt_device *device, zt_reason reason, int64_t now_ms, zt_event *ret)
{
	ret->kind = ZT_EVENT_LOST;
	if (device->renewing) {
		zt_renewal_end(device);
		zt_device_handle(device, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY, now_ms);
		ret->reason = ZT_REASON_NEW_IDENTITY;
		return;
	}
	zt_device_handle(device, ZT_ONBOARDING_LOST, reason, now_ms);
	ret->reason = reason;
	ret->wait_ms = device->onboarding.wait_ms;
}

static void fail(zt_device *device, zt_status status, int64_t now_ms, zt_event *ret)
{
	bool accepted = device->onboarding.state == ZT_ONBOARDING_ACCEPTED;
	zt_reason reason = zt_device_reason_of(status);
	zt_device_close_stream(device);
	zt_device_link(device)->ended(device, status);
	*ret = (zt_event){
		.kind = ZT_EVENT_NONE, .route = device->route, .http_status = device->http_status, .code = device->code
	};
	if (accepted)
		lose(device, reason, now_ms, ret);
	else
		refuse(device, status, reason, now_ms, ret);
	ret->attempts = device->onboarding.attempts;
}

static zt_status move(zt_device *device, int64_t now_ms, zt_event *ret)
{
	const zt_transport *t = &device->config.transport;
	const zt_link *link = zt_device_link(device);
	if (!device->streaming) {
		if (!device->open && !link->wanted(device))
			return ZT_OK;
		device->open = true;
		device->http_status = 0;
		device->code = 0;
		TRY(t->open(t->context, device->route));
		device->streaming = true;
		TRY(link->begin(device, now_ms));
	}
	return link->step(device, now_ms, ret);
}

uint32_t zt_device_until(int64_t due_ms, int64_t now_ms)
{
	if (due_ms <= now_ms)
		return 0;
	return due_ms - now_ms < ZT_IDENTITY_POLL_MS ? (uint32_t)(due_ms - now_ms) : ZT_IDENTITY_POLL_MS;
}

static uint32_t stream_wait_ms(const zt_device *device, int64_t now_ms)
{
	const zt_link *link = zt_device_link(device);
	if (device->streaming)
		return zt_device_until(link->due_ms(device), now_ms);
	return !device->open && link->wanted(device) ? 0 : ZT_IDENTITY_POLL_MS;
}

/* The ports of the first contact are closed: by MQTT, then, within the same attempt. */
static bool take_other_route(zt_device *device, zt_status status, zt_event *ret)
{
	bool closed = status == ZT_E_NETWORK || status == ZT_E_TIMEOUT;
	if (!closed || device->streaming || zt_device_link(device) != &zt_link_contact)
		return false;
	zt_device_close_stream(device);
	device->https_closed = true;
	device->route = device->onboarding.route = device->config.route;
	ret->kind = ZT_EVENT_CONNECTING;
	ret->route = device->route;
	ret->attempts = device->onboarding.attempts;
	return true;
}

void zt_device_step_stream(zt_device *device, int64_t now_ms, zt_event *ret)
{
	zt_status status = move(device, now_ms, ret);
	bool failed = status != ZT_OK && status != ZT_E_AGAIN;
	if (failed && !take_other_route(device, status, ret))
		fail(device, status, now_ms, ret);
	else if (ret->kind == ZT_EVENT_NONE)
		ret->wait_ms = stream_wait_ms(device, now_ms);
}
