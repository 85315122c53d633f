/* A loop that stays awake for a moment after work. Whoever sleeps is woken by way of the scheduler, often on another
 * core, and that takes longer than many an answer: of a broker on this machine, of a client that has waited for us. */
#ifndef ZT_NET_AWAKE_H
#define ZT_NET_AWAKE_H

#include <event2/event.h>

#include "base/error.h"

enum {
	ZT_AWAKE_NS = 30 * 1000, /* after the last work: about what a wake costs */
	ZT_AWAKE_IN_VAIN = 8,    /* moments without work in a row, after which … */
	ZT_AWAKE_AGAIN = 64,     /* … one of so many is tried still: traffic may have become denser */
};

/* Runs `loop` as event_base_dispatch does. `work` counts what answers can be expected to: it never goes down, and the
 * loop stays awake after it has gone up. Other processes have the core in the meantime when they want it. ZT_E_INTERNAL
 * when libevent fails. */
ZT_NODISCARD zt_status zt_awake_run(struct event_base *loop, uint64_t (*work)(const void *context),
				    const void *context);

/* Whether staying awake is worth it, after that many moments in vain. */
bool zt_awake_is_worth_it(unsigned in_vain);

#endif
