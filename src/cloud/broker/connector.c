#include "cloud/broker/connector.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/timefmt.h"

enum { RETRY_MS = 2, GIVE_UP_MS = 10000 };

typedef struct ticket {
	struct ticket *next, **link;
	zt_broker_opened_fn opened;
	void *context;
	bool urgent;
	int64_t give_up_ms;
} ticket;

struct zt_connector {
	struct event_base *loop;
	struct sockaddr_un address;
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

static void finish(zt_connector *connector, ticket *t, struct bufferevent *stream)
{
	zt_broker_opened_fn opened = t->opened;
	void *context = t->context;
	unlink_ticket(connector, t);
	free(t);
	opened(context, stream);
}

static ticket *first_to_try(zt_connector *connector)
{
	for (ticket *t = connector->first; t; t = t->next)
		if (t->urgent || connector->open)
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

static void on_retry(evutil_socket_t fd, short what, void *context)
{
	zt_connector *connector = context;
	const struct timeval rest = { 0, RETRY_MS * 1000 };
	(void)fd;
	(void)what;
	for (ticket *t; (t = first_to_try(connector)) != NULL;) {
		struct bufferevent *stream = try_connect(connector);
		if (!stream)
			break;
		finish(connector, t, stream);
	}
	expire(connector);
	/* Without memory for a timer the next zt_connector_open tries again. */
	if (connector->first)
		(void)event_add(connector->retry, &rest);
}

zt_status zt_connector_new(struct event_base *loop, const char *path, zt_connector **ret)
{
	zt_connector *connector = calloc(1, sizeof *connector);
	ENSURE(connector, ZT_E_NOMEM);
	connector->loop = loop;
	connector->end = &connector->first;
	connector->address.sun_family = AF_UNIX;
	zt_status status =
	    zt_text_copy(connector->address.sun_path, sizeof connector->address.sun_path, zt_view_of(path));
	connector->retry = evtimer_new(loop, on_retry, connector);
	if (status != ZT_OK || !connector->retry) {
		zt_connector_free(connector);
		return status == ZT_OK ? ZT_E_NOMEM : status;
	}
	*ret = connector;
	return ZT_OK;
}

void zt_connector_free(zt_connector *connector)
{
	if (!connector)
		return;
	for (ticket *next, *t = connector->first; t; t = next) {
		next = t->next;
		free(t);
	}
	if (connector->retry)
		event_free(connector->retry);
	free(connector);
}

void zt_connector_let(zt_connector *connector, bool open)
{
	connector->open = open;
	if (open && connector->first)
		event_active(connector->retry, EV_TIMEOUT, 1);
}

zt_status zt_connector_open(zt_connector *connector, bool urgent, zt_broker_opened_fn opened, void *context,
			    void **ret_ticket)
{
	ticket *t = malloc(sizeof *t);
	ENSURE(t, ZT_E_NOMEM);
	bool first = connector->first == NULL;
	*t = (ticket){ .opened = opened, .context = context, .urgent = urgent };
	t->give_up_ms = zt_time_mono_ms() + GIVE_UP_MS;
	append_ticket(connector, t);
	*ret_ticket = t;
	/* Behind others it would only find the same full backlog. */
	if (first || urgent)
		event_active(connector->retry, EV_TIMEOUT, 1);
	return ZT_OK;
}

void zt_connector_cancel(zt_connector *connector, void *given)
{
	ticket *t = given;
	unlink_ticket(connector, t);
	free(t);
}
