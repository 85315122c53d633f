#include "zerotouch/device.h"

#include "device/link.h"

/* 2024-01-01T00:00:00Z: a clock before it was never set. */
#define CLOCK_SET_MS INT64_C(1704067200000)

static const zt_link *link_of(const zt_device *device)
{
	return device->config.route == ZT_ROUTE_MQTT ? &zt_link_mqtt : &zt_link_https;
}

static zt_status check_mqtt(const zt_device_config *config, const char **ret_why)
{
	ENSURE(config->keep_alive_s >= ZT_KEEP_ALIVE_MIN_S && config->keep_alive_s <= ZT_KEEP_ALIVE_MAX_S, ZT_E_CONFIG);
	ENSURE(config->client_id.n <= ZT_CLIENT_ID_MAX, ZT_E_CONFIG);
	for (size_t i = 0; i < config->subscription_count; i++) {
		const zt_subscription *s = &config->subscriptions[i];
		ENSURE(zt_filter_check(s->filter, s->qos, ret_why) == ZT_OK, ZT_E_CONFIG);
	}
	return ZT_OK;
}

zt_status zt_device_init(zt_device *device, const zt_device_config *config, const char **ret_why)
{
	const char *why = "the memory is too small";
	const char **told = ret_why ? ret_why : &why;
	*told = why;
	ENSURE(config->out_cap >= ZT_DEVICE_OUT_MIN && config->in_cap >= ZT_DEVICE_IN_MIN, ZT_E_CONFIG);
	*told = "keep-alive is 30 to 1200 seconds, a client id at most 128 bytes (AWS IoT Core)";
	if (config->route == ZT_ROUTE_MQTT)
		TRY(check_mqtt(config, told));
	*device = (zt_device){ .config = *config };
	zt_onboarding_init(&device->onboarding, config->route);
	zt_session_init(&device->session, config->out, config->out_cap, config->in, config->in_cap);
	return ZT_OK;
}

zt_status zt_device_publish(zt_device *device, const zt_message *message, const char **ret_why)
{
	TRY(zt_message_check(message, ret_why));
	ENSURE(!device->has_message, ZT_E_STATE);
	ENSURE(!message->retain || device->config.route == ZT_ROUTE_MQTT, ZT_E_UNSUPPORTED);
	device->message = *message;
	device->has_message = true;
	device->message_sent = device->message_again = false;
	device->tries = 0;
	return ZT_OK;
}

void zt_device_settle(zt_device *device, zt_event_kind kind, zt_reason reason)
{
	device->settled = (zt_event){ .kind = kind, .reason = reason, .http_status = device->http_status };
}

static bool handle(zt_device *device, zt_onboarding_event event, zt_reason reason, int64_t now_ms)
{
	return zt_onboarding_handle(&device->onboarding, event, reason, now_ms, &device->config.entropy);
}

void zt_device_accepted(zt_device *device, int64_t now_ms, zt_event *ret)
{
	bool first = !device->onboarding.proven;
	if (!handle(device, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE, now_ms))
		return;
	ret->kind = ZT_EVENT_ACCEPTED;
	ret->first = first;
	ret->attempts = device->onboarding.attempts;
	ret->elapsed_ms = zt_onboarding_elapsed_ms(&device->onboarding);
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

static zt_reason reason_of(zt_status status)
{
	static const struct {
		zt_status status;
		zt_reason reason;
	} rows[] = {
		{ ZT_E_CLOSED, ZT_REASON_CLOSED },
		{ ZT_E_NETWORK, ZT_REASON_NETWORK },
		{ ZT_E_TIMEOUT, ZT_REASON_NO_ANSWER },
		{ ZT_E_TLS, ZT_REASON_SERVER_NOT_TRUSTED },
		{ ZT_E_CREDENTIALS, ZT_REASON_IDENTITY_UNREADABLE },
		{ ZT_E_DENIED, ZT_REASON_NO_POLICY },
		{ ZT_E_UNAVAILABLE, ZT_REASON_BUSY },
		{ ZT_E_INVALID, ZT_REASON_REJECTED },
		{ ZT_E_LIMIT, ZT_REASON_TOO_LARGE },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return ZT_REASON_BAD_ANSWER;
}

static void close_stream(zt_device *device)
{
	if (device->open)
		device->config.transport.close(device->config.transport.context);
	device->open = device->streaming = false;
}

static void fail(zt_device *device, zt_status status, int64_t now_ms, zt_event *ret)
{
	bool accepted = device->onboarding.state == ZT_ONBOARDING_ACCEPTED;
	bool silent = status == ZT_E_CLOSED && !accepted;
	zt_reason reason = reason_of(status);
	close_stream(device);
	link_of(device)->ended(device, status);
	handle(device,
	       accepted ? ZT_ONBOARDING_LOST
	       : silent ? ZT_ONBOARDING_SILENCE
			: ZT_ONBOARDING_REFUSED,
	       reason, now_ms);
	*ret = (zt_event){ .kind = accepted ? ZT_EVENT_LOST : ZT_EVENT_REFUSED,
			   .reason = device->onboarding.reason,
			   .attempts = device->onboarding.attempts,
			   .wait_ms = device->onboarding.wait_ms,
			   .http_status = device->http_status };
}

static zt_status move(zt_device *device, int64_t now_ms, zt_event *ret)
{
	const zt_transport *t = &device->config.transport;
	if (!device->streaming) {
		if (!device->open && !link_of(device)->wanted(device))
			return ZT_OK;
		device->open = true;
		device->http_status = 0;
		TRY(t->open(t->context, device->config.route));
		device->streaming = true;
		TRY(link_of(device)->begin(device, now_ms));
	}
	return link_of(device)->step(device, now_ms, ret);
}

static uint32_t until(int64_t due_ms, int64_t now_ms)
{
	if (due_ms <= now_ms)
		return 0;
	return due_ms - now_ms < ZT_IDENTITY_POLL_MS ? (uint32_t)(due_ms - now_ms) : ZT_IDENTITY_POLL_MS;
}

static uint32_t stream_wait_ms(const zt_device *device, int64_t now_ms)
{
	const zt_link *link = link_of(device);
	if (device->streaming)
		return until(link->due_ms(device), now_ms);
	return !device->open && link->wanted(device) ? 0 : ZT_IDENTITY_POLL_MS;
}

static void step_stream(zt_device *device, int64_t now_ms, zt_event *ret)
{
	zt_status status = move(device, now_ms, ret);
	if (status != ZT_OK && status != ZT_E_AGAIN)
		fail(device, status, now_ms, ret);
	else if (ret->kind == ZT_EVENT_NONE)
		ret->wait_ms = stream_wait_ms(device, now_ms);
}

/* The same reason is told once, not at every look. */
static void tell_missing(zt_device *device, zt_reason reason, zt_event *ret)
{
	ret->wait_ms = ZT_READY_POLL_MS;
	if (device->told == reason)
		return;
	device->told = reason;
	ret->kind = ZT_EVENT_NOT_READY;
	ret->reason = reason;
}

/* Each returns whether the state it led to can be stepped at once. */
static bool step_offline(zt_device *device, int64_t now_ms, zt_event *ret)
{
	const zt_device_config *config = &device->config;
	if (!link_of(device)->wanted(device)) {
		ret->wait_ms = ZT_IDENTITY_POLL_MS;
		return false;
	}
	zt_reason missing = ZT_REASON_NONE;
	if (config->network_ready && !config->network_ready(config->network_context))
		missing = ZT_REASON_NETWORK_NOT_READY;
	else if (zt_clock_wall_ms(&config->clock) < CLOCK_SET_MS)
		missing = ZT_REASON_CLOCK_NOT_SET;
	if (missing == ZT_REASON_NONE)
		return handle(device, ZT_ONBOARDING_READY, missing, now_ms);
	handle(device, ZT_ONBOARDING_NOT_READY, missing, now_ms);
	tell_missing(device, missing, ret);
	return false;
}

static zt_reason find_identity(zt_device *device)
{
	const zt_identity *identity = &device->config.identity;
	zt_status status = identity->current(identity->context, &device->identity);
	if (status != ZT_OK)
		return status == ZT_E_NOT_FOUND ? ZT_REASON_NO_IDENTITY : ZT_REASON_IDENTITY_UNREADABLE;
	bool expired = zt_clock_wall_ms(&device->config.clock) >= device->identity.not_after_ms;
	return expired ? ZT_REASON_IDENTITY_EXPIRED : ZT_REASON_NONE;
}

static bool step_unidentified(zt_device *device, int64_t now_ms, zt_event *ret)
{
	zt_reason missing = find_identity(device);
	if (missing != ZT_REASON_NONE) {
		handle(device, ZT_ONBOARDING_NO_IDENTITY, missing, now_ms);
		tell_missing(device, missing, ret);
		return false;
	}
	device->told = ZT_REASON_NONE;
	zt_onboarding_identify(&device->onboarding, device->identity.generation);
	handle(device, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE, now_ms);
	ret->kind = ZT_EVENT_CONNECTING;
	ret->attempts = device->onboarding.attempts;
	return false;
}

static bool step_connecting(zt_device *device, int64_t now_ms, zt_event *ret)
{
	step_stream(device, now_ms, ret);
	return false;
}

/* Looks behind the path once a second. */
static bool was_replaced(zt_device *device, int64_t now_ms)
{
	const zt_identity *identity = &device->config.identity;
	zt_identity_info seen;
	if (now_ms < device->identity_check_ms)
		return false;
	device->identity_check_ms = now_ms + ZT_IDENTITY_POLL_MS;
	return identity->current(identity->context, &seen) == ZT_OK && seen.generation != device->identity.generation;
}

static bool step_waiting(zt_device *device, int64_t now_ms, zt_event *ret)
{
	if (now_ms >= device->onboarding.wait_until_ms)
		return handle(device, ZT_ONBOARDING_TIMER, ZT_REASON_NONE, now_ms);
	if (was_replaced(device, now_ms))
		return handle(device, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY, now_ms);
	ret->wait_ms = until(device->onboarding.wait_until_ms, now_ms);
	return false;
}

static bool step_accepted(zt_device *device, int64_t now_ms, zt_event *ret)
{
	if (!was_replaced(device, now_ms)) {
		step_stream(device, now_ms, ret);
		return false;
	}
	zt_device_stop(device);
	handle(device, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY, now_ms);
	ret->kind = ZT_EVENT_LOST;
	ret->reason = ZT_REASON_NEW_IDENTITY;
	return false;
}

static bool (*const steps[ZT_ONBOARDING_STATES])(zt_device *device, int64_t now_ms, zt_event *ret) = {
	[ZT_ONBOARDING_OFFLINE] = step_offline,       [ZT_ONBOARDING_UNIDENTIFIED] = step_unidentified,
	[ZT_ONBOARDING_CONNECTING] = step_connecting, [ZT_ONBOARDING_WAITING] = step_waiting,
	[ZT_ONBOARDING_ACCEPTED] = step_accepted,
};

static bool report_settled(zt_device *device, zt_event *ret)
{
	if (device->settled.kind == ZT_EVENT_NONE)
		return false;
	*ret = device->settled;
	if (ret->http_status)
		ret->body = zt_http_answer_body(&device->answer);
	device->settled = (zt_event){ .kind = ZT_EVENT_NONE };
	device->has_message = false;
	return true;
}

void zt_device_step(zt_device *device, zt_event *ret)
{
	int64_t now_ms = zt_clock_mono_ms(&device->config.clock);
	*ret = (zt_event){ .kind = ZT_EVENT_NONE };
	if (report_settled(device, ret))
		return;
	while (steps[device->onboarding.state](device, now_ms, ret))
		;
	if (ret->kind == ZT_EVENT_NONE)
		(void)report_settled(device, ret);
}

void zt_device_stop(zt_device *device)
{
	if (device->streaming)
		link_of(device)->leave(device, zt_clock_mono_ms(&device->config.clock));
	close_stream(device);
	link_of(device)->ended(device, ZT_OK);
}
