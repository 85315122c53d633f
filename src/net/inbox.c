#include "net/inbox.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* It is there to be read again and again. */
static zt_status end(zt_inbox *inbox)
{
	(void)event_del(&inbox->ready);
	inbox->taken_over = false;
	inbox->stream = NULL;
	return ZT_E_CLOSED;
}

/* What TLS has read and not handed out is told of by no socket. */
static void come_again(zt_inbox *inbox)
{
	SSL *ssl = bufferevent_openssl_get_ssl(inbox->stream);
	if (ssl && SSL_has_pending(ssl))
		event_active(&inbox->ready, EV_READ, 0);
}

void zt_inbox_read_ahead(struct bufferevent *stream)
{
	SSL *ssl = bufferevent_openssl_get_ssl(stream);
	if (!ssl)
		return;
	SSL_set_read_ahead(ssl, 1);
	/* Held only while a part of a record is in it (SSL_MODE_RELEASE_BUFFERS). */
	SSL_set_default_read_buffer_len(ssl, ZT_INBOX_ROOM);
}

zt_status zt_inbox_take_over(zt_inbox *inbox, struct event_base *loop, struct bufferevent *stream,
			     event_callback_fn ready, void *context)
{
	struct evbuffer *early = bufferevent_get_input(stream);
	size_t n = evbuffer_get_length(early);
	inbox->stream = stream;
	ENSURE(bufferevent_disable(stream, EV_READ) == 0, ZT_E_NOMEM);
	const uint8_t *bytes = evbuffer_pullup(early, -1);
	ENSURE(n == 0 || bytes, ZT_E_NOMEM);
	TRY(zt_inbox_put(inbox, zt_view_make(bytes, n)));
	(void)evbuffer_drain(early, n);
	zt_inbox_read_ahead(stream);
	ENSURE(event_assign(&inbox->ready, loop, bufferevent_getfd(stream), EV_READ | EV_PERSIST, ready, context) == 0,
	       ZT_E_NOMEM);
	inbox->taken_over = true;
	ENSURE(event_add(&inbox->ready, NULL) == 0, ZT_E_NOMEM);
	if (n > 0)
		event_active(&inbox->ready, EV_READ, 0);
	else
		come_again(inbox);
	return ZT_OK;
}

void zt_inbox_attach(zt_inbox *inbox, struct bufferevent *stream)
{
	inbox->stream = stream;
}

void zt_inbox_close(zt_inbox *inbox)
{
	if (inbox->taken_over)
		(void)event_del(&inbox->ready);
	free(inbox->kept);
	*inbox = (zt_inbox){ 0 };
}

static size_t read_tls(SSL *ssl, uint8_t *bytes, size_t room, bool *ret_ended)
{
	size_t n = 0, more;
	do {
		ERR_clear_error();
		int got = SSL_read_ex(ssl, bytes + n, room - n, &more);
		if (got != 1) {
			/* A new key that cannot be answered, because the peer does not read, is an end: waiting would
			 * spin. */
			*ret_ended = SSL_get_error(ssl, got) != SSL_ERROR_WANT_READ;
			return n;
		}
		n += more;
	} while (n < room && SSL_has_pending(ssl));
	return n;
}

static size_t read_plain(int fd, uint8_t *bytes, size_t room, bool *ret_ended)
{
	ssize_t n = recv(fd, bytes, room, 0);
	*ret_ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	return n > 0 ? (size_t)n : 0;
}

zt_status zt_inbox_read(zt_inbox *inbox, zt_inbox_room *room)
{
	bool ended = false;
	if (!inbox->taken_over)
		return ZT_OK;
	SSL *ssl = bufferevent_openssl_get_ssl(inbox->stream);
	size_t n = ssl ? read_tls(ssl, room->bytes, sizeof room->bytes, &ended)
		       : read_plain(bufferevent_getfd(inbox->stream), room->bytes, sizeof room->bytes, &ended);
	if (inbox->unread.n == 0)
		inbox->unread = zt_view_make(room->bytes, n);
	else if (zt_inbox_put(inbox, zt_view_make(room->bytes, n)) != ZT_OK)
		ended = true;
	if (ended)
		return end(inbox);
	if (n == sizeof room->bytes)
		come_again(inbox);
	return ZT_OK;
}

/* Twice as much as is needed: a packet that comes in many pieces is not copied with each. */
static zt_status grow(zt_inbox *inbox, size_t need)
{
	uint8_t *larger = malloc(2 * need);
	ENSURE(larger, ZT_E_NOMEM);
	if (inbox->unread.n)
		memcpy(larger, inbox->unread.p, inbox->unread.n);
	free(inbox->kept);
	inbox->kept = larger;
	inbox->kept_cap = 2 * need;
	return ZT_OK;
}

zt_status zt_inbox_put(zt_inbox *inbox, zt_view bytes)
{
	size_t need = inbox->unread.n + bytes.n, at = 0;
	if (bytes.n == 0)
		return ZT_OK;
	if (inbox->kept_cap < need)
		TRY(grow(inbox, need));
	else if ((size_t)(inbox->kept + inbox->kept_cap - inbox->unread.p) < need)
		memmove(inbox->kept, inbox->unread.p, inbox->unread.n);
	else
		at = (size_t)(inbox->unread.p - inbox->kept);
	memcpy(inbox->kept + at + inbox->unread.n, bytes.p, bytes.n);
	inbox->unread = zt_view_make(inbox->kept + at, need);
	return ZT_OK;
}

void zt_inbox_drop(zt_inbox *inbox, size_t n)
{
	inbox->unread = zt_view_from(inbox->unread, n);
	if (inbox->unread.n == 0) {
		free(inbox->kept);
		inbox->kept = NULL;
		inbox->kept_cap = 0;
	}
}

zt_status zt_inbox_keep(zt_inbox *inbox)
{
	zt_view rest = inbox->unread;
	if (inbox->kept)
		return ZT_OK;
	inbox->unread = ZT_VIEW_EMPTY;
	return zt_inbox_put(inbox, rest);
}

void zt_inbox_gate(zt_inbox *inbox, bool open)
{
	const struct event *ready = &inbox->ready;
	if (!inbox->stream)
		return;
	if (!inbox->taken_over) {
		bool on = (bufferevent_get_enabled(inbox->stream) & EV_READ) != 0;
		if (open != on)
			(void)(open ? bufferevent_enable(inbox->stream, EV_READ)
				    : bufferevent_disable(inbox->stream, EV_READ));
		return;
	}
	bool on = event_pending(ready, EV_READ, NULL) != 0;
	if (open && !on && event_add(&inbox->ready, NULL) == 0)
		come_again(inbox);
	else if (!open && on)
		(void)event_del(&inbox->ready);
}
