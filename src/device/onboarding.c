#include "zerotouch/onboarding.h"

#include <stddef.h>

typedef struct {
	zt_reason reason;
	int64_t now_ms;
	const zt_entropy *entropy;
} cause;

typedef void (*action)(zt_onboarding *o, const cause *why);

static void remember(zt_onboarding *o, const cause *why)
{
	o->reason = why->reason;
}

static void begin_attempt(zt_onboarding *o, const cause *why)
{
	if (o->attempts == 0)
		o->first_ms = why->now_ms;
	if (o->attempts < UINT32_MAX)
		o->attempts++;
}

static bool is_quick(const zt_onboarding *o, const cause *why)
{
	bool expected = why->reason == ZT_REASON_BEING_REGISTERED || why->reason == ZT_REASON_NOT_ACTIVE ||
			why->reason == ZT_REASON_NO_POLICY;
	return expected && !o->proven && why->now_ms - o->first_ms < ZT_FIRST_CONTACT_MS;
}

static void schedule(zt_onboarding *o, const cause *why)
{
	const zt_backoff_policy *first = o->route == ZT_ROUTE_HTTPS ? &zt_backoff_first_https : &zt_backoff_first_mqtt;
	zt_backoff_use(&o->backoff, is_quick(o, why) ? first : &zt_backoff_patient);
	if (why->reason == ZT_REASON_NO_POLICY && o->denied_ms == INT64_MAX)
		o->denied_ms = why->now_ms;
	o->reason = why->reason;
	o->wait_ms = zt_backoff_next_ms(&o->backoff, why->entropy);
	o->wait_until_ms = why->now_ms + o->wait_ms;
}

static void note_silence(zt_onboarding *o, const cause *why)
{
	cause told = *why;
	if (o->proven)
		told.reason = ZT_REASON_CLOSED;
	else if (o->active)
		told.reason = ZT_REASON_NO_POLICY;
	else
		told.reason = o->silent == 0 ? ZT_REASON_BEING_REGISTERED : ZT_REASON_NOT_ACTIVE;
	if (o->silent < UINT32_MAX)
		o->silent++;
	schedule(o, &told);
}

static void accept(zt_onboarding *o, const cause *why)
{
	o->reason = ZT_REASON_NONE;
	o->proven = true;
	o->accepted_ms = why->now_ms;
}

/* The counts are about the stretch that begins now. */
static void lose(zt_onboarding *o, const cause *why)
{
	if (why->now_ms - o->accepted_ms >= ZT_STABLE_MS)
		zt_backoff_reset(&o->backoff);
	o->attempts = 0;
	o->silent = 0;
	schedule(o, why);
}

typedef struct {
	action act;
	zt_onboarding_state next;
	bool known;
} transition;

#define ON(action, next)                           \
	{                                          \
		action, ZT_ONBOARDING_##next, true \
	}
static const transition table[ZT_ONBOARDING_STATES][ZT_ONBOARDING_EVENTS] = {
	[ZT_ONBOARDING_OFFLINE] = {
		[ZT_ONBOARDING_NOT_READY] = ON(remember, OFFLINE),
		[ZT_ONBOARDING_READY] = ON(NULL, UNIDENTIFIED),
	},
	[ZT_ONBOARDING_UNIDENTIFIED] = {
		[ZT_ONBOARDING_NOT_READY] = ON(remember, OFFLINE),
		[ZT_ONBOARDING_NO_IDENTITY] = ON(remember, OFFLINE),
		[ZT_ONBOARDING_IDENTITY] = ON(begin_attempt, CONNECTING),
	},
	[ZT_ONBOARDING_CONNECTING] = {
		[ZT_ONBOARDING_SILENCE] = ON(note_silence, WAITING),
		[ZT_ONBOARDING_REFUSED] = ON(schedule, WAITING),
		[ZT_ONBOARDING_ANSWERED] = ON(accept, ACCEPTED),
	},
	[ZT_ONBOARDING_WAITING] = {
		[ZT_ONBOARDING_TIMER] = ON(NULL, OFFLINE),
		[ZT_ONBOARDING_REPLACED] = ON(NULL, OFFLINE),
	},
	[ZT_ONBOARDING_ACCEPTED] = {
		[ZT_ONBOARDING_LOST] = ON(lose, WAITING),
		[ZT_ONBOARDING_REPLACED] = ON(remember, OFFLINE),
	},
};
#undef ON

void zt_onboarding_init(zt_onboarding *onboarding, zt_route route)
{
	*onboarding = (zt_onboarding){ .route = route, .denied_ms = INT64_MAX };
}

bool zt_onboarding_handle(zt_onboarding *onboarding, zt_onboarding_event event, zt_reason reason, int64_t mono_ms,
			  const zt_entropy *entropy)
{
	const transition *row = &table[onboarding->state][event];
	if (!row->known)
		return false;
	const cause why = { reason, mono_ms, entropy };
	if (row->act)
		row->act(onboarding, &why);
	onboarding->state = row->next;
	return true;
}

void zt_onboarding_identify(zt_onboarding *onboarding, uint32_t generation)
{
	if (onboarding->known_generation && onboarding->generation == generation)
		return;
	onboarding->known_generation = true;
	onboarding->generation = generation;
	onboarding->proven = onboarding->active = false;
	onboarding->attempts = 0;
	onboarding->silent = 0;
	onboarding->denied_ms = INT64_MAX;
	zt_backoff_reset(&onboarding->backoff);
}

void zt_onboarding_active(zt_onboarding *onboarding)
{
	onboarding->active = true;
}

bool zt_onboarding_denial_is_final(const zt_onboarding *onboarding, int64_t mono_ms)
{
	bool waited = onboarding->denied_ms != INT64_MAX && mono_ms - onboarding->denied_ms >= ZT_POLICY_MS;
	return onboarding->proven || waited;
}

uint32_t zt_onboarding_elapsed_ms(const zt_onboarding *onboarding)
{
	return (uint32_t)(onboarding->accepted_ms - onboarding->first_ms);
}
