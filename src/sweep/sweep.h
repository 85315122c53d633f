/* A walk through the certificates that some CAs registered, oldest first: those that may go are retired. Things stay.
 */
#ifndef ZT_SWEEP_SWEEP_H
#define ZT_SWEEP_SWEEP_H

#include "aws/client.h"
#include "sweep/decide.h"

enum {
	/* A certificate younger than that may be in a handler's hands; AWS tries an event for six hours at most, but
	 * what has not been activated is not touched before it has expired anyway. */
	ZT_SWEEP_AGE_S = 3600,
};

/* How far a walk came. All zero: at the beginning. */
typedef struct {
	char after[ZT_SWEEP_ID_HEX + 1];
} zt_sweep_position;

typedef struct {
	zt_aws_client *client;
	const zt_view *ca_ids;
	size_t ca_count;
	int64_t age_s; /* certificates that were registered less than so long ago are not looked at */
	size_t most;   /* certificates of the list, at least 1: what is beyond is left to the next walk */
	bool dry_run;  /* decides, and changes nothing */
	/* Asked before each certificate; false ends the walk. NULL: to the end. */
	bool (*more)(void *context);
	/* Each certificate that was decided about, once it is retired; a status that is not ZT_OK ends the walk. May be
	 * NULL. */
	zt_status (*decided)(void *context, const zt_sweep_certificate *certificate, const zt_sweep_thing *thing,
			     const zt_sweep_decision *decision);
	void *context; /* of these two */
} zt_sweep_spec;

typedef struct {
	unsigned looked, retired;
	bool complete; /* the end of the list was reached, and there is nothing beyond it */
} zt_sweep_result;

/* position: where the walk begins and, at the end, how far it came; NULL: from the beginning. *ret_result is filled
 * whatever happens; the first error ends the walk. */
ZT_NODISCARD zt_status zt_sweep(const zt_sweep_spec *spec, zt_sweep_position *position, zt_sweep_result *ret_result,
				zt_error *ret_error);

#endif
