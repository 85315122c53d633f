#include "jitr/wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timefmt.h"

enum { HOST_MAX = 255, POLL_MAX_MS = 60000 };

zt_status zt_wire_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd wanted = { .fd = fd, .events = events };
	for (;;) {
		int64_t left_ms = deadline_ms == ZT_WIRE_NO_DEADLINE ? POLL_MAX_MS : deadline_ms - zt_time_mono_ms();
		ENSURE(left_ms > 0, ZT_E_TIMEOUT);
		int n = poll(&wanted, 1, left_ms < POLL_MAX_MS ? (int)left_ms : POLL_MAX_MS);
		if (n > 0)
			return ZT_OK;
		ENSURE(n == 0 || errno == EINTR, ZT_E_CLOSED);
	}
}

zt_status zt_wire_split(zt_view authority, unsigned default_port, char ret_host[256], char ret_port[6])
{
	size_t colon = authority.n;
	while (colon > 0 && authority.p[colon - 1] >= '0' && authority.p[colon - 1] <= '9')
		colon--;
	zt_view host = authority;
	uint64_t port = default_port;
	bool is_bare_ipv6 = zt_view_find(authority, ':') != colon - 1 && !zt_view_starts(authority, ZT_LIT("["));
	if (colon > 0 && authority.p[colon - 1] == ':' && !is_bare_ipv6) {
		host.n = colon - 1;
		ENSURE(zt_view_to_u64(zt_view_from(authority, colon), &port), ZT_E_INVALID);
	}
	if (zt_view_starts(host, ZT_LIT("[")) && zt_view_ends(host, ZT_LIT("]")))
		host = (zt_view){ host.p + 1, host.n - 2 };
	ENSURE(host.n > 0 && port > 0 && port <= UINT16_MAX, ZT_E_INVALID);
	(void)snprintf(ret_port, 6, "%u", (unsigned)port);
	return zt_text_copy(ret_host, HOST_MAX + 1, host);
}

static zt_status connect_one(const struct addrinfo *address, int64_t deadline_ms, int *ret_fd)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
	ENSURE(fd >= 0, ZT_E_NETWORK);
	int one = 1, cause = 0;
	socklen_t n = sizeof cause;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	zt_status status = ZT_OK;
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
		status = errno == EINPROGRESS ? zt_wire_wait(fd, POLLOUT, deadline_ms) : ZT_E_NETWORK;
	if (status == ZT_OK && (getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &n) != 0 || cause != 0)) {
		errno = cause;
		status = ZT_E_NETWORK;
	}
	if (status != ZT_OK) {
		cause = errno;
		(void)close(fd);
		errno = cause;
		return status;
	}
	*ret_fd = fd;
	return ZT_OK;
}

static void addresses_free(struct addrinfo **addresses)
{
	if (*addresses)
		freeaddrinfo(*addresses);
}

/* The first of the host's addresses that takes the connection. */
static zt_status connect_host(const char *host, const char *port, int64_t deadline_ms, int *ret_fd, zt_error *ret_error)
{
	struct addrinfo wanted = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	ZT_CLEANUP(addresses_free) struct addrinfo *addresses = NULL;
	int result = getaddrinfo(host, port, &wanted, &addresses);
	if (result != 0) {
		addresses = NULL;
		return zt_error_set(ret_error, ZT_E_NETWORK, "%s: %s", host, gai_strerror(result));
	}
	zt_status status = ZT_E_NETWORK;
	for (const struct addrinfo *it = addresses; it; it = it->ai_next) {
		status = connect_one(it, deadline_ms, ret_fd);
		if (status == ZT_OK || status == ZT_E_TIMEOUT)
			break;
	}
	if (status == ZT_E_NETWORK)
		return zt_error_errno(ret_error, status, "%s:%s", host, port);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s:%s: no connection in time", host, port);
}

zt_status zt_wire_open(const char *host, const char *port, zt_tls_roots *roots, int64_t deadline_ms, zt_wire *ret,
		       zt_error *ret_error)
{
	ZT_CLEANUP(zt_wire_close) zt_wire wire = ZT_WIRE_CLOSED;
	TRY(connect_host(host, port, deadline_ms, &wire.fd, ret_error));
	if (roots)
		TRY(zt_tls_open(roots, host, wire.fd, deadline_ms, &wire.tls, ret_error));
	*ret = wire;
	wire = ZT_WIRE_CLOSED;
	return ZT_OK;
}

static bool is_later(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

zt_status zt_wire_write(zt_wire *wire, zt_view bytes, int64_t deadline_ms)
{
	if (wire->tls)
		return zt_tls_write(wire->tls, bytes, deadline_ms);
	while (bytes.n) {
		ssize_t n = send(wire->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (is_later(n)) {
			TRY(zt_wire_wait(wire->fd, POLLOUT, deadline_ms));
			continue;
		}
		ENSURE(n > 0, ZT_E_CLOSED);
		bytes = zt_view_from(bytes, (size_t)n);
	}
	return ZT_OK;
}

zt_status zt_wire_read(zt_wire *wire, uint8_t *room, size_t cap, int64_t deadline_ms, size_t *ret_n)
{
	if (wire->tls)
		return zt_tls_read(wire->tls, room, cap, deadline_ms, ret_n);
	for (;;) {
		ssize_t n = recv(wire->fd, room, cap, 0);
		if (n >= 0) {
			*ret_n = (size_t)n;
			return ZT_OK;
		}
		ENSURE(is_later(n), ZT_E_CLOSED);
		TRY(zt_wire_wait(wire->fd, POLLIN, deadline_ms));
	}
}

bool zt_wire_is_stale(const zt_wire *wire)
{
	struct pollfd state = { .fd = wire->fd, .events = POLLIN };
	return wire->fd < 0 || poll(&state, 1, 0) != 0;
}

void zt_wire_close(zt_wire *wire)
{
	zt_tls_close(wire->tls);
	if (wire->fd >= 0)
		(void)close(wire->fd);
	*wire = ZT_WIRE_CLOSED;
}
