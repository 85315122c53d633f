/* Listening sockets on a libevent loop: TCP and Unix, with a clear error for a taken port. */
#ifndef ZT_NET_LISTENER_H
#define ZT_NET_LISTENER_H

#include <event2/event.h>
#include <event2/util.h>
#include <sys/socket.h>

#include "base/error.h"

enum { ZT_PEER_TEXT_MAX = 64 };

typedef struct zt_listener zt_listener;

/* Takes over the accepted, non-blocking, close-on-exec socket (TCP_NODELAY set on TCP). */
typedef void (*zt_accept_fn)(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len);

typedef struct {
	const char *address; /* numeric IPv4 or IPv6 address; NULL is 127.0.0.1 */
	unsigned port;       /* 0 takes any free one */
	bool pick;           /* when `port` is taken, take any free one instead of failing */
	const char *path;    /* a Unix socket instead (at most 107 bytes); address and port are ignored */
	int mode;            /* file mode of the Unix socket, set before it accepts */
} zt_listener_spec;

/* ZT_E_CONFIG names the port that is taken, or the path that is too long. A stale Unix socket is replaced. */
ZT_NODISCARD zt_status zt_listener_new(struct event_base *loop, const zt_listener_spec *spec, zt_accept_fn accept,
				       void *context, zt_listener **ret, zt_error *ret_error);
unsigned zt_listener_port(const zt_listener *listener);
/* Stops accepting and closes the socket; a Unix socket's file is removed. NULL is fine. */
void zt_listener_free(zt_listener *listener);
/* "127.0.0.1:4711", "[::1]:4711" or "unix". */
void zt_peer_text(const struct sockaddr *peer, char ret_text[ZT_PEER_TEXT_MAX]);

#endif
