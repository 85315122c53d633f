/* What a command that connects ends with. */
#ifndef ZT_AGENT_OUTCOME_H
#define ZT_AGENT_OUTCOME_H

#include "base/error.h"
#include "zerotouch/device.h"

/* Keeps in *last why there is no outcome yet. */
void zt_agent_note(const zt_event *event, zt_reason *last);
/* Whether waiting cannot mend what the event tells. */
bool zt_agent_is_hopeless(const zt_event *event);
/* The status of a program that gave up for this reason, and "<what>: <reason>[: <detail>]" in *ret_error. */
zt_status zt_agent_give_up(const char *what, zt_reason reason, const char *detail, zt_error *ret_error);

#endif
