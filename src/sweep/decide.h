/* Whether a device certificate may go: pure, from what is known so far to the next thing to learn or the answer.
 *
 * Two kinds go: those that have expired, whatever their state, and those whose Thing has moved on, that is, names a
 * certificate that begins later, is ACTIVE and has not expired. Everything doubtful stays: it expires one day. A
 * certificate that somebody revoked stays until then too: once deleted it could be registered anew. */
#ifndef ZT_SWEEP_DECIDE_H
#define ZT_SWEEP_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZT_SWEEP_ID_HEX = 64, ZT_SWEEP_ARN_MAX = 255, ZT_SWEEP_THING_MAX = 128 };

typedef enum {
	ZT_SWEEP_ABSENT, /* no such certificate */
	ZT_SWEEP_PENDING,
	ZT_SWEEP_ACTIVE,
	ZT_SWEEP_INACTIVE,
	ZT_SWEEP_OTHER, /* revoked, or on its way to another account */
} zt_sweep_status;

typedef struct {
	char id[ZT_SWEEP_ID_HEX + 1], arn[ZT_SWEEP_ARN_MAX + 1];
	zt_sweep_status status;
	int64_t not_before_s, not_after_s; /* epoch seconds; 0 when AWS does not tell */
} zt_sweep_certificate;

typedef struct {
	size_t count; /* of the Things that the certificate is attached to; what follows is of the first */
	char name[ZT_SWEEP_THING_MAX + 1];
	char certificate_id[ZT_SWEEP_ID_HEX + 1]; /* attributes; "" and 0 where it has none */
	int64_t not_before_s;
} zt_sweep_thing;

typedef enum {
	/* Not decided yet: */
	ZT_SWEEP_LOOK_AT_THING,
	ZT_SWEEP_LOOK_AT_CURRENT, /* the certificate that the Thing names */
	/* Decided: */
	ZT_SWEEP_KEEP,
	ZT_SWEEP_RETIRE,
} zt_sweep_verdict;

typedef struct {
	zt_sweep_verdict verdict;
	const char *reason; /* of what is decided */
} zt_sweep_decision;

/* thing, current: NULL until they were looked at. */
zt_sweep_decision zt_sweep_decide(const zt_sweep_certificate *certificate, const zt_sweep_thing *thing,
				  const zt_sweep_certificate *current, int64_t now_s);

#endif
