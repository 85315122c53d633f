/* A program that calls every function of the device library's headers for an onboarding client, so that a linker can
 * tell how large one is. It is linked, never run: its seams are declared and not defined. */
#include "size/program.h"

static zt_device device;
static uint8_t out[ZT_DEVICE_OUT_MIN], in[ZT_DEVICE_IN_MIN + ZT_SHADOW_DOCUMENT_MAX], aside[ZT_DEVICE_ASIDE_MIN];
static zt_thing thing;
static zt_shadow shadow;
static uint8_t request[ZT_SHADOW_DOCUMENT_MAX / 4];
static zt_subscription identity, subscriptions[ZT_SHADOW_SUBSCRIPTIONS];

static zt_status begin(void)
{
	zt_device_config config = board_config();
	config.mqtt.protocol = size_protocol();
	config.source = size_source();
	config.out = out;
	config.in = in;
	config.aside = aside;
	config.out_cap = sizeof out;
	config.in_cap = sizeof in;
	config.aside_cap = sizeof aside;
	return zt_device_init(&device, &config, board_why());
}

static void learn_name(const zt_message *message)
{
	if (zt_thing_take(&thing, message) != ZT_OK)
		return;
	if (zt_shadow_init(&shadow, zt_view_of(thing.name), ZT_VIEW_EMPTY, board_why()) != ZT_OK)
		return;
	zt_shadow_subscriptions(&shadow, subscriptions);
	board_note(zt_device_subscribe(&device, subscriptions, ZT_SHADOW_SUBSCRIPTIONS, board_why()));
}

static void take_delta(const zt_message *message)
{
	zt_shadow_event news;
	zt_message answer;
	zt_buf memory = ZT_BUF(request);
	if (zt_shadow_take(&shadow, message, &news) != ZT_OK || news.kind != ZT_SHADOW_DELTA || news.stale)
		return;
	const zt_shadow_change change = { .reported = news.state };
	if (zt_shadow_update(&shadow, &change, &memory, &answer, board_why()) == ZT_OK)
		board_note(zt_device_publish(&device, &answer, board_why()));
}

static void ask(bool erase)
{
	zt_message question;
	zt_buf memory = ZT_BUF(request);
	zt_status status = erase ? zt_shadow_delete(&shadow, ZT_VIEW_EMPTY, &memory, &question)
				 : zt_shadow_get(&shadow, ZT_VIEW_EMPTY, &memory, &question);
	if (status == ZT_OK)
		board_note(zt_device_publish(&device, &question, board_why()));
}

static void take_event(const zt_event *event)
{
	board_say(zt_reason_name(event->reason), zt_reason_text(event->reason));
	if (event->kind == ZT_EVENT_ACCEPTED) {
		board_note(zt_thing_init(&thing, zt_view_of(device.identity.name)));
		identity = zt_thing_subscription(&thing);
		board_note(zt_device_subscribe(&device, &identity, 1, board_why()));
	}
	if (event->kind == ZT_EVENT_RECEIVED) {
		learn_name(&event->message);
		take_delta(&event->message);
	}
	if (event->kind == ZT_EVENT_SUBSCRIBED)
		ask(event->code == 1);
	if (event->kind == ZT_EVENT_RENEWAL_DUE)
		board_renew(zt_identity_renewal_ms(&device.identity));
}

int main(void)
{
	board_note(begin());
	while (board_goes_on()) {
		zt_event event;
		zt_device_step(&device, &event);
		if (event.kind == ZT_EVENT_NONE)
			board_wait(event.wait_ms);
		else
			take_event(&event);
	}
	zt_device_stop(&device);
	return 0;
}
