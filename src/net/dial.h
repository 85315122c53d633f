/* Connections to a server elsewhere: its name is resolved, its addresses are tried in turn, TLS is verified. */
#ifndef ZT_NET_DIAL_H
#define ZT_NET_DIAL_H

#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/error.h"

typedef struct zt_dialer zt_dialer; /* where to */
typedef struct zt_dial zt_dial;     /* one connection on its way */

enum { ZT_HOST_MAX = 253 /* of a DNS name, RFC 1035 §2.3.4 */ };

typedef struct {
	char host[ZT_HOST_MAX + 1]; /* a name or an IP address without brackets */
	uint16_t port;
	bool tls;            /* else plain, to addresses of this machine alone */
	const char *ca_file; /* as of zt_tls_client_new */
} zt_dial_spec;

ZT_NODISCARD zt_status zt_dialer_new(struct event_base *loop, const zt_dial_spec *spec, zt_dialer **ret,
				     zt_error *ret_error);
/* No dial may be left. NULL is fine. */
void zt_dialer_free(zt_dialer *dialer);

/* The stream is connected, verified, the caller's and without callbacks; NULL with the cause in words when no address
 * took it. The dial is over. */
typedef void (*zt_dialed_fn)(void *context, struct bufferevent *stream, const char *cause);
/* `dialed` runs later. */
ZT_NODISCARD zt_status zt_dial_start(zt_dialer *dialer, zt_dialed_fn dialed, void *context, zt_dial **ret);
/* `dialed` does not run any more. NULL is fine. */
void zt_dial_cancel(zt_dial *dial);

#endif
