/* The MQTT route: a session that stays, its subscriptions, and one message at a time. */
#include "device/link.h"
#include "device/renewal.h"
#include "mqtt/packet.h"

zt_status zt_link_mqtt_begin(zt_device *device)
{
	zt_session_options options = device->config.mqtt;
	if (options.client_id.n == 0)
		options.client_id = zt_view_of(device->identity.name);
	device->subscribed = 0;
	device->message_sent = false;
	return zt_session_connect(&device->session, &options);
}

static zt_status send_output(zt_device *device)
{
	const zt_transport *t = &device->config.transport;
	for (;;) {
		zt_view bytes = zt_session_output(&device->session);
		int32_t sent = bytes.n ? t->send(t->context, bytes.p, bytes.n) : 0;
		if (sent <= 0)
			return sent ? ZT_E_CLOSED : ZT_OK;
		zt_session_sent(&device->session, (size_t)sent);
	}
}

/* No room for now is no failure: the next step tries again. */
static zt_status unless_again(zt_status status)
{
	return status == ZT_E_AGAIN ? ZT_OK : status;
}

static const zt_subscription *subscription_at(const zt_device *device, size_t index)
{
	const zt_device_config *config = &device->config;
	return index < config->subscription_count ? &config->subscriptions[index]
						  : &device->more[index - config->subscription_count];
}

static zt_status subscribe(zt_device *device)
{
	const zt_subscription *next = subscription_at(device, device->subscribed);
	return unless_again(zt_session_subscribe(&device->session, next->filter, next->qos, &device->suback_id));
}

static zt_status send_message(zt_device *device)
{
	zt_status status = zt_session_publish(&device->session, &device->message, device->message_again);
	if (status == ZT_OK)
		device->message_sent = device->message_again = true;
	/* Too much for this server, however often it is sent. */
	if (status == ZT_E_LIMIT || status == ZT_E_UNSUPPORTED) {
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, ZT_REASON_UNSUPPORTED);
		return ZT_OK;
	}
	return unless_again(status);
}

static zt_status ask_more(zt_device *device)
{
	if (!device->session.connected || device->session.awaits[ZT_SESSION_AWAIT_SUBACK])
		return ZT_OK;
	if (device->subscribed < device->config.subscription_count + device->more_count)
		return subscribe(device);
	bool ready = device->has_message && !device->message_sent && device->settled.kind == ZT_EVENT_NONE;
	return ready && !zt_renewal_is_leaving(device) ? send_message(device) : ZT_OK;
}

/* Codes of CONNACK: 3.1.1's (§3.2.2.3; AWS mostly closes instead; 5 was seen, and 7 in its place) and MQTT 5's, which
 * are also those of DISCONNECT. */
static zt_status meaning_of(uint8_t code)
{
	static const zt_translation rows[] = {
		{ ZT_RC_SUCCESS, ZT_E_CLOSED },
		{ ZT_RC_SERVER_SHUTTING_DOWN, ZT_E_CLOSED },
		{ ZT_RC_KEEP_ALIVE_TIMEOUT, ZT_E_CLOSED },
		{ ZT_RC_ADMINISTRATIVE_ACTION, ZT_E_CLOSED },
		{ 3, ZT_E_UNAVAILABLE },
		{ ZT_RC_SERVER_UNAVAILABLE, ZT_E_UNAVAILABLE },
		{ ZT_RC_SERVER_BUSY, ZT_E_UNAVAILABLE },
		{ ZT_RC_QUOTA_EXCEEDED, ZT_E_UNAVAILABLE },
		{ 4, ZT_E_DENIED },
		{ 5, ZT_E_DENIED },
		{ 7, ZT_E_DENIED },
		{ ZT_RC_NOT_AUTHORIZED, ZT_E_DENIED },
		{ ZT_RC_SESSION_TAKEN_OVER, ZT_E_CONFLICT },
		{ ZT_RC_UNSPECIFIED, ZT_E_INVALID }, /* and any other */
	};
	return (zt_status)zt_translate(rows, ZT_COUNT(rows), code);
}

/* MQTT 5: the server does not take this message. Over its quota it will take it later. */
static zt_status reject(zt_device *device, uint8_t code)
{
	device->code = code;
	ENSURE(code != ZT_RC_QUOTA_EXCEEDED, ZT_E_UNAVAILABLE);
	zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED,
			 code == ZT_RC_NOT_AUTHORIZED ? ZT_REASON_PUBLISH_DENIED : ZT_REASON_REJECTED);
	return ZT_OK;
}

static zt_status end(zt_device *device, uint8_t code)
{
	device->code = code;
	return meaning_of(code);
}

static void tell_subscribed(zt_device *device, const zt_session_event *event, zt_event *ret)
{
	/* The list was exchanged under way; what it holds now is asked for next. */
	if (event->packet_id != device->suback_id)
		return;
	ret->kind = ZT_EVENT_SUBSCRIBED;
	ret->subscription = subscription_at(device, device->subscribed++);
	ret->code = event->code;
	ret->reason = event->code <= 1 ? ZT_REASON_NONE : ZT_REASON_SUBSCRIBE_DENIED;
}

static zt_status translate(zt_device *device, const zt_session_event *event, zt_event *ret)
{
	switch (event->kind) {
	case ZT_SESSION_NONE:
		return ZT_OK;
	case ZT_SESSION_CONNECTED:
		zt_device_accepted(device, &device->onboarding, ret);
		return ZT_OK;
	case ZT_SESSION_REFUSED:
	case ZT_SESSION_ENDED:
		return end(device, event->code);
	case ZT_SESSION_REJECTED:
		return reject(device, event->code);
	case ZT_SESSION_PUBLISHED:
		zt_device_settle(device, ZT_EVENT_PUBLISHED, ZT_REASON_NONE);
		return ZT_OK;
	case ZT_SESSION_SUBSCRIBED:
		tell_subscribed(device, event, ret);
		return ZT_OK;
	case ZT_SESSION_RECEIVED:
		ret->kind = ZT_EVENT_RECEIVED;
		ret->message = event->message;
		return ZT_OK;
	}
	return ZT_E_INTERNAL;
}

/* What is left in memory is looked at before more is read, so a message stays where it is while it is being used. */
static zt_status read_events(zt_device *device, zt_event *ret)
{
	for (;;) {
		zt_session_event event;
		size_t room, received;
		TRY(zt_session_next(&device->session, &event));
		TRY(translate(device, &event, ret));
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

zt_status zt_link_mqtt_step(zt_device *device, zt_event *ret)
{
	TRY(ask_more(device));
	/* What the server said before it closed is read even when sending fails. */
	zt_status sent = send_output(device);
	TRY(read_events(device, ret));
	if (ret->kind != ZT_EVENT_NONE || device->settled.kind != ZT_EVENT_NONE)
		return ZT_OK;
	TRY(sent);
	return send_output(device);
}

void zt_link_mqtt_ended(zt_device *device, zt_status status)
{
	bool closed_on_message =
	    device->message_sent && (status == ZT_E_CLOSED || device->code == ZT_RC_NOT_AUTHORIZED);
	device->session.connected = false;
	device->message_sent = false;
	/* AWS closes the connection on a message that no policy allows; sending it for ever would never end. */
	if (closed_on_message && ++device->tries >= ZT_PUBLISH_TRIES_MAX)
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, ZT_REASON_PUBLISH_DENIED);
}

void zt_link_mqtt_leave(zt_device *device)
{
	if (zt_session_disconnect(&device->session) == ZT_OK)
		(void)send_output(device);
}
