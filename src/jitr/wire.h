/* An open byte stream to a host: TCP, or TLS over it. Blocking calls with a deadline of the monotonic clock. */
#ifndef ZT_JITR_WIRE_H
#define ZT_JITR_WIRE_H

#include "base/error.h"
#include "base/str.h"
#include "jitr/tls.h"

#define ZT_WIRE_NO_DEADLINE INT64_MAX

typedef struct {
	int fd;      /* -1 when closed */
	zt_tls *tls; /* NULL: plain */
} zt_wire;

#define ZT_WIRE_CLOSED ((zt_wire){ .fd = -1 })

/* Takes "host:port" or "host" (then default_port) apart; brackets around an IPv6 address are taken off. ZT_E_INVALID.
 */
ZT_NODISCARD zt_status zt_wire_split(zt_view authority, unsigned default_port, char ret_host[256], char ret_port[6]);
/* roots: NULL for plain TCP; otherwise TLS with the server verified against them. ZT_E_NETWORK, ZT_E_TIMEOUT, ZT_E_TLS.
 */
ZT_NODISCARD zt_status zt_wire_open(const char *host, const char *port, zt_tls_roots *roots, int64_t deadline_ms,
				    zt_wire *ret, zt_error *ret_error);
/* All of the bytes. ZT_E_CLOSED, ZT_E_TIMEOUT. */
ZT_NODISCARD zt_status zt_wire_write(zt_wire *wire, zt_view bytes, int64_t deadline_ms);
/* At least one byte, or *ret_n == 0 when the peer has closed. ZT_E_CLOSED when the stream broke, ZT_E_TIMEOUT. */
ZT_NODISCARD zt_status zt_wire_read(zt_wire *wire, uint8_t *room, size_t cap, int64_t deadline_ms, size_t *ret_n);
/* Whether the peer closed it (or said something unasked for) while it was idle. */
bool zt_wire_is_stale(const zt_wire *wire);
/* Any state; afterwards it is ZT_WIRE_CLOSED. */
void zt_wire_close(zt_wire *wire);

/* Waits for the descriptor, at most until the deadline: ZT_OK or ZT_E_TIMEOUT. events: POLLIN, POLLOUT. */
ZT_NODISCARD zt_status zt_wire_wait(int fd, short events, int64_t deadline_ms);

#endif
