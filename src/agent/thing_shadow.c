#include "agent/thing_shadow.h"

#include "base/timefmt.h"

zt_status zt_agent_shadow_init(zt_agent_shadow *shadow, const char *thing, const char *name, zt_error *ret_error)
{
	const char *why = "";
	*shadow = (zt_agent_shadow){ .name = name ? name : "", .guess_at_ms = INT64_MAX };
	zt_view known = thing ? zt_view_of(thing) : ZT_LIT("x");
	if (zt_shadow_init(&shadow->shadow, known, zt_view_of(shadow->name), &why) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "%s", why);
	return thing ? zt_thing_is(&shadow->thing, known) : ZT_OK;
}

static zt_status subscribe(zt_agent_shadow *shadow, zt_client *client, zt_error *ret_error)
{
	TRY(zt_shadow_init(&shadow->shadow, zt_view_of(shadow->thing.name), zt_view_of(shadow->name), NULL));
	zt_shadow_subscriptions(&shadow->shadow, shadow->subscriptions);
	shadow->named = true;
	shadow->ready = false;
	shadow->granted = 0;
	shadow->guess_at_ms = INT64_MAX;
	return zt_client_subscribe(client, shadow->subscriptions, ZT_SHADOW_SUBSCRIPTIONS, ret_error);
}

/* The certificate says who the device is as soon as there is one. */
static zt_status begin(zt_agent_shadow *shadow, zt_client *client, zt_error *ret_error)
{
	char name[ZT_THING_NAME_MAX + 1];
	shadow->begun = true;
	memcpy(name, shadow->thing.name, sizeof name);
	if (zt_thing_init(&shadow->thing, zt_view_of(zt_client_identity(client)->name)) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "the certificate has no device id for a name");
	if (name[0]) {
		TRY(zt_thing_is(&shadow->thing, zt_view_of(name)));
		return subscribe(shadow, client, ret_error);
	}
	shadow->subscriptions[0] = zt_thing_subscription(&shadow->thing);
	return zt_client_subscribe(client, shadow->subscriptions, 1, ret_error);
}

static bool is_ours(const zt_agent_shadow *shadow, const zt_subscription *subscription)
{
	return subscription >= shadow->subscriptions && subscription < shadow->subscriptions + ZT_SHADOW_SUBSCRIPTIONS;
}

static zt_status note_granted(zt_agent_shadow *shadow, const zt_event *event, zt_error *ret_error)
{
	if (!is_ours(shadow, event->subscription))
		return ZT_OK;
	if (event->reason != ZT_REASON_NONE)
		return zt_error_set(ret_error, ZT_E_DENIED, "%.*s: %s", ZT_PRI(event->subscription->filter),
				    zt_reason_text(event->reason));
	if (shadow->named)
		shadow->ready = ++shadow->granted >= ZT_SHADOW_SUBSCRIPTIONS;
	else
		shadow->guess_at_ms = zt_time_mono_ms() + ZT_THING_GUESS_MS;
	return ZT_OK;
}

static zt_status take_message(zt_agent_shadow *shadow, zt_client *client, const zt_message *message,
			      zt_shadow_event *ret, zt_error *ret_error)
{
	char before[ZT_THING_NAME_MAX + 1];
	memcpy(before, shadow->thing.name, sizeof before);
	zt_status status = zt_thing_take(&shadow->thing, message);
	if (status == ZT_OK && zt_view_equal(zt_view_of(before), zt_view_of(shadow->thing.name)) && shadow->named)
		return ZT_E_AGAIN;
	if (status == ZT_OK) {
		TRY(subscribe(shadow, client, ret_error));
		return ZT_E_AGAIN;
	}
	if (status == ZT_E_NOT_FOUND && shadow->named)
		status = zt_shadow_take(&shadow->shadow, message, ret);
	if (status == ZT_OK || status == ZT_E_NOT_FOUND)
		return status == ZT_OK ? ZT_OK : ZT_E_AGAIN;
	return zt_error_set(ret_error, status, "what came on %.*s is not what AWS sends", ZT_PRI(message->topic));
}

zt_status zt_agent_shadow_take(zt_agent_shadow *shadow, zt_client *client, const zt_event *event, zt_shadow_event *ret,
			       zt_error *ret_error)
{
	switch (event->kind) {
	case ZT_EVENT_CONNECTING:
		if (!shadow->begun)
			TRY(begin(shadow, client, ret_error));
		return ZT_E_AGAIN;
	case ZT_EVENT_ACCEPTED:
		if (!event->beside) {
			shadow->granted = 0;
			shadow->ready = false;
		}
		return ZT_E_AGAIN;
	case ZT_EVENT_SUBSCRIBED:
		TRY(note_granted(shadow, event, ret_error));
		return ZT_E_AGAIN;
	case ZT_EVENT_RECEIVED:
		return take_message(shadow, client, &event->message, ret, ret_error);
	default:
		return ZT_E_AGAIN;
	}
}

zt_status zt_agent_shadow_tick(zt_agent_shadow *shadow, zt_client *client, zt_error *ret_error)
{
	if (shadow->named || zt_time_mono_ms() < shadow->guess_at_ms)
		return ZT_OK;
	TRY(zt_thing_is(&shadow->thing, zt_view_of(zt_client_identity(client)->name)));
	return subscribe(shadow, client, ret_error);
}
