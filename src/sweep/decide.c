#include "sweep/decide.h"

#include <string.h>

static zt_sweep_decision look(zt_sweep_verdict verdict)
{
	return (zt_sweep_decision){ .verdict = verdict };
}

static zt_sweep_decision keep(const char *reason)
{
	return (zt_sweep_decision){ ZT_SWEEP_KEEP, reason };
}

static zt_sweep_decision retire(const char *reason)
{
	return (zt_sweep_decision){ ZT_SWEEP_RETIRE, reason };
}

static zt_sweep_decision decide_by_current(const zt_sweep_certificate *current, int64_t now_s)
{
	if (!current)
		return look(ZT_SWEEP_LOOK_AT_CURRENT);
	if (current->status != ZT_SWEEP_ACTIVE)
		return keep("the certificate that its thing names is not active");
	if (current->not_after_s < now_s)
		return keep("the certificate that its thing names has expired");
	return retire("its thing moved on");
}

static zt_sweep_decision decide_by_thing(const zt_sweep_certificate *certificate, const zt_sweep_thing *thing,
					 const zt_sweep_certificate *current, int64_t now_s)
{
	if (!thing)
		return look(ZT_SWEEP_LOOK_AT_THING);
	if (thing->count == 0)
		return keep("it has no thing");
	if (thing->count > 1)
		return keep("it has several things");
	if (!thing->certificate_id[0])
		return keep("its thing names no certificate");
	if (strcmp(thing->certificate_id, certificate->id) == 0)
		return keep("it is its thing's current certificate");
	if (thing->not_before_s <= certificate->not_before_s)
		return keep("its thing names none that is newer");
	return decide_by_current(current, now_s);
}

zt_sweep_decision zt_sweep_decide(const zt_sweep_certificate *certificate, const zt_sweep_thing *thing,
				  const zt_sweep_certificate *current, int64_t now_s)
{
	if (certificate->status == ZT_SWEEP_ABSENT)
		return keep("it is gone already");
	if (certificate->not_after_s == 0)
		return keep("its validity is not known");
	if (certificate->not_after_s < now_s)
		return retire("expired");
	if (certificate->status == ZT_SWEEP_PENDING)
		return keep("it waits for its activation");
	if (certificate->status == ZT_SWEEP_OTHER)
		return keep("it is revoked or being transferred");
	return decide_by_thing(certificate, thing, current, now_s);
}
