/* Make before break: the session of the old certificate goes on until the new one is accepted. */
#include "device/renewal.h"

#include "device/link.h"

enum {
	POLL_MS = 25,           /* the second stream is looked after this often; a caller waits on the first */
	CONNECT_SPACE_MS = 1000 /* AWS: one CONNECT per second and client id */
};

/* Once a second, whether another certificate is behind the path. */
static bool see_other(zt_device *device, uint32_t *ret_generation)
{
	const zt_identity *identity = &device->config.identity;
	zt_identity_info seen;
	if (device->now_ms < device->identity_check_ms)
		return false;
	device->identity_check_ms = device->now_ms + ZT_IDENTITY_POLL_MS;
	if (identity->current(identity->context, &seen) != ZT_OK || seen.generation == device->identity.generation)
		return false;
	*ret_generation = seen.generation;
	return true;
}

bool zt_renewal_was_replaced(zt_device *device)
{
	uint32_t generation;
	return see_other(device, &generation);
}

static void close_probe(zt_device *device)
{
	if (device->probe_open)
		device->config.beside.close(device->config.beside.context);
	device->probe_open = device->probing = false;
}

void zt_renewal_end(zt_device *device)
{
	close_probe(device);
	device->renewing = false;
}

static void begin(zt_device *device, uint32_t generation)
{
	close_probe(device);
	device->renewing = true;
	zt_onboarding_init(&device->renewal, ZT_ROUTE_HTTPS);
	zt_onboarding_identify(&device->renewal, generation);
}

void zt_renewal_take_over(zt_device *device, zt_event *ret)
{
	zt_renewal_end(device);
	zt_device_feed(device, &device->onboarding, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY);
	ret->kind = ZT_EVENT_LOST;
	ret->reason = ZT_REASON_NEW_IDENTITY;
}

/* The new certificate's first contact has to wait until the old one's session is closed. */
static void leave(zt_device *device, zt_event *ret)
{
	zt_device_stop(device);
	zt_renewal_take_over(device, ret);
}

static void tell_due(zt_device *device, zt_event *ret)
{
	if (device->due_told || zt_clock_wall_ms(&device->config.clock) < zt_identity_renewal_ms(&device->identity))
		return;
	device->due_told = true;
	ret->kind = ZT_EVENT_RENEWAL_DUE;
	ret->reason = ZT_REASON_RENEWAL_DUE;
}

void zt_renewal_look(zt_device *device, zt_event *ret)
{
	uint32_t generation;
	if (!see_other(device, &generation))
		tell_due(device, ret);
	else if (!device->config.beside.open)
		leave(device, ret);
	else if (!device->renewing || device->renewal.generation != generation)
		begin(device, generation);
}

static zt_status probe(zt_device *device)
{
	const zt_transport *t = &device->config.beside;
	device->probe_open = true;
	if (!device->probing) {
		TRY(t->open(t->context, ZT_ROUTE_HTTPS));
		device->probing = true;
		TRY(zt_exchange_begin(&device->probe, &device->config.host, NULL, device->now_ms));
	}
	TRY(zt_exchange_step(&device->probe, t, device->now_ms));
	return zt_device_judge(device, &device->renewal, device->probe.answer.status);
}

static void note_refusal(zt_device *device, zt_status status, zt_event *ret)
{
	bool asked = device->probing;
	close_probe(device);
	if (!asked && zt_port_is_closed(status)) {
		device->https_closed = true;
		leave(device, ret);
		return;
	}
	zt_device_refused(device, &device->renewal, status, ret);
	ret->http_status = asked ? device->probe.answer.status : 0;
}

static void connect_further(zt_device *device, zt_event *ret)
{
	zt_status status = probe(device);
	if (status == ZT_E_AGAIN)
		return;
	if (status != ZT_OK) {
		note_refusal(device, status, ret);
		return;
	}
	close_probe(device);
	device->https_closed = false;
	zt_device_accepted(device, &device->renewal, ret);
}

bool zt_renewal_is_leaving(const zt_device *device)
{
	return device->renewing && device->renewal.state == ZT_ONBOARDING_ACCEPTED;
}

/* What was sent is answered first: nothing that was acknowledged is sent again, and nothing is lost. */
static void leave_when_idle(zt_device *device, zt_event *ret)
{
	bool in_flight =
	    (device->has_message && device->message_sent) || device->asking || device->settled.kind != ZT_EVENT_NONE;
	if (!in_flight && device->now_ms - device->onboarding.accepted_ms >= CONNECT_SPACE_MS)
		leave(device, ret);
}

void zt_renewal_step(zt_device *device, zt_event *ret)
{
	zt_onboarding *o = &device->renewal;
	if (!device->renewing)
		return;
	if (o->state == ZT_ONBOARDING_CONNECTING) {
		connect_further(device, ret);
		return;
	}
	if (o->state == ZT_ONBOARDING_ACCEPTED) {
		leave_when_idle(device, ret);
		return;
	}
	if (o->state == ZT_ONBOARDING_WAITING && device->now_ms < o->wait_until_ms)
		return;
	zt_device_feed(device, o, ZT_ONBOARDING_TIMER, ZT_REASON_NONE);
	zt_device_feed(device, o, ZT_ONBOARDING_READY, ZT_REASON_NONE);
	zt_device_try(device, o, ZT_ROUTE_HTTPS, ret);
}

uint32_t zt_renewal_wait_ms(const zt_device *device)
{
	if (!device->renewing)
		return ZT_IDENTITY_POLL_MS;
	if (device->renewal.state == ZT_ONBOARDING_WAITING)
		return zt_device_until(device, device->renewal.wait_until_ms);
	return POLL_MS;
}
