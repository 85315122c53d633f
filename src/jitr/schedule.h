/* The sweeper: what the handler does when a schedule invokes it instead of a device. */
#ifndef ZT_JITR_SCHEDULE_H
#define ZT_JITR_SCHEDULE_H

#include "jitr/handler.h"
#include "sweep/sweep.h"

enum { ZT_JITR_SWEEP_MOST = 10000 /* certificates listed in one run: 650 KB */ };

/* Whether this is Amazon EventBridge's event of a schedule (EventBridge User Guide, "Scheduled Event": source
 * aws.events, detail-type "Scheduled Event"). What it says besides is not read. */
bool zt_jitr_is_schedule(zt_view event_json);

/* Retires what may go of the CAs that the handler was set up for, until the monotonic clock shows until_ms; 0: to the
 * end. position: of the process; where the time was over, the next run goes on there. Logs one line, and appends
 * {"decision":"swept","looked","retired","complete"} to *answer. */
ZT_NODISCARD zt_status zt_jitr_sweep(const zt_jitr_handler *handler, zt_sweep_position *position, int64_t until_ms,
				     zt_view request_id, zt_str *answer, zt_error *ret_error);

#endif
