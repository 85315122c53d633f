/* The one thing that a port must supply for the wire: an open byte stream, usually TLS.
 *
 * Contract (each MUST is relied upon):
 *  recv/send > 0   that many bytes were moved; fewer than asked is normal.
 *  0               MUST mean "nothing now, call again later"; never a closed peer.
 *  ZT_IO_CLOSED    the peer closed in good order; recv only.
 *  ZT_IO_BROKEN    anything else; the stream MUST NOT be used again, only closed.
 *  close           MUST accept a stream in any state, and being called twice. */
#ifndef ZEROTOUCH_TRANSPORT_H
#define ZEROTOUCH_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum { ZT_IO_CLOSED = -1, ZT_IO_BROKEN = -2 };

/* Which wire to open. */
typedef enum {
	ZT_ROUTE_MQTT,  /* port 8883, or 443 with ALPN x-amzn-mqtt-ca */
	ZT_ROUTE_HTTPS, /* port 8443, or 443 with ALPN x-amzn-http-ca */
} zt_route;

typedef struct {
	/* Begins to open the stream to the configured endpoint with the identity's current
	 * certificate; the server is always verified (chain and host name, SNI sent).
	 * Returns ZT_OK when open, ZT_E_AGAIN while under way (call again with the same
	 * route), ZT_E_NETWORK, ZT_E_TIMEOUT, ZT_E_TLS (not trusted), ZT_E_CLOSED (the peer
	 * hung up in the handshake), ZT_E_CREDENTIALS (no usable identity). */
	zt_status (*open)(void *context, zt_route route);
	int32_t (*recv)(void *context, uint8_t *bytes, size_t n);
	int32_t (*send)(void *context, const uint8_t *bytes, size_t n);
	void (*close)(void *context);
	void *context;
} zt_transport;

#endif
