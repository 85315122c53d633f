/* Onboarding: the state machine from power-on to "accepted", and back to it after every loss.
 *
 *	OFFLINE --ready--> UNIDENTIFIED --identity--> CONNECTING --accepted--> ACCEPTED
 *	   ^                                              |                       |
 *	   |                                           refused                  lost
 *	   +------------------- timer ----------------- WAITING <-----------------+
 *
 * It does no I/O and reads no clock: events with the time go in, the state says what is to be done next. The first
 * refusal of a new certificate is expected; see reason.h. */
#ifndef ZEROTOUCH_ONBOARDING_H
#define ZEROTOUCH_ONBOARDING_H

#include <stdbool.h>

#include "zerotouch/backoff.h"
#include "zerotouch/reason.h"
#include "zerotouch/transport.h"

enum {
	/* Retries are quick while a new certificate's first contact is younger than this, patient afterwards. */
	ZT_FIRST_CONTACT_MS = 30 * 1000,
	/* How long a new certificate that is active is given for its policy to arrive; then "no policy" is the answer.
	 * AWS gives changes of policies "several minutes", but its documented handler attaches before it activates. */
	ZT_POLICY_MS = 10 * 1000,
	/* A connection that lived this long was a good one: the next loss starts the waits over. */
	ZT_STABLE_MS = 20 * 1000,
};

typedef enum {
	ZT_ONBOARDING_OFFLINE,      /* look whether network and clock are ready */
	ZT_ONBOARDING_UNIDENTIFIED, /* look for the certificate */
	ZT_ONBOARDING_CONNECTING,   /* open the stream and ask */
	ZT_ONBOARDING_WAITING,      /* until wait_until_ms */
	ZT_ONBOARDING_ACCEPTED,
	ZT_ONBOARDING_STATES,
} zt_onboarding_state;

typedef enum {
	ZT_ONBOARDING_NOT_READY, /* with a reason: network or clock */
	ZT_ONBOARDING_READY,
	ZT_ONBOARDING_NO_IDENTITY, /* with a reason */
	ZT_ONBOARDING_IDENTITY,    /* there is a certificate: an attempt begins */
	ZT_ONBOARDING_SILENCE,     /* the peer closed without an answer */
	ZT_ONBOARDING_REFUSED,     /* with a reason: anything else that ended the attempt */
	ZT_ONBOARDING_ANSWERED,    /* accepted */
	ZT_ONBOARDING_LOST,        /* with a reason: the accepted connection ended */
	ZT_ONBOARDING_TIMER,       /* the wait is over */
	ZT_ONBOARDING_REPLACED,    /* another certificate is behind the path */
	ZT_ONBOARDING_EVENTS,
} zt_onboarding_event;

typedef struct {
	zt_onboarding_state state;
	zt_route route;   /* of the attempt */
	zt_reason reason; /* why it is not accepted; ZT_REASON_NONE when it is */
	bool proven;      /* this certificate was accepted before */
	bool active;      /* the server has answered to it: what is refused now lacks a policy */
	bool silent;      /* an attempt ended without an answer */
	bool denied;      /* an attempt ended with "no policy" */
	bool known_generation;
	uint32_t generation; /* the certificate that the counts below are about */
	uint32_t attempts;   /* since it is in use, until accepted */
	zt_backoff backoff;
	uint32_t wait_ms;      /* the wait that was drawn last */
	int64_t wait_until_ms; /* monotonic; while WAITING */
	int64_t first_ms;      /* monotonic: the first attempt of this stretch */
	int64_t denied_ms;     /* monotonic: of the first denial */
	int64_t accepted_ms;   /* monotonic: of the last acceptance */
} zt_onboarding;

void zt_onboarding_init(zt_onboarding *onboarding, zt_route route);
/* Feeds one event. An event that means nothing in the state is ignored (false). */
bool zt_onboarding_handle(zt_onboarding *onboarding, zt_onboarding_event event, zt_reason reason, int64_t mono_ms,
			  const zt_entropy *entropy);
/* Tells which certificate the next attempt presents: a new one starts its first contact. Before ZT_ONBOARDING_IDENTITY.
 */
void zt_onboarding_identify(zt_onboarding *onboarding, uint32_t generation);
/* The server has answered to this certificate, if only by HTTPS: silence now means that no policy allows it. */
static inline void zt_onboarding_active(zt_onboarding *onboarding)
{
	onboarding->active = true;
}
/* Whether "no policy" is to be taken for an answer: the certificate was accepted before, or has waited long enough. */
bool zt_onboarding_denial_is_final(const zt_onboarding *onboarding, int64_t mono_ms);
/* From the first attempt to the acceptance. Only while ACCEPTED. */
static inline uint32_t zt_onboarding_elapsed_ms(const zt_onboarding *onboarding)
{
	return (uint32_t)(onboarding->accepted_ms - onboarding->first_ms);
}

#endif
