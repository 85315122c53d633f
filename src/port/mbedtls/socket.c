#include "port/mbedtls/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "zerotouch/buf.h"

static void drop_socket(zt_socket_wire *w)
{
	if (w->has_fd)
		(void)close(w->fd);
	w->has_fd = w->connected = false;
}

static void close_wire(void *context)
{
	zt_socket_wire *w = context;
	drop_socket(w);
	if (w->found)
		freeaddrinfo(w->found);
	w->found = w->next = NULL;
}

static bool make_socket(zt_socket_wire *w, int family)
{
	drop_socket(w);
	w->fd = socket(family, SOCK_STREAM, 0);
	w->has_fd = w->fd >= 0;
	return w->has_fd && fcntl(w->fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(w->fd, F_SETFL, O_NONBLOCK) == 0;
}

/* Each address in turn, until one is under way. */
static zt_status try_next(zt_socket_wire *w)
{
	while (w->next) {
		const struct addrinfo *to = w->next;
		w->next = to->ai_next;
		if (make_socket(w, to->ai_family) &&
		    (connect(w->fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS))
			return ZT_E_AGAIN;
	}
	return ZT_E_NETWORK;
}

static zt_status look_up(zt_socket_wire *w, uint16_t port)
{
	uint8_t memory[8];
	zt_buf text = ZT_BUF(memory);
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	zt_buf_put_u64(&text, port);
	TRY(zt_buf_finish_text(&text));
	ENSURE(getaddrinfo(w->host, (const char *)memory, &hints, &w->found) == 0, ZT_E_NETWORK);
	w->next = w->found;
	return try_next(w);
}

static zt_status open_wire(void *context, zt_route route)
{
	zt_socket_wire *w = context;
	if (w->connected)
		return ZT_OK;
	if (!w->found)
		return look_up(w, route == ZT_ROUTE_MQTT ? w->mqtt_port : w->https_port);
	struct pollfd ready = { .fd = w->fd, .events = POLLOUT };
	if (poll(&ready, 1, 0) <= 0)
		return ZT_E_AGAIN;
	int failure = 0;
	socklen_t n = sizeof failure;
	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &failure, &n) != 0 || failure)
		return try_next(w);
	w->connected = true;
	return ZT_OK;
}

static bool is_for_later(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	const zt_socket_wire *w = context;
	ssize_t got = recv(w->fd, bytes, n > INT32_MAX ? INT32_MAX : n, 0);
	if (got == 0)
		return ZT_IO_CLOSED;
	return got > 0 ? (int32_t)got : is_for_later(errno) ? 0 : ZT_IO_BROKEN;
}

static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	const zt_socket_wire *w = context;
	ssize_t sent = send(w->fd, bytes, n > INT32_MAX ? INT32_MAX : n, MSG_NOSIGNAL);
	return sent >= 0 ? (int32_t)sent : is_for_later(errno) ? 0 : ZT_IO_BROKEN;
}

zt_transport zt_socket_wire_seam(zt_socket_wire *wire)
{
	return (zt_transport){ open_wire, receive, send_bytes, close_wire, wire };
}

int zt_socket_wire_fd(const zt_socket_wire *wire)
{
	return wire->has_fd ? wire->fd : -1;
}
