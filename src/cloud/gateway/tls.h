/* The gateway's side of TLS: a client certificate is required, any is taken in the handshake, and the decision about it
 * comes with the first CONNECT or request (AWS IoT, "Just-in-time registration", "Transport security"). */
#ifndef ZT_CLOUD_GATEWAY_TLS_H
#define ZT_CLOUD_GATEWAY_TLS_H

#include <event2/bufferevent.h>
#include <openssl/ssl.h>

#include "base/str.h"
#include "x509/read.h"

/* Who speaks what on a port (AWS IoT, "Device communication protocols"). */
typedef enum {
	ZT_PORT_OF_CERTIFICATES, /* 8883 and 8443: a client certificate is required, ALPN says nothing */
	ZT_PORT_OF_ALL, /* 443: ALPN x-amzn-mqtt-ca and x-amzn-http-ca require one; without them none is asked for */
} zt_port_kind;

/* `endpoint` (borrowed) is the only server name that is served. */
ZT_NODISCARD zt_status zt_gateway_tls_new(zt_port_kind kind, zt_view chain_pem, zt_view key_pem, const char *endpoint,
					  SSL_CTX **ret, zt_error *ret_error);

/* What was agreed upon by ALPN; after the handshake. */
typedef enum { ZT_ALPN_NONE, ZT_ALPN_MQTT, ZT_ALPN_HTTP } zt_alpn;
zt_alpn zt_gateway_tls_alpn(const struct bufferevent *stream);
/* What becomes of a handshake. */
typedef struct {
	bool wrong_name; /* it failed for its server name */
	bool begun;      /* the peer has sent something of it */
	bool done;
} zt_tls_watch;

/* Notes it in *watch, which must outlive the stream. */
void zt_gateway_tls_watch(struct bufferevent *stream, zt_tls_watch *watch);

/* The client's own certificate. */
typedef struct {
	zt_str der;
	char id[ZT_CERT_ID_HEX + 1];
	char device_id[ZT_DEVICE_ID_HEX + 1]; /* its common name, for refusals: cut, "" when it has none */
} zt_leaf;

/* ZT_E_LIMIT over ZT_CERT_DER_MAX bytes. */
ZT_NODISCARD zt_status zt_leaf_of(const struct bufferevent *stream, zt_leaf *ret);
void zt_leaf_free(zt_leaf *leaf);

/* Tells the peer that nothing more comes: close_notify, so that it sees an end and no accident, and the end of our
 * half. */
void zt_gateway_tls_goodbye(struct bufferevent *stream);

#endif
