/* A TCP connection, opened without blocking (but for the name's look-up): each address of the name in turn. */
#ifndef ZT_PORT_LINUX_TCP_H
#define ZT_PORT_LINUX_TCP_H

#include <stdint.h>

#include "base/error.h"

struct addrinfo;

typedef struct {
	int fd;                        /* -1 while there is none */
	struct addrinfo *found, *next; /* addresses of the name; those not tried yet */
} zt_tcp;

#define ZT_TCP_NONE ((zt_tcp){ .fd = -1 })

/* Begins. ZT_E_NETWORK when the name is unknown or no address can be tried. */
ZT_NODISCARD zt_status zt_tcp_start(zt_tcp *tcp, const char *host, uint16_t port, zt_error *ret_error);
/* ZT_OK when connected, ZT_E_AGAIN while under way (poll fd for writing), ZT_E_NETWORK when the last address failed. */
ZT_NODISCARD zt_status zt_tcp_continue(zt_tcp *tcp, zt_error *ret_error);
/* Acknowledges what comes next without the usual delay. A server that waits for it before it sends more (Nagle) would
 * otherwise cost 40 ms: TLS 1.3's session tickets come just before the first answer. */
void zt_tcp_acknowledge_now(const zt_tcp *tcp);
void zt_tcp_close(zt_tcp *tcp);

#endif
