/* zt_transport over mbedTLS 2.28 on any wire: TLS 1.2 with the device's certificate, the server verified against the
 * roots and by its name, SNI sent. Certificates are dated by the seam's clock, also where mbedTLS is built without one.
 *
 * Nothing here allocates; mbedTLS does, by mbedtls_calloc (MBEDTLS_MEMORY_BUFFER_ALLOC_C gives it a fixed buffer). */
#ifndef ZT_PORT_MBEDTLS_STREAM_H
#define ZT_PORT_MBEDTLS_STREAM_H

#include <mbedtls/ssl.h>
#include <stdbool.h>

#include "port/mbedtls/identity.h"
#include "zerotouch/clock.h"
#include "zerotouch/transport.h"

enum { ZT_MBEDTLS_OPEN_MS = 15 * 1000 }; /* for the wire and the handshake together */

typedef struct {
	/* Set by the caller, borrowed: */
	const char *host;  /* a name: the server must prove to be it */
	bool alpn;         /* name the protocol in ALPN, as on port 443 */
	zt_transport wire; /* bytes to the server, such as zt_socket_wire_seam */
	zt_clock clock;
	const zt_mbedtls_identity *identity;
	int (*random)(void *context, unsigned char *bytes, size_t n); /* for keys: mbedtls_ctr_drbg_random */
	void *random_context;

	enum { ZT_MBEDTLS_CLOSED, ZT_MBEDTLS_CONNECTING, ZT_MBEDTLS_SHAKING, ZT_MBEDTLS_OPEN, ZT_MBEDTLS_BROKEN } state;
	bool wants_write;    /* bytes are stuck until the wire takes more */
	size_t stuck;        /* how many of them mbedTLS has taken already */
	int64_t deadline_ms; /* monotonic: for opening */
	int error;           /* mbedTLS's, of the last failure; 0 for none */
	mbedtls_x509_crt roots, chain;
	mbedtls_pk_context key;
	mbedtls_ssl_config config;
	mbedtls_ssl_context tls;
} zt_mbedtls_stream;

/* Reads the roots, PEM; the stream must be zeroed but for what the caller sets. ZT_E_CONFIG when there is no
 * certificate among them that mbedTLS can read, or the host is an address. */
ZT_NODISCARD zt_status zt_mbedtls_stream_init(zt_mbedtls_stream *stream, const char *roots);
/* A zeroed stream is fine. */
void zt_mbedtls_stream_deinit(zt_mbedtls_stream *stream);
/* The stream must not move as long as the seam is in use. */
zt_transport zt_mbedtls_stream_seam(zt_mbedtls_stream *stream);

#endif
