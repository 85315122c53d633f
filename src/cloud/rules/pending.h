/* An action whose outcome comes later: what its error action needs then. Inside of the room. */
#ifndef ZT_CLOUD_RULES_PENDING_H
#define ZT_CLOUD_RULES_PENDING_H

#include "cloud/rules/state.h"

/* Copies the run's message and the rule's name; `resource` is what the action is about. */
ZT_NODISCARD zt_status zt_pending_new(const zt_run *run, zt_action_kind kind, zt_view resource, zt_pending **ret);
/* The outcome: a failure is reported with `text` (NULL: the status's own), and the memory goes. After zt_pending_forget
 * it comes to nothing. */
void zt_pending_end(zt_pending *pending, zt_status status, const char *text);

#endif
