/* Whether a TLS server can be reached and trusted, as a device finds it; blocking. */
#ifndef ZT_PORT_LINUX_TLS_PROBE_H
#define ZT_PORT_LINUX_TLS_PROBE_H

#include <stdint.h>

#include "base/error.h"
#include "zerotouch/clock.h"

/* Connects within ZT_OPEN_MS (port/linux/tls_stream.h), shows no certificate, and closes. The server must prove to be
 * `host` against the roots in ca_file (NULL: AWS's). On port 443 ALPN asks for MQTT, as AWS IoT wants it there.
 * ZT_E_NOT_FOUND when the name does not resolve, ZT_E_TLS when the server is not trusted, ZT_E_NETWORK, ZT_E_TIMEOUT,
 * ZT_E_CLOSED, ZT_E_CONFIG for a ca_file without roots. A server that hangs up because we show no certificate, after it
 * has proven itself, is ZT_OK. */
ZT_NODISCARD zt_status zt_tls_probe(const char *host, uint16_t port, const char *ca_file, zt_clock clock,
				    zt_error *ret_error);

#endif
