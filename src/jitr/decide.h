/* The decision for one event: pure, from what is known so far to the next thing to learn or the actions to take.
 *
 * Certificates of one device have a total order: the later notBefore wins; in the same second, the one that AWS
 * registered later; then the larger id. A certificate is retired only for a greater one that is ACTIVE, so whatever
 * happens at the same time or stops half-way, the greatest certificate that was activated stays. */
#ifndef ZT_JITR_DECIDE_H
#define ZT_JITR_DECIDE_H

#include "jitr/event.h"
#include "jitr/facts.h"

typedef enum {
	/* Not decided yet: */
	ZT_JITR_LOOK_AT_CERTIFICATE,
	ZT_JITR_LOOK_AT_THING,   /* of the shortest name */
	ZT_JITR_LOOK_AT_LONGER,  /* the name belongs to another device: one digit more */
	ZT_JITR_LOOK_AT_CURRENT, /* the Thing's current certificate has the same notBefore: which was registered later?
				  */
	/* Decided: */
	ZT_JITR_REFUSED,  /* not ours to activate; `reason` says why */
	ZT_JITR_CREATED,  /* first registration */
	ZT_JITR_RENEWED,  /* the Thing moves to this certificate */
	ZT_JITR_FINISHED, /* an earlier try stopped before the activation */
	ZT_JITR_CURRENT,  /* it is so already */
	ZT_JITR_STALE,    /* a late event: the Thing has a newer certificate */
} zt_jitr_verdict;

typedef enum {
	ZT_JITR_REGISTER_NEW, /* RegisterThing: the Thing must not exist; asked to leave the certificate's status alone
			       */
	ZT_JITR_REGISTER_AGAIN,  /* RegisterThing: attributes merged; asked to leave the certificate's status alone */
	ZT_JITR_REGISTER_ACTIVE, /* RegisterThing: attributes merged; the certificate becomes ACTIVE */
	ZT_JITR_ATTACH,          /* exclusively, so that thing variables work with any client id */
	ZT_JITR_TELL,            /* the identity message */
	ZT_JITR_ACTIVATE,
	ZT_JITR_RETIRE, /* older certificates of the Thing: deactivated, detached, deleted */
} zt_jitr_action;

enum { ZT_JITR_ACTIONS_MAX = 5 };

typedef struct {
	zt_jitr_verdict verdict;
	const char *reason; /* of a refusal, otherwise NULL */
	zt_jitr_action actions[ZT_JITR_ACTIONS_MAX];
	size_t action_count;
} zt_jitr_decision;

/* certificate, thing, current: NULL until they were looked at. */
zt_jitr_decision zt_jitr_decide(const zt_jitr_config *config, const zt_jitr_event *event,
				const zt_jitr_certificate *certificate, const zt_jitr_thing *thing,
				const zt_jitr_certificate *current, int64_t now_s);
/* <0, 0, >0 by the order above. */
int zt_jitr_compare(const zt_jitr_certificate *a, const zt_jitr_certificate *b);
/* "created", "refused" …, for the log and the answer. */
const char *zt_jitr_verdict_text(zt_jitr_verdict verdict);

#endif
