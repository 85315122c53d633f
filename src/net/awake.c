#include "net/awake.h"

#include <sched.h>

#include "base/timefmt.h"

typedef struct {
	struct event_base *loop;
	uint64_t (*work)(const void *context);
	const void *context;
	uint64_t seen;    /* of the work */
	unsigned in_vain; /* moments, in a row */
} runner;

bool zt_awake_is_worth_it(unsigned in_vain)
{
	return in_vain < ZT_AWAKE_IN_VAIN || in_vain % ZT_AWAKE_AGAIN == 0;
}

static bool has_worked(runner *r)
{
	uint64_t now = r->work(r->context);
	bool more = now != r->seen;
	r->seen = now;
	return more;
}

/* Until nothing has come for a moment. */
static int look(runner *r)
{
	bool found = false;
	int64_t until = zt_time_mono_ns() + ZT_AWAKE_NS;
	int result;
	do {
		(void)sched_yield();
		result = event_base_loop(r->loop, EVLOOP_NONBLOCK);
		if (!has_worked(r))
			continue;
		found = true;
		until = zt_time_mono_ns() + ZT_AWAKE_NS;
	} while (result == 0 && !event_base_got_exit(r->loop) && zt_time_mono_ns() < until);
	r->in_vain = found ? 0 : r->in_vain + 1;
	return result;
}

zt_status zt_awake_run(struct event_base *loop, uint64_t (*work)(const void *context), const void *context)
{
	runner r = { loop, work, context, work(context), 0 };
	int result;
	do {
		result = event_base_loop(loop, EVLOOP_ONCE);
		if (result != 0 || event_base_got_exit(loop) || !has_worked(&r))
			continue;
		if (zt_awake_is_worth_it(r.in_vain))
			result = look(&r);
		else
			r.in_vain++;
	} while (result == 0 && !event_base_got_exit(loop));
	return result < 0 ? ZT_E_INTERNAL : ZT_OK;
}
