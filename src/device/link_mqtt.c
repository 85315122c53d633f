/* The MQTT route: a session that stays, its subscriptions, and one message at a time. */
#include "device/link.h"

static bool wanted(const zt_device *device)
{
	(void)device;
	return true;
}

static zt_status begin(zt_device *device, int64_t now_ms)
{
	const zt_device_config *config = &device->config;
	zt_session_options options = { .client_id = config->client_id,
				       .keep_alive_s = config->keep_alive_s,
				       .clean = config->clean,
				       .will = config->will };
	if (options.client_id.n == 0)
		options.client_id = zt_view_of(device->identity.name);
	device->subscribed = 0;
	device->message_sent = false;
	return zt_session_connect(&device->session, &options, now_ms);
}

static zt_status send_output(zt_device *device, int64_t now_ms)
{
	for (;;) {
		size_t sent;
		TRY(zt_device_send(device, zt_session_output(&device->session), &sent));
		if (sent == 0)
			return ZT_OK;
		zt_session_sent(&device->session, sent, now_ms);
	}
}

static bool awaits_suback(const zt_device *device)
{
	return device->session.due_ms[ZT_SESSION_AWAIT_SUBACK] != INT64_MAX;
}

/* No room for now is no failure: the next step tries again. */
static zt_status unless_again(zt_status status)
{
	return status == ZT_E_AGAIN ? ZT_OK : status;
}

static zt_status ask_more(zt_device *device, int64_t now_ms)
{
	zt_session *session = &device->session;
	uint16_t packet_id;
	if (!session->connected || awaits_suback(device))
		return ZT_OK;
	if (device->subscribed < device->config.subscription_count) {
		const zt_subscription *next = &device->config.subscriptions[device->subscribed];
		return unless_again(zt_session_subscribe(session, next->filter, next->qos, now_ms, &packet_id));
	}
	if (!device->has_message || device->message_sent)
		return ZT_OK;
	zt_status status = zt_session_publish(session, &device->message, device->message_again, now_ms);
	if (status == ZT_OK)
		device->message_sent = device->message_again = true;
	return unless_again(status);
}

/* Return codes of CONNACK (MQTT 3.1.1 §3.2.2.3). AWS mostly closes instead; 5 was seen, and 7 in its place. */
static zt_status refusal_of(uint8_t code)
{
	switch (code) {
	case 3:
		return ZT_E_UNAVAILABLE;
	case 4:
	case 5:
	case 7:
		return ZT_E_DENIED;
	default:
		return ZT_E_INVALID;
	}
}

static void tell_subscribed(zt_device *device, uint8_t code, zt_event *ret)
{
	ret->kind = ZT_EVENT_SUBSCRIBED;
	ret->subscription = &device->config.subscriptions[device->subscribed++];
	ret->reason = code <= 1 ? ZT_REASON_NONE : ZT_REASON_SUBSCRIBE_DENIED;
}

static zt_status translate(zt_device *device, const zt_session_event *event, int64_t now_ms, zt_event *ret)
{
	switch (event->kind) {
	case ZT_SESSION_NONE:
		return ZT_OK;
	case ZT_SESSION_CONNECTED:
		zt_device_accepted(device, now_ms, ret);
		return ZT_OK;
	case ZT_SESSION_REFUSED:
		return refusal_of(event->code);
	case ZT_SESSION_PUBLISHED:
		zt_device_settle(device, ZT_EVENT_PUBLISHED, ZT_REASON_NONE);
		return ZT_OK;
	case ZT_SESSION_SUBSCRIBED:
		tell_subscribed(device, event->code, ret);
		return ZT_OK;
	case ZT_SESSION_RECEIVED:
		ret->kind = ZT_EVENT_RECEIVED;
		ret->message = event->message;
		return ZT_OK;
	}
	return ZT_E_INTERNAL;
}

/* What is left in memory is looked at before more is read, so a message stays where it is while it is being used. */
static zt_status read_events(zt_device *device, int64_t now_ms, zt_event *ret)
{
	for (;;) {
		zt_session_event event;
		size_t room, received;
		TRY(zt_session_next(&device->session, now_ms, &event));
		TRY(translate(device, &event, now_ms, ret));
		if (event.kind != ZT_SESSION_NONE)
			return ZT_OK;
		uint8_t *bytes = zt_session_input(&device->session, &room);
		zt_status status = zt_device_receive(device, bytes, room, &received);
		/* A packet cut off is worse than silence. */
		if (status != ZT_OK)
			return device->session.in_n > device->session.in_used ? ZT_E_PROTOCOL : status;
		if (received == 0)
			return ZT_OK;
		zt_session_received(&device->session, received);
	}
}

static zt_status step(zt_device *device, int64_t now_ms, zt_event *ret)
{
	TRY(ask_more(device, now_ms));
	/* What the server said before it closed is read even when sending fails. */
	zt_status sent = send_output(device, now_ms);
	TRY(read_events(device, now_ms, ret));
	if (ret->kind != ZT_EVENT_NONE || device->settled.kind != ZT_EVENT_NONE)
		return ZT_OK;
	TRY(sent);
	return send_output(device, now_ms);
}

static void ended(zt_device *device, zt_status status)
{
	bool closed_on_message = status == ZT_E_CLOSED && device->message_sent;
	device->session.connected = false;
	device->message_sent = false;
	/* AWS closes the connection on a message that no policy allows; sending it for ever would never end. */
	if (closed_on_message && ++device->tries >= ZT_PUBLISH_TRIES_MAX)
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, ZT_REASON_PUBLISH_DENIED);
}

static int64_t due_ms(const zt_device *device)
{
	return zt_session_due_ms(&device->session);
}

static void leave(zt_device *device, int64_t now_ms)
{
	if (zt_session_disconnect(&device->session) == ZT_OK)
		(void)send_output(device, now_ms);
}

const zt_link zt_link_mqtt = { wanted, begin, step, ended, due_ms, leave };
