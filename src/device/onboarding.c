#include "zerotouch/onboarding.h"

#include <stddef.h>

typedef struct {
	zt_reason reason;
	int64_t now_ms;
	const zt_entropy *entropy;
} cause;

typedef void (*action)(zt_onboarding *o, cause *why);

static void remember(zt_onboarding *o, cause *why)
{
	o->reason = why->reason;
}

static void begin_attempt(zt_onboarding *o, cause *why)
{
	if (o->attempts == 0)
		o->first_ms = why->now_ms;
	o->attempts++;
}

static bool is_quick(const zt_onboarding *o, cause *why)
{
	bool expected = why->reason == ZT_REASON_BEING_REGISTERED || why->reason == ZT_REASON_NOT_ACTIVE ||
			why->reason == ZT_REASON_NO_POLICY;
	return expected && !o->proven && why->now_ms - o->first_ms < ZT_FIRST_CONTACT_MS;
}

static void schedule(zt_onboarding *o, cause *why)
{
	const zt_backoff_policy *first = o->route == ZT_ROUTE_HTTPS ? &zt_backoff_first_https : &zt_backoff_first_mqtt;
	zt_backoff_use(&o->backoff, is_quick(o, why) ? first : &zt_backoff_patient);
	if (why->reason == ZT_REASON_NO_POLICY && !o->denied) {
		o->denied = true;
		o->denied_ms = why->now_ms;
	}
	o->reason = why->reason;
	o->wait_ms = zt_backoff_next_ms(&o->backoff, why->entropy);
	o->wait_until_ms = why->now_ms + o->wait_ms;
}

static void note_silence(zt_onboarding *o, cause *why)
{
	if (o->proven)
		why->reason = ZT_REASON_CLOSED;
	else if (o->active)
		why->reason = ZT_REASON_NO_POLICY;
	else
		why->reason = o->silent ? ZT_REASON_NOT_ACTIVE : ZT_REASON_BEING_REGISTERED;
	o->silent = true;
	schedule(o, why);
}

static void accept(zt_onboarding *o, cause *why)
{
	o->reason = ZT_REASON_NONE;
	o->proven = true;
	o->accepted_ms = why->now_ms;
}

/* The counts are about the stretch that begins now. */
static void lose(zt_onboarding *o, cause *why)
{
	if (why->now_ms - o->accepted_ms >= ZT_STABLE_MS)
		zt_backoff_reset(&o->backoff);
	o->attempts = 0;
	o->silent = false;
	schedule(o, why);
}

typedef struct {
	uint8_t state, event, next;
	action act; /* NULL: none */
} transition;

#define ON(state, event, next, act)                                                     \
	{                                                                               \
		ZT_ONBOARDING_##state, ZT_ONBOARDING_##event, ZT_ONBOARDING_##next, act \
	}
static const transition table[] = {
	ON(OFFLINE, NOT_READY, OFFLINE, remember),
	ON(OFFLINE, READY, UNIDENTIFIED, NULL),
	ON(UNIDENTIFIED, NOT_READY, OFFLINE, remember),
	ON(UNIDENTIFIED, NO_IDENTITY, OFFLINE, remember),
	ON(UNIDENTIFIED, IDENTITY, CONNECTING, begin_attempt),
	ON(CONNECTING, SILENCE, WAITING, note_silence),
	ON(CONNECTING, REFUSED, WAITING, schedule),
	ON(CONNECTING, ANSWERED, ACCEPTED, accept),
	ON(WAITING, TIMER, OFFLINE, NULL),
	ON(WAITING, REPLACED, OFFLINE, NULL),
	ON(ACCEPTED, LOST, WAITING, lose),
	ON(ACCEPTED, REPLACED, OFFLINE, remember),
};
#undef ON

void zt_onboarding_init(zt_onboarding *onboarding, zt_route route)
{
	*onboarding = (zt_onboarding){ .route = route };
}

bool zt_onboarding_handle(zt_onboarding *onboarding, zt_onboarding_event event, zt_reason reason, int64_t mono_ms,
			  const zt_entropy *entropy)
{
	for (size_t i = 0; i < ZT_COUNT(table); i++) {
		const transition *row = &table[i];
		if (row->state != onboarding->state || row->event != event)
			continue;
		cause why = { reason, mono_ms, entropy };
		if (row->act)
			row->act(onboarding, &why);
		onboarding->state = (zt_onboarding_state)row->next;
		return true;
	}
	return false;
}

void zt_onboarding_identify(zt_onboarding *onboarding, uint32_t generation)
{
	if (onboarding->known_generation && onboarding->generation == generation)
		return;
	onboarding->known_generation = true;
	onboarding->generation = generation;
	onboarding->proven = onboarding->active = false;
	onboarding->attempts = 0;
	onboarding->silent = onboarding->denied = false;
	zt_backoff_reset(&onboarding->backoff);
}

bool zt_onboarding_denial_is_final(const zt_onboarding *onboarding, int64_t mono_ms)
{
	bool waited = onboarding->denied && mono_ms - onboarding->denied_ms >= ZT_POLICY_MS;
	return onboarding->proven || waited;
}
