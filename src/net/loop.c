#include "net/loop.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct mail {
	struct mail *next;
	zt_mail_fn fn;
	void *argument;
} mail;

struct zt_mailbox {
	pthread_mutex_t lock;
	mail *first, **end; /* under the lock */
	int wake_fd;
	struct event *woken;
};

static mail *take_all(zt_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	mail *first = mailbox->first;
	mailbox->first = NULL;
	mailbox->end = &mailbox->first;
	(void)pthread_mutex_unlock(&mailbox->lock);
	return first;
}

static void run_all(zt_mailbox *mailbox)
{
	for (mail *next, *item = take_all(mailbox); item; item = next) {
		next = item->next;
		item->fn(item->argument);
		free(item);
	}
}

static void on_woken(evutil_socket_t fd, short what, void *context)
{
	uint64_t posts;
	(void)what;
	/* The counter is reset before the list is taken, so that a post in between wakes us again. */
	if (read(fd, &posts, sizeof posts) < 0 && errno != EAGAIN && errno != EINTR)
		return;
	run_all(context);
}

static zt_status open_mailbox(struct event_base *loop, zt_mailbox *mailbox, zt_error *ret_error)
{
	mailbox->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mailbox->wake_fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot make an eventfd");
	mailbox->woken = event_new(loop, mailbox->wake_fd, EV_READ | EV_PERSIST, on_woken, mailbox);
	if (!mailbox->woken || event_add(mailbox->woken, NULL) != 0)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot watch an eventfd");
	return ZT_OK;
}

zt_status zt_mailbox_new(struct event_base *loop, zt_mailbox **ret, zt_error *ret_error)
{
	zt_mailbox *mailbox = calloc(1, sizeof *mailbox);
	if (!mailbox)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make a mailbox");
	(void)pthread_mutex_init(&mailbox->lock, NULL);
	mailbox->end = &mailbox->first;
	zt_status status = open_mailbox(loop, mailbox, ret_error);
	if (status != ZT_OK) {
		zt_mailbox_free(mailbox);
		return status;
	}
	*ret = mailbox;
	return ZT_OK;
}

zt_status zt_mailbox_post(zt_mailbox *mailbox, zt_mail_fn fn, void *argument)
{
	mail *item = malloc(sizeof *item);
	ENSURE(item, ZT_E_NOMEM);
	*item = (mail){ NULL, fn, argument };
	(void)pthread_mutex_lock(&mailbox->lock);
	*mailbox->end = item;
	mailbox->end = &item->next;
	(void)pthread_mutex_unlock(&mailbox->lock);
	const uint64_t one = 1;
	/* The only failure left is a full counter, and then the loop is awake already. */
	if (write(mailbox->wake_fd, &one, sizeof one) < 0)
		return ZT_OK;
	return ZT_OK;
}

void zt_mailbox_free(zt_mailbox *mailbox)
{
	if (!mailbox)
		return;
	run_all(mailbox);
	if (mailbox->woken)
		event_free(mailbox->woken);
	if (mailbox->wake_fd >= 0)
		(void)close(mailbox->wake_fd);
	(void)pthread_mutex_destroy(&mailbox->lock);
	free(mailbox);
}

/* Signals belong to the process, and so do their events. */
static struct {
	struct event terminate, interrupt;
} ends;

static void on_end(evutil_socket_t signal_number, short what, void *loop)
{
	(void)signal_number;
	(void)what;
	/* Without the events the signals have their default again: a second one ends the process. */
	(void)event_del(&ends.terminate);
	(void)event_del(&ends.interrupt);
	(void)event_base_loopexit(loop, NULL);
}

zt_status zt_loop_end_on_signals(struct event_base *loop, zt_error *ret_error)
{
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot ignore SIGPIPE");
	if (event_assign(&ends.terminate, loop, SIGTERM, EV_SIGNAL | EV_PERSIST, on_end, loop) != 0 ||
	    event_assign(&ends.interrupt, loop, SIGINT, EV_SIGNAL | EV_PERSIST, on_end, loop) != 0 ||
	    event_add(&ends.terminate, NULL) != 0 || event_add(&ends.interrupt, NULL) != 0)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot watch for SIGTERM and SIGINT");
	return ZT_OK;
}

struct event_base *zt_loop_new(void)
{
	struct event_config *config = event_config_new();
	if (!config)
		return NULL;
	struct event_base *loop = NULL;
	/* One epoll_ctl a socket and turn at most: every write would otherwise cost two. */
	if (event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) == 0)
		loop = event_base_new_with_config(config);
	event_config_free(config);
	return loop;
}

void zt_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	if (n < 2 || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, n);
	if (path[0] == '@')
		address.sun_path[0] = 0; /* a name in the abstract space, unix(7) */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* A supervisor that does not listen is none of our failures. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	(void)close(fd);
}
