/* A wire for zt_mbedtls_stream: plain TCP over BSD sockets, as Linux, lwIP and Zephyr have them. Never blocks, but for
 * the name's look-up. */
#ifndef ZT_PORT_MBEDTLS_SOCKET_H
#define ZT_PORT_MBEDTLS_SOCKET_H

#include "zerotouch/transport.h"

struct addrinfo;

typedef struct {
	/* Set by the caller, borrowed: */
	const char *host;
	uint16_t mqtt_port, https_port;

	bool has_fd, connected;
	int fd;
	struct addrinfo *found, *next; /* addresses of the host; those not tried yet */
} zt_socket_wire;

/* The wire must be zeroed but for what the caller sets. */
zt_transport zt_socket_wire_seam(zt_socket_wire *wire);
/* To poll, or -1 while there is none. */
int zt_socket_wire_fd(const zt_socket_wire *wire);

#endif
