/* A child process on a loop: what it prints comes as lines, its end as a callback. */
#ifndef ZT_NET_CHILD_H
#define ZT_NET_CHILD_H

#include <event2/event.h>

#include "base/process.h"
#include "zerotouch/view.h"

enum { ZT_CHILD_LINE_MAX = 4096 }; /* a longer line comes in pieces */

typedef struct zt_child zt_child;

typedef struct {
	zt_process_spec process; /* stdout_fd and stderr_fd are replaced by one pipe when `line` is given */
	/* A line without its end; may be NULL. The last one can come after `ended` when a grandchild holds the pipe. */
	void (*line)(void *context, zt_view line);
	/* It is reaped; `exit_status` as in zt_process_wait. Lines written before have been delivered. The callee may
	 * free it. */
	void (*ended)(void *context, int exit_status);
	void *context;
} zt_child_spec;

/* As zt_process_start. */
ZT_NODISCARD zt_status zt_child_start(struct event_base *loop, const zt_child_spec *spec, zt_child **ret,
				      zt_error *ret_error);
pid_t zt_child_pid(const zt_child *child);
/* To the whole group when it was started in one of its own. After its end nothing is sent. */
void zt_child_signal(zt_child *child, int signal_number);
/* Delivers at once the lines that are in the pipe already: whoever has its answer by another way wants what it said
 * before. */
void zt_child_drain(zt_child *child);
/* SIGTERM, SIGKILL after grace_ms when it still runs (waits for it); what is left of its group is killed. No callback
 * runs. NULL is fine. */
void zt_child_free(zt_child *child, int grace_ms);

#endif
