#include "zerotouch/device.h"

#include "device/link.h"
#include "device/renewal.h"

/* 2024-01-01T00:00:00Z: a clock before it was never set. */
#define CLOCK_SET_MS INT64_C(1704067200000)

static zt_status check_filters(const zt_subscription *subscriptions, size_t count, const char **ret_why)
{
	for (size_t i = 0; i < count; i++)
		TRY(zt_filter_check(subscriptions[i].filter, subscriptions[i].qos, ret_why));
	return ZT_OK;
}

zt_status zt_device_init(zt_device *device, const zt_device_config *config, const char **ret_why)
{
	bool beside = config->beside.open;
	if (config->out_cap < ZT_DEVICE_OUT_MIN || config->in_cap < ZT_DEVICE_IN_MIN ||
	    (beside && config->aside_cap < ZT_DEVICE_ASIDE_MIN))
		return zt_because(ret_why, ZT_E_CONFIG, "the memory is too small");
	if (config->route == ZT_ROUTE_MQTT) {
		if (config->mqtt.keep_alive_s < ZT_KEEP_ALIVE_MIN_S ||
		    config->mqtt.keep_alive_s > ZT_KEEP_ALIVE_MAX_S || config->mqtt.client_id.n > ZT_CLIENT_ID_MAX)
			return zt_because(ret_why, ZT_E_CONFIG,
					  "keep-alive is 30 to 1200 s, a client id has at most 128 bytes");
		ENSURE(check_filters(config->subscriptions, config->subscription_count, ret_why) == ZT_OK, ZT_E_CONFIG);
	}
	*device = (zt_device){ .now_ms = 0 };
	device->config = *config;
	zt_onboarding_init(&device->onboarding, config->route);
	zt_session_init(&device->session, config->out, config->out_cap, config->in, config->in_cap);
	zt_exchange_init(&device->exchange, config->out, config->out_cap, config->in, config->in_cap);
	if (beside)
		zt_exchange_init(&device->probe, config->aside, ZT_EXCHANGE_HEAD_MIN,
				 config->aside + ZT_EXCHANGE_HEAD_MIN, config->aside_cap - ZT_EXCHANGE_HEAD_MIN);
	return ZT_OK;
}

static void take_message(zt_device *device, const zt_message *message, bool from_source)
{
	device->message = *message;
	device->has_message = true;
	device->from_source = from_source;
	device->message_sent = device->message_again = false;
	device->tries = 0;
}

zt_status zt_device_publish(zt_device *device, const zt_message *message, const char **ret_why)
{
	TRY(zt_message_check(message, ret_why));
	ENSURE(!device->has_message, ZT_E_STATE);
	ENSURE(!message->retain || device->config.route == ZT_ROUTE_MQTT, ZT_E_UNSUPPORTED);
	take_message(device, message, false);
	return ZT_OK;
}

zt_status zt_device_subscribe(zt_device *device, const zt_subscription *subscriptions, size_t count,
			      const char **ret_why)
{
	ENSURE(device->config.route == ZT_ROUTE_MQTT, ZT_E_UNSUPPORTED);
	TRY(check_filters(subscriptions, count, ret_why));
	device->more = subscriptions;
	device->more_count = count;
	if (device->subscribed >= device->config.subscription_count) {
		device->subscribed = device->config.subscription_count;
		device->suback_id = 0;
	}
	return ZT_OK;
}

/* The same reason is told once, not at every look. */
static void tell_missing(zt_device *device, zt_onboarding_event event, zt_reason reason, zt_event *ret)
{
	zt_device_feed(device, &device->onboarding, event, reason);
	ret->wait_ms = ZT_READY_POLL_MS;
	if (device->told == reason)
		return;
	device->told = reason;
	ret->kind = ZT_EVENT_NOT_READY;
	ret->reason = reason;
}

/* Each step returns whether the state it led to can be stepped at once. */
static bool step_offline(zt_device *device, zt_event *ret)
{
	const zt_device_config *config = &device->config;
	if (!zt_device_wants_stream(device)) {
		ret->wait_ms = ZT_IDENTITY_POLL_MS;
		return false;
	}
	zt_reason missing = ZT_REASON_NONE;
	if (config->network_ready && !config->network_ready(config->network_context))
		missing = ZT_REASON_NETWORK_NOT_READY;
	else if (zt_clock_wall_ms(&config->clock) < CLOCK_SET_MS)
		missing = ZT_REASON_CLOCK_NOT_SET;
	if (missing == ZT_REASON_NONE)
		return zt_device_feed(device, &device->onboarding, ZT_ONBOARDING_READY, missing);
	tell_missing(device, ZT_ONBOARDING_NOT_READY, missing, ret);
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

static void take_identity(zt_device *device)
{
	zt_onboarding *o = &device->onboarding;
	uint32_t generation = device->identity.generation;
	if (!o->known_generation || o->generation != generation)
		device->due_told = false;
	zt_onboarding_identify(o, generation);
	/* Accepted beside the session of its predecessor. */
	if (device->renewal.state == ZT_ONBOARDING_ACCEPTED && device->renewal.generation == generation)
		zt_onboarding_active(o);
}

/* The first contact goes by HTTPS, until its ports are found closed. */
static zt_route choose_route(const zt_device *device)
{
	const zt_onboarding *o = &device->onboarding;
	bool contact = device->config.first_by_https && !o->proven && !o->active && !device->https_closed;
	return contact ? ZT_ROUTE_HTTPS : device->config.route;
}

static void step_unidentified(zt_device *device, zt_event *ret)
{
	zt_reason missing = find_identity(device);
	if (missing != ZT_REASON_NONE) {
		tell_missing(device, ZT_ONBOARDING_NO_IDENTITY, missing, ret);
		return;
	}
	device->told = ZT_REASON_NONE;
	take_identity(device);
	zt_device_try(device, &device->onboarding, choose_route(device), ret);
}

static bool step_waiting(zt_device *device, zt_event *ret)
{
	zt_onboarding *o = &device->onboarding;
	if (device->now_ms >= o->wait_until_ms)
		return zt_device_feed(device, o, ZT_ONBOARDING_TIMER, ZT_REASON_NONE);
	if (zt_renewal_was_replaced(device))
		return zt_device_feed(device, o, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY);
	ret->wait_ms = zt_device_until(device, o->wait_until_ms);
	return false;
}

static void step_accepted(zt_device *device, zt_event *ret)
{
	zt_renewal_look(device, ret);
	if (ret->kind == ZT_EVENT_NONE)
		zt_renewal_step(device, ret);
	if (ret->kind != ZT_EVENT_NONE)
		return;
	zt_device_step_stream(device, ret);
	uint32_t wait_ms = zt_renewal_wait_ms(device);
	if (ret->kind == ZT_EVENT_NONE && wait_ms < ret->wait_ms)
		ret->wait_ms = wait_ms;
}

static bool step(zt_device *device, zt_event *ret)
{
	switch (device->onboarding.state) {
	case ZT_ONBOARDING_OFFLINE:
		return step_offline(device, ret);
	case ZT_ONBOARDING_UNIDENTIFIED:
		step_unidentified(device, ret);
		return false;
	case ZT_ONBOARDING_WAITING:
		return step_waiting(device, ret);
	case ZT_ONBOARDING_ACCEPTED:
		step_accepted(device, ret);
		return false;
	default:
		zt_device_step_stream(device, ret);
		return false;
	}
}

static bool report_settled(zt_device *device, zt_event *ret)
{
	const zt_source *source = device->config.source;
	const zt_outcome *settled = &device->settled;
	if (settled->kind == ZT_EVENT_NONE)
		return false;
	ret->kind = settled->kind;
	ret->reason = settled->reason;
	ret->code = settled->code;
	ret->http_status = settled->http_status;
	ret->message = device->message;
	if (ret->http_status)
		ret->body = zt_http_answer_body(&device->exchange.answer);
	device->settled.kind = ZT_EVENT_NONE;
	device->has_message = false;
	if (device->from_source)
		source->settled(source->context, ret->kind == ZT_EVENT_PUBLISHED);
	return true;
}

/* By MQTT only while there is a session, so that the caller's own messages find their way past a full source. */
static void pull(zt_device *device)
{
	const zt_source *source = device->config.source;
	bool by_https = device->config.route == ZT_ROUTE_HTTPS;
	zt_message message;
	if (!source || device->has_message || !(by_https || device->onboarding.state == ZT_ONBOARDING_ACCEPTED) ||
	    zt_renewal_is_leaving(device) || !source->peek(source->context, &message))
		return;
	take_message(device, &message, true);
	if (message.retain && by_https)
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, ZT_REASON_UNSUPPORTED);
}

void zt_device_step(zt_device *device, zt_event *ret)
{
	device->now_ms = device->session.now_ms = zt_clock_mono_ms(&device->config.clock);
	*ret = (zt_event){ .kind = ZT_EVENT_NONE };
	pull(device);
	if (report_settled(device, ret))
		return;
	while (step(device, ret))
		;
	if (ret->kind == ZT_EVENT_NONE)
		(void)report_settled(device, ret);
}

void zt_device_stop(zt_device *device)
{
	zt_link_mqtt_leave(device);
	zt_device_close_stream(device);
	zt_renewal_end(device);
	zt_link_mqtt_ended(device, ZT_OK);
}
