/* What a daemon's main loop needs beside libevent: calls from other threads and orderly ends. */
#ifndef ZT_NET_LOOP_H
#define ZT_NET_LOOP_H

#include <event2/event.h>

#include "base/error.h"

typedef struct zt_mailbox zt_mailbox;

/* Runs fn(argument) on the loop's thread, in the order of posting. */
typedef void (*zt_mail_fn)(void *argument);

/* One eventfd behind it. ZT_E_IO when none can be had. */
ZT_NODISCARD zt_status zt_mailbox_new(struct event_base *loop, zt_mailbox **ret, zt_error *ret_error);
/* From any thread. ZT_E_NOMEM leaves nothing posted. */
ZT_NODISCARD zt_status zt_mailbox_post(zt_mailbox *mailbox, zt_mail_fn fn, void *argument);
/* Runs what is still in it, then frees it. NULL is fine. */
void zt_mailbox_free(zt_mailbox *mailbox);

/* Ends the loop gracefully at SIGTERM or SIGINT (a second one ends the process), ignores SIGPIPE. */
ZT_NODISCARD zt_status zt_loop_end_on_signals(struct event_base *loop, zt_error *ret_error);
/* A loop that changes what it watches with one system call a socket and turn at most. NULL when out of memory. */
struct event_base *zt_loop_new(void);
/* Tells systemd, when it listens ($NOTIFY_SOCKET; sd_notify(3)): "READY=1", "STOPPING=1". */
void zt_notify(const char *state);

#endif
