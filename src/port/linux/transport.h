/* zt_transport over TLS streams to one endpoint, each with the identity that was the last whole one when it opened. */
#ifndef ZT_PORT_LINUX_TRANSPORT_H
#define ZT_PORT_LINUX_TRANSPORT_H

#include "port/linux/identity_files.h"
#include "port/linux/tls_stream.h"
#include "port/linux/websocket.h"
#include "zerotouch/transport.h"

typedef struct {
	const char *host;                  /* borrowed, as the files */
	uint16_t mqtt_port, https_port;    /* on 443 ALPN names the protocol */
	uint16_t alpn_port;                /* where it does so too, tried when the other is closed; 0: none */
	const zt_identity_files *identity; /* whose last whole pair is shown, or NULL: none; borrowed */
	X509_STORE *roots;                 /* owned */
	zt_tls_stream stream;
	zt_websocket_client *websocket; /* between TLS and MQTT, or NULL; owned */
	bool by_alpn[2];                /* by route: the port that was open last */
	bool tried_both;                /* in this attempt */
} zt_linux_transport;

enum {
	ZT_ALPN_PORT = 443,
	/* How long a port that says nothing at all is waited for while there is another to try. */
	ZT_OPEN_FIRST_MS = 6 * 1000,
};

/* Loads the roots (see zt_trust_load). ZT_E_CONFIG also for a numeric host: AWS IoT needs SNI, which carries names
 * only. */
ZT_NODISCARD zt_status zt_linux_transport_init(zt_linux_transport *transport, const char *host, uint16_t mqtt_port,
					       uint16_t https_port, const char *ca_file, zt_clock clock,
					       zt_error *ret_error);
/* MQTT over WebSocket on the MQTT port, signed; without ALPN and certificate. ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_linux_transport_use_websocket(zt_linux_transport *transport, zt_sign_fn sign, void *context);
/* Another stream to the same endpoint, with the same roots and identity. */
void zt_linux_transport_init_beside(zt_linux_transport *transport, const zt_linux_transport *other);
/* A zeroed transport is fine. */
void zt_linux_transport_deinit(zt_linux_transport *transport);
zt_transport zt_linux_transport_seam(zt_linux_transport *transport);

#endif
