#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

enum {
	BACKLOG = 4096, /* the kernel cuts it to net.core.somaxconn */
	REST_MS = 100,  /* pause when no descriptor is left, so that accept() does not spin */
};

struct zt_listener {
	struct evconnlistener *sockets;
	struct event *rested;
	zt_accept_fn accept;
	void *context;
	unsigned port;
	char path[108];
	bool tcp;
};

typedef union {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
} address;

static void on_accept(struct evconnlistener *sockets, evutil_socket_t fd, struct sockaddr *peer, int peer_len,
		      void *context)
{
	zt_listener *listener = context;
	const int on = 1;
	(void)sockets;
	/* Answers are small and wanted at once. A failure here leaves a slower connection, no broken one. */
	if (listener->tcp)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	listener->accept(listener->context, fd, peer, peer_len);
}

static void on_accept_error(struct evconnlistener *sockets, void *context)
{
	zt_listener *listener = context;
	const struct timeval rest = { 0, REST_MS * 1000 };
	if (event_add(listener->rested, &rest) == 0)
		(void)evconnlistener_disable(sockets);
}

static void on_rested(evutil_socket_t fd, short what, void *context)
{
	zt_listener *listener = context;
	(void)fd;
	(void)what;
	(void)evconnlistener_enable(listener->sockets);
}

static zt_status parse_address(const zt_listener_spec *spec, unsigned port, address *ret, socklen_t *ret_len,
			       zt_error *ret_error)
{
	const char *text = spec->address ? spec->address : "127.0.0.1";
	memset(ret, 0, sizeof *ret);
	if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)port);
		*ret_len = sizeof ret->v4;
		return ZT_OK;
	}
	if (inet_pton(AF_INET6, text, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		*ret_len = sizeof ret->v6;
		return ZT_OK;
	}
	return zt_error_set(ret_error, ZT_E_CONFIG, "%s is no numeric IPv4 or IPv6 address", text);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static zt_status bind_tcp(const zt_listener_spec *spec, unsigned port, int *ret_fd, zt_error *ret_error)
{
	address at;
	socklen_t at_len = 0;
	const int on = 1;
	TRY(parse_address(spec, port, &at, &at_len, ret_error));
	ZT_CLEANUP(close_fd) int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
		return zt_error_errno(ret_error, ZT_E_NETWORK, "cannot make a socket");
	if (bind(fd, &at.any, at_len) != 0) {
		if (errno == EADDRINUSE)
			return zt_error_set(ret_error, ZT_E_EXISTS, "port %u is taken", port);
		return zt_error_errno(ret_error, ZT_E_CONFIG, "cannot listen on %s port %u",
				      spec->address ? spec->address : "127.0.0.1", port);
	}
	if (listen(fd, BACKLOG) != 0)
		return errno == EADDRINUSE ? zt_error_set(ret_error, ZT_E_EXISTS, "port %u is taken", port)
					   : zt_error_errno(ret_error, ZT_E_NETWORK, "cannot listen on port %u", port);
	*ret_fd = fd;
	fd = -1;
	return ZT_OK;
}

static zt_status open_tcp(const zt_listener_spec *spec, zt_listener *listener, int *ret_fd, zt_error *ret_error)
{
	ENSURE(spec->port <= UINT16_MAX, zt_error_set(ret_error, ZT_E_CONFIG, "%u is no port", spec->port));
	zt_status status = bind_tcp(spec, spec->port, ret_fd, ret_error);
	if (status == ZT_E_EXISTS && spec->pick)
		status = bind_tcp(spec, 0, ret_fd, ret_error);
	if (status == ZT_E_EXISTS)
		return zt_error_set(
		    ret_error, ZT_E_CONFIG,
		    "port %u is taken by another program: end it, choose another, or let --pick-ports choose",
		    spec->port);
	TRY(status);
	address at;
	socklen_t at_len = sizeof at;
	if (getsockname(*ret_fd, &at.any, &at_len) != 0) {
		close_fd(ret_fd);
		return zt_error_errno(ret_error, ZT_E_NETWORK, "cannot read the port of a socket");
	}
	listener->tcp = true;
	listener->port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
	return ZT_OK;
}

/* A socket file that nobody listens on is left from a killed process. */
static zt_status clear_stale(const address *at, zt_error *ret_error)
{
	struct stat seen;
	const char *path = at->local.sun_path;
	if (lstat(path, &seen) != 0)
		return ZT_OK;
	if (!S_ISSOCK(seen.st_mode))
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s exists and is no socket", path);
	ZT_CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return zt_error_errno(ret_error, ZT_E_NETWORK, "cannot make a socket");
	if (connect(fd, &at->any, sizeof at->local) == 0 || errno == EAGAIN)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is in use by another program", path);
	if (unlink(path) != 0)
		return zt_error_errno(ret_error, ZT_E_CONFIG, "cannot replace %s", path);
	return ZT_OK;
}

static zt_status open_unix(const zt_listener_spec *spec, zt_listener *listener, int *ret_fd, zt_error *ret_error)
{
	address at = { .local = { .sun_family = AF_UNIX } };
	if (zt_text_copy(at.local.sun_path, sizeof at.local.sun_path, zt_view_of(spec->path)) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "a Unix socket's path has at most %zu bytes: %s",
				    sizeof at.local.sun_path - 1, spec->path);
	TRY(clear_stale(&at, ret_error));
	ZT_CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &at.any, sizeof at.local) != 0)
		return zt_error_errno(ret_error, ZT_E_CONFIG, "cannot listen on %s", spec->path);
	memcpy(listener->path, at.local.sun_path, sizeof listener->path);
	/* Between bind and listen nobody can connect, so the mode is right from the first connection on. */
	if (chmod(spec->path, (mode_t)spec->mode) != 0 || listen(fd, BACKLOG) != 0)
		return zt_error_errno(ret_error, ZT_E_CONFIG, "cannot listen on %s", spec->path);
	*ret_fd = fd;
	fd = -1;
	return ZT_OK;
}

static zt_status start(struct event_base *loop, const zt_listener_spec *spec, zt_listener *listener,
		       zt_error *ret_error)
{
	int fd = -1;
	TRY(spec->path ? open_unix(spec, listener, &fd, ret_error) : open_tcp(spec, listener, &fd, ret_error));
	listener->sockets = evconnlistener_new(loop, on_accept, listener,
					       LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_DISABLED, 0, fd);
	if (!listener->sockets)
		close_fd(&fd);
	listener->rested = evtimer_new(loop, on_rested, listener);
	if (!listener->sockets || !listener->rested || evconnlistener_enable(listener->sockets) != 0)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot watch a listening socket");
	evconnlistener_set_error_cb(listener->sockets, on_accept_error);
	return ZT_OK;
}

zt_status zt_listener_new(struct event_base *loop, const zt_listener_spec *spec, zt_accept_fn accept, void *context,
			  zt_listener **ret, zt_error *ret_error)
{
	zt_listener *listener = calloc(1, sizeof *listener);
	if (!listener)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make a listener");
	listener->accept = accept;
	listener->context = context;
	zt_status status = start(loop, spec, listener, ret_error);
	if (status != ZT_OK) {
		zt_listener_free(listener);
		return status;
	}
	*ret = listener;
	return ZT_OK;
}

unsigned zt_listener_port(const zt_listener *listener)
{
	return listener->port;
}

void zt_listener_free(zt_listener *listener)
{
	if (!listener)
		return;
	if (listener->sockets)
		evconnlistener_free(listener->sockets);
	if (listener->rested)
		event_free(listener->rested);
	if (listener->path[0])
		(void)unlink(listener->path);
	free(listener);
}

void zt_peer_text(const struct sockaddr *peer, char ret_text[ZT_PEER_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN];
	const struct sockaddr_in *v4 = (const void *)peer;
	const struct sockaddr_in6 *v6 = (const void *)peer;
	if (peer && peer->sa_family == AF_INET && inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host))
		(void)snprintf(ret_text, ZT_PEER_TEXT_MAX, "%s:%u", host, ntohs(v4->sin_port));
	else if (peer && peer->sa_family == AF_INET6 && inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host))
		(void)snprintf(ret_text, ZT_PEER_TEXT_MAX, "[%s]:%u", host, ntohs(v6->sin6_port));
	else
		(void)snprintf(ret_text, ZT_PEER_TEXT_MAX, "unix");
}
