/* zt_transport over wolfSSL on an Azure Sphere device: TLS 1.2 with the device certificate, the server verified against
 * the roots of a file and by its name, SNI sent; on port 443 ALPN names the protocol. Only the certificate is loaded:
 * the platform's wolfSSL signs with the chip's key. Watches its socket in the app's event loop. */
#ifndef ZT_PORT_AZURE_SPHERE_STREAM_H
#define ZT_PORT_AZURE_SPHERE_STREAM_H

#include <applibs/eventloop.h>

#include "zerotouch/clock.h"
#include "zerotouch/transport.h"

struct addrinfo;
struct WOLFSSL;
struct WOLFSSL_CTX;

enum { ZT_SPHERE_OPEN_MS = 15 * 1000 }; /* for TCP and the handshake together */

typedef struct {
	/* Set by the caller, borrowed: */
	const char *host;
	uint16_t mqtt_port, https_port;
	const char *roots; /* absolute path of a PEM file */
	zt_clock clock;
	EventLoop *loop;
	EventLoopIoCallback *ready; /* the socket can be read, or written when that is waited for */
	void *context;

	enum { ZT_SPHERE_CLOSED, ZT_SPHERE_CONNECTING, ZT_SPHERE_SHAKING, ZT_SPHERE_OPEN, ZT_SPHERE_BROKEN } state;
	int fd;
	struct addrinfo *found, *next; /* addresses of the host; those not tried yet */
	struct WOLFSSL_CTX *tls_context;
	struct WOLFSSL *tls;
	EventRegistration *registration;
	EventLoop_IoEvents watched;
	zt_route route;
	int64_t deadline_ms; /* monotonic: for opening */
	int error;           /* wolfSSL's, of the last failure; 0 for none */
} zt_sphere_stream;

/* The stream must be zeroed but for what the caller sets. */
zt_transport zt_sphere_stream_seam(zt_sphere_stream *stream);

#endif
