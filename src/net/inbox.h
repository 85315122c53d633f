/* What a stream has received and nobody has used yet, read past libevent: all that is there with one call, into a room
 * that all inboxes of a loop share, and used there. Only what is left at the end of a turn is copied into memory of its
 * own, so that an idle stream holds none. */
#ifndef ZT_NET_INBOX_H
#define ZT_NET_INBOX_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/error.h"
#include "zerotouch/view.h"

enum { ZT_INBOX_ROOM = 64 * 1024 }; /* what a busy peer has sent by the next turn: several TLS records */

typedef struct {
	uint8_t bytes[ZT_INBOX_ROOM];
} zt_inbox_room;

typedef struct {
	struct bufferevent *stream; /* borrowed */
	struct event ready;
	bool taken_over;
	zt_view unread; /* in `kept`, while that is there; else in the room of this turn */
	uint8_t *kept;
	size_t kept_cap;
} zt_inbox;

/* Of a TLS stream that will be taken over: its handshake, too, reads all that has come at once. */
void zt_inbox_read_ahead(struct bufferevent *stream);
/* Takes over the reading of `stream`, which is open: `ready` is called when zt_inbox_read has something to read. The
 * stream's own read callback is not used any more. Errors of writing come by its event callback still. */
ZT_NODISCARD zt_status zt_inbox_take_over(zt_inbox *inbox, struct event_base *loop, struct bufferevent *stream,
					  event_callback_fn ready, void *context);
/* Reading stays with libevent and the caller, who puts bytes. */
void zt_inbox_attach(zt_inbox *inbox, struct bufferevent *stream);
/* Before the stream is freed, which it forgets. What is unread is lost. Takes a zeroed one, too. */
void zt_inbox_close(zt_inbox *inbox);

/* Appends what has come, until the room is full; the rest has a turn of its own. ZT_E_CLOSED when that is all that will
 * ever come, because the peer has closed or the stream has failed: it is told once. */
ZT_NODISCARD zt_status zt_inbox_read(zt_inbox *inbox, zt_inbox_room *room);
ZT_NODISCARD zt_status zt_inbox_put(zt_inbox *inbox, zt_view bytes);
/* The first n unread bytes have been used. */
void zt_inbox_drop(zt_inbox *inbox, size_t n);
/* The end of a turn, in which the room was used: moves what is unread out of it. */
ZT_NODISCARD zt_status zt_inbox_keep(zt_inbox *inbox);

/* Whether to read on. */
void zt_inbox_gate(zt_inbox *inbox, bool open);

#endif
