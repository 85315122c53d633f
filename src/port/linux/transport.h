/* zt_transport over TLS streams to one endpoint, with the identity that lies in two files when it opens. */
#ifndef ZT_PORT_LINUX_TRANSPORT_H
#define ZT_PORT_LINUX_TRANSPORT_H

#include "port/linux/tls_stream.h"
#include "zerotouch/transport.h"

typedef struct {
	const char *host;               /* borrowed, as the files */
	uint16_t mqtt_port, https_port; /* on 443 ALPN names the protocol */
	const char *certificate_file, *key_file;
	X509_STORE *roots; /* owned */
	zt_tls_stream stream;
} zt_linux_transport;

/* Loads the roots (see zt_trust_load). ZT_E_CONFIG also for a numeric host: AWS IoT needs SNI, which carries names
 * only. */
ZT_NODISCARD zt_status zt_linux_transport_init(zt_linux_transport *transport, const char *host, uint16_t mqtt_port,
					       uint16_t https_port, const char *ca_file, zt_clock clock,
					       zt_error *ret_error);
/* A zeroed transport is fine. */
void zt_linux_transport_deinit(zt_linux_transport *transport);
zt_transport zt_linux_transport_seam(zt_linux_transport *transport);

#endif
