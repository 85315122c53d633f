/* Make before break: the session of the old certificate goes on until the new one is accepted. */
#include "device/renewal.h"

#include "device/link.h"

enum {
	POLL_MS = 25,           /* the second stream is looked after this often; a caller waits on the first */
	CONNECT_SPACE_MS = 1000 /* AWS: one CONNECT per second and client id */
};

static bool handle(zt_device *device, zt_onboarding_event event, zt_reason reason, int64_t now_ms)
{
	return zt_onboarding_handle(&device->renewal, event, reason, now_ms, &device->config.entropy);
}

static bool look_due(zt_device *device, int64_t now_ms)
{
	if (now_ms < device->identity_check_ms)
		return false;
	device->identity_check_ms = now_ms + ZT_IDENTITY_POLL_MS;
	return true;
}

static bool see_other(zt_device *device, uint32_t *ret_generation)
{
	const zt_identity *identity = &device->config.identity;
	zt_identity_info seen;
	if (identity->current(identity->context, &seen) != ZT_OK || seen.generation == device->identity.generation)
		return false;
	*ret_generation = seen.generation;
	return true;
}

bool zt_renewal_was_replaced(zt_device *device, int64_t now_ms)
{
	uint32_t generation;
	return look_due(device, now_ms) && see_other(device, &generation);
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

/* The new certificate's first contact has to wait until the old one's session is closed. */
static bool leave(zt_device *device, int64_t now_ms, zt_event *ret)
{
	zt_device_stop(device);
	zt_device_handle(device, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY, now_ms);
	ret->kind = ZT_EVENT_LOST;
	ret->reason = ZT_REASON_NEW_IDENTITY;
	return true;
}

static bool tell_due(zt_device *device, zt_event *ret)
{
	const zt_identity_info *info = &device->identity;
	if (device->due_told || zt_clock_wall_ms(&device->config.clock) < zt_identity_renewal_ms(info))
		return false;
	device->due_told = true;
	ret->kind = ZT_EVENT_RENEWAL_DUE;
	ret->reason = ZT_REASON_RENEWAL_DUE;
	return true;
}

bool zt_renewal_look(zt_device *device, int64_t now_ms, zt_event *ret)
{
	uint32_t generation;
	if (!look_due(device, now_ms))
		return false;
	if (!see_other(device, &generation))
		return tell_due(device, ret);
	if (!device->config.beside.open)
		return leave(device, now_ms, ret);
	if (!device->renewing || device->renewal.generation != generation)
		begin(device, generation);
	return false;
}

static void compose(zt_device *device)
{
	const zt_device_config *config = &device->config;
	zt_exchange_init(&device->probe, config->aside, ZT_EXCHANGE_HEAD_MIN, config->aside + ZT_EXCHANGE_HEAD_MIN,
			 config->aside_cap - ZT_EXCHANGE_HEAD_MIN);
	zt_http_put_probe(&device->probe.head, config->host, config->https_port);
}

static zt_status probe(zt_device *device, int64_t now_ms)
{
	const zt_transport *t = &device->config.beside;
	device->probe_open = true;
	if (!device->probing) {
		TRY(t->open(t->context, ZT_ROUTE_HTTPS));
		compose(device);
		device->probing = true;
		TRY(zt_exchange_begin(&device->probe, ZT_VIEW_EMPTY, now_ms));
	}
	TRY(zt_exchange_step(&device->probe, t, now_ms));
	return zt_device_judge(device->probe.answer.status, &device->renewal, now_ms);
}

static void tell(zt_device *device, zt_event_kind kind, zt_event *ret)
{
	*ret = (zt_event){ .kind = kind,
			   .route = ZT_ROUTE_HTTPS,
			   .beside = true,
			   .reason = device->renewal.reason,
			   .attempts = device->renewal.attempts };
}

static bool try_again(zt_device *device, int64_t now_ms, zt_event *ret)
{
	handle(device, ZT_ONBOARDING_READY, ZT_REASON_NONE, now_ms);
	handle(device, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE, now_ms);
	tell(device, ZT_EVENT_CONNECTING, ret);
	return true;
}

static bool note_refusal(zt_device *device, zt_status status, int64_t now_ms, zt_event *ret)
{
	uint16_t http_status = device->probing ? device->probe.answer.status : 0;
	bool closed_port = !device->probing && (status == ZT_E_NETWORK || status == ZT_E_TIMEOUT);
	close_probe(device);
	if (closed_port) {
		device->renewing = false;
		device->https_closed = true;
		return leave(device, now_ms, ret);
	}
	handle(device, status == ZT_E_CLOSED ? ZT_ONBOARDING_SILENCE : ZT_ONBOARDING_REFUSED,
	       zt_device_reason_of(status), now_ms);
	tell(device, ZT_EVENT_REFUSED, ret);
	ret->wait_ms = device->renewal.wait_ms;
	ret->http_status = http_status;
	return true;
}

static bool connect_further(zt_device *device, int64_t now_ms, zt_event *ret)
{
	zt_status status = probe(device, now_ms);
	if (status == ZT_E_AGAIN)
		return false;
	if (status != ZT_OK)
		return note_refusal(device, status, now_ms, ret);
	close_probe(device);
	device->https_closed = false;
	handle(device, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE, now_ms);
	tell(device, ZT_EVENT_ACCEPTED, ret);
	ret->first = true;
	ret->elapsed_ms = zt_onboarding_elapsed_ms(&device->renewal);
	return true;
}

bool zt_renewal_is_leaving(const zt_device *device)
{
	return device->renewing && device->renewal.state == ZT_ONBOARDING_ACCEPTED;
}

/* What was sent is answered first: nothing that was acknowledged is sent again, and nothing is lost. */
static bool leave_when_idle(zt_device *device, int64_t now_ms, zt_event *ret)
{
	bool in_flight =
	    (device->has_message && device->message_sent) || device->asking || device->settled.kind != ZT_EVENT_NONE;
	if (in_flight || now_ms - device->onboarding.accepted_ms < CONNECT_SPACE_MS)
		return false;
	zt_renewal_end(device);
	return leave(device, now_ms, ret);
}

bool zt_renewal_step(zt_device *device, int64_t now_ms, zt_event *ret)
{
	if (!device->renewing)
		return false;
	switch (device->renewal.state) {
	case ZT_ONBOARDING_CONNECTING:
		return connect_further(device, now_ms, ret);
	case ZT_ONBOARDING_ACCEPTED:
		return leave_when_idle(device, now_ms, ret);
	case ZT_ONBOARDING_WAITING:
		if (now_ms < device->renewal.wait_until_ms)
			return false;
		handle(device, ZT_ONBOARDING_TIMER, ZT_REASON_NONE, now_ms);
		return try_again(device, now_ms, ret);
	default:
		return try_again(device, now_ms, ret);
	}
}

uint32_t zt_renewal_wait_ms(const zt_device *device, int64_t now_ms)
{
	if (!device->renewing)
		return ZT_IDENTITY_POLL_MS;
	if (device->renewal.state == ZT_ONBOARDING_WAITING)
		return zt_device_until(device->renewal.wait_until_ms, now_ms);
	return POLL_MS;
}
