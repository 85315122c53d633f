#include "port/linux/tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void drop_socket(zt_tcp *tcp)
{
	if (tcp->fd >= 0)
		(void)close(tcp->fd);
	tcp->fd = -1;
}

/* Small packets are sent when they are written: a request is answered before anything else is said. */
static void set_no_delay(int fd)
{
	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* `cause` is why the address before failed; the last one's cause is the one that is told. */
static zt_status try_next(zt_tcp *tcp, int cause, zt_error *ret_error)
{
	while (tcp->next) {
		const struct addrinfo *address = tcp->next;
		tcp->next = address->ai_next;
		drop_socket(tcp);
		tcp->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (tcp->fd >= 0) {
			set_no_delay(tcp->fd);
			if (connect(tcp->fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS)
				return ZT_E_AGAIN;
		}
		cause = errno;
	}
	drop_socket(tcp);
	errno = cause;
	return zt_error_errno(ret_error, ZT_E_NETWORK, "cannot connect");
}

zt_status zt_tcp_start(zt_tcp *tcp, const char *host, uint16_t port, zt_error *ret_error)
{
	const struct addrinfo wanted = { .ai_family = AF_UNSPEC,
					 .ai_socktype = SOCK_STREAM,
					 .ai_flags = AI_NUMERICSERV };
	char service[8];
	(void)snprintf(service, sizeof service, "%u", port);
	zt_tcp_close(tcp);
	int failure = getaddrinfo(host, service, &wanted, &tcp->found);
	if (failure) {
		tcp->found = NULL;
		return zt_error_set(ret_error, ZT_E_NETWORK, "%s: %s", host, gai_strerror(failure));
	}
	tcp->next = tcp->found;
	zt_status status = try_next(tcp, 0, ret_error);
	return status == ZT_E_AGAIN ? ZT_OK : status;
}

zt_status zt_tcp_continue(zt_tcp *tcp, zt_error *ret_error)
{
	struct pollfd ready = { .fd = tcp->fd, .events = POLLOUT };
	if (poll(&ready, 1, 0) <= 0)
		return ZT_E_AGAIN;
	int failure = 0;
	socklen_t n = sizeof failure;
	if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &failure, &n) == 0 && failure == 0)
		return ZT_OK;
	return try_next(tcp, failure, ret_error);
}

void zt_tcp_acknowledge_now(const zt_tcp *tcp)
{
	int on = 1;
	(void)setsockopt(tcp->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void zt_tcp_close(zt_tcp *tcp)
{
	drop_socket(tcp);
	if (tcp->found)
		freeaddrinfo(tcp->found);
	tcp->found = tcp->next = NULL;
}
