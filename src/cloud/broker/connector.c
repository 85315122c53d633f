#include "cloud/broker/connector.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/timefmt.h"

enum {
	RETRY_MS = 2,
	REMOTE_RETRY_MS = 100,      /* before the second dial of a ticket; each further pause is twice as long, … */
	REMOTE_RETRY_MAX_MS = 1600, /* … up to this, and each is random between its half and its whole */
	GIVE_UP_MS = 10000,
	DIALS_MAX = 128, /* at a time */
};

typedef struct ticket {
	struct ticket *next, **link;
	zt_broker_opened_fn opened;
	void *context;
	bool urgent;
	int64_t give_up_ms;
	int64_t not_before_ms; /* of the next dial */
	unsigned pause_ms;     /* before the dial after that */
	zt_connector *connector;
	zt_dial *dial; /* on its way */
} ticket;

struct zt_connector {
	struct event_base *loop;
	struct sockaddr_un address; /* without a dialer */
	zt_dialer *dialer;
	size_t dials;
	struct event *retry;
	ticket *first, **end;
	bool open;
};

static void unlink_ticket(zt_connector *connector, ticket *t)
{
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	else
		connector->end = t->link;
}

static void append_ticket(zt_connector *connector, ticket *t)
{
	/* An urgent one goes to the front: there is one at a time. */
	t->link = t->urgent ? &connector->first : connector->end;
	t->next = *t->link;
	if (t->next)
		t->next->link = &t->next;
	else
		connector->end = &t->next;
	*t->link = t;
}

/* NULL with errno EAGAIN while the backlog is full, ENOENT or ECONNREFUSED while there is no broker. */
static struct bufferevent *try_connect(zt_connector *connector)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	struct bufferevent *stream = NULL;
	if (connect(fd, (const struct sockaddr *)&connector->address, sizeof connector->address) == 0)
		stream = bufferevent_socket_new(connector->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!stream) {
		int cause = errno;
		(void)close(fd);
		errno = cause;
	}
	return stream;
}

static void forget(zt_connector *connector, ticket *t)
{
	if (t->dial)
		connector->dials--;
	zt_dial_cancel(t->dial);
	unlink_ticket(connector, t);
	free(t);
}

static void finish(zt_connector *connector, ticket *t, struct bufferevent *stream)
{
	zt_broker_opened_fn opened = t->opened;
	void *context = t->context;
	forget(connector, t);
	opened(context, stream);
}

static ticket *first_to_try(zt_connector *connector)
{
	int64_t now = zt_time_mono_ms();
	for (ticket *t = connector->first; t; t = t->next)
		if (!t->dial && (t->urgent || connector->open) && t->not_before_ms <= now)
			return t;
	return NULL;
}

/* Callbacks may open and cancel, so each round begins at the front. */
static void expire(zt_connector *connector)
{
	int64_t now = zt_time_mono_ms();
	for (ticket *t = connector->first; t;) {
		if (t->give_up_ms > now) {
			t = t->next;
			continue;
		}
		finish(connector, t, NULL);
		t = connector->first;
	}
}

/* A network is no socket of our own: many that are tried again at once would keep a broker from coming back. */
static void rest(ticket *t)
{
	unsigned half = t->pause_ms / 2;
	t->not_before_ms = zt_time_mono_ms() + half + (int64_t)zt_random_below(half + 1);
	t->pause_ms = t->pause_ms < REMOTE_RETRY_MAX_MS ? 2 * t->pause_ms : REMOTE_RETRY_MAX_MS;
}

static void on_dialed(void *context, struct bufferevent *stream, const char *cause)
{
	ticket *t = context;
	zt_connector *connector = t->connector;
	t->dial = NULL;
	connector->dials--;
	if (stream) {
		finish(connector, t, stream);
		return;
	}
	/* on_retry finds it again. */
	LOG_DEBUG("broker", "the broker is not reached", ZT_KV_STR("cause", cause));
	rest(t);
}

static void dial_all(zt_connector *connector)
{
	while (connector->dials < DIALS_MAX) {
		ticket *t = first_to_try(connector);
		if (!t || zt_dial_start(connector->dialer, on_dialed, t, &t->dial) != ZT_OK)
			return;
		connector->dials++;
	}
}

static void connect_all(zt_connector *connector)
{
	for (ticket *t; (t = first_to_try(connector)) != NULL;) {
		struct bufferevent *stream = try_connect(connector);
		if (!stream)
			break;
		finish(connector, t, stream);
	}
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
	zt_connector *connector = context;
	const struct timeval rest = { 0, (connector->dialer ? REMOTE_RETRY_MS : RETRY_MS) * 1000 };
	(void)fd;
	(void)what;
	if (connector->dialer)
		dial_all(connector);
	else
		connect_all(connector);
	expire(connector);
	/* Without memory for a timer the next zt_connector_open tries again. */
	if (connector->first)
		(void)event_add(connector->retry, &rest);
}

zt_status zt_connector_new_remote(struct event_base *loop, zt_dialer *dialer, zt_connector **ret)
{
	zt_connector *connector = calloc(1, sizeof *connector);
	ENSURE(connector, ZT_E_NOMEM);
	*connector = (zt_connector){ .loop = loop, .dialer = dialer };
	connector->end = &connector->first;
	connector->retry = evtimer_new(loop, on_retry, connector);
	if (!connector->retry) {
		zt_connector_free(connector);
		return ZT_E_NOMEM;
	}
	*ret = connector;
	return ZT_OK;
}

zt_status zt_connector_new(struct event_base *loop, const char *path, zt_connector **ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	TRY(zt_text_copy(address.sun_path, sizeof address.sun_path, zt_view_of(path)));
	TRY(zt_connector_new_remote(loop, NULL, ret));
	(*ret)->address = address;
	return ZT_OK;
}

void zt_connector_free(zt_connector *connector)
{
	if (!connector)
		return;
	while (connector->first)
		forget(connector, connector->first);
	if (connector->retry)
		event_free(connector->retry);
	free(connector);
}

void zt_connector_let(zt_connector *connector, bool open)
{
	connector->open = open;
	/* It is there: what has failed before says nothing any more. */
	for (ticket *t = connector->first; open && t; t = t->next)
		t->not_before_ms = 0;
	if (open && connector->first)
		event_active(connector->retry, EV_TIMEOUT, 1);
}

zt_status zt_connector_open(zt_connector *connector, bool urgent, zt_broker_opened_fn opened, void *context,
			    void **ret_ticket)
{
	ticket *t = malloc(sizeof *t);
	ENSURE(t, ZT_E_NOMEM);
	bool first = connector->first == NULL;
	*t = (ticket){ .connector = connector, .opened = opened, .context = context, .urgent = urgent };
	t->give_up_ms = zt_time_mono_ms() + GIVE_UP_MS;
	t->pause_ms = REMOTE_RETRY_MS;
	append_ticket(connector, t);
	*ret_ticket = t;
	/* Behind others it would only find the same full backlog. */
	if (first || urgent || connector->dialer)
		event_active(connector->retry, EV_TIMEOUT, 1);
	return ZT_OK;
}

void zt_connector_cancel(zt_connector *connector, void *given)
{
	forget(connector, given);
}
