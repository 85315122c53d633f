#include "port/linux/transport.h"

#include <arpa/inet.h>

#include "port/linux/tls_context.h"
#include "port/linux/trust.h"

static void free_context(SSL_CTX **context)
{
	SSL_CTX_free(*context);
}

static const char *alpn_of(const zt_linux_transport *t, zt_route route, uint16_t port)
{
	if (t->websocket)
		return NULL;
	if (port != ZT_ALPN_PORT && !(t->alpn_port && port == t->alpn_port))
		return NULL;
	return route == ZT_ROUTE_MQTT ? "x-amzn-mqtt-ca" : "x-amzn-http-ca";
}

static uint16_t port_of(const zt_linux_transport *t, zt_route route)
{
	if (t->by_alpn[route])
		return t->alpn_port;
	return route == ZT_ROUTE_MQTT ? t->mqtt_port : t->https_port;
}

static zt_status context_of(zt_linux_transport *t, SSL_CTX **ret)
{
	const zt_identity_files *identity = t->identity;
	if (!identity)
		return zt_tls_context_new(t->roots, ret, &t->stream.error);
	if (!identity->tls)
		return zt_error_set(&t->stream.error, ZT_E_CREDENTIALS, "%s", identity->error.text);
	ENSURE(SSL_CTX_up_ref(identity->tls) == 1, ZT_E_NOMEM);
	*ret = identity->tls;
	return ZT_OK;
}

static zt_status start(zt_linux_transport *t, zt_route route)
{
	uint16_t port = port_of(t, route);
	ZT_CLEANUP(free_context) SSL_CTX *tls = NULL;
	TRY(context_of(t, &tls));
	zt_status status = zt_tls_stream_start(&t->stream, tls, t->host, port, alpn_of(t, route, port));
	if (t->alpn_port && !t->tried_both)
		t->stream.deadline_ms -= ZT_OPEN_MS - ZT_OPEN_FIRST_MS;
	return status;
}

/* Its head must come within what the stream had for opening. */
static zt_status open_websocket(zt_linux_transport *t)
{
	zt_status status = zt_websocket_client_open(t->websocket);
	if (status == ZT_E_AGAIN && zt_clock_mono_ms(&t->stream.clock) >= t->stream.deadline_ms)
		return zt_error_set(&t->stream.error, ZT_E_TIMEOUT, "no answer within %d s", ZT_OPEN_MS / 1000);
	return status;
}

static zt_status open_stream(void *context, zt_route route)
{
	zt_linux_transport *t = context;
	bool open = t->stream.state != ZT_TLS_CLOSED;
	zt_status status = open ? zt_tls_stream_continue(&t->stream) : start(t, route);
	if (t->websocket)
		return status == ZT_OK ? open_websocket(t) : status;
	bool closed_port = status == ZT_E_NETWORK || status == ZT_E_TIMEOUT;
	if (!closed_port || !t->alpn_port || t->tried_both)
		return status;
	zt_tls_stream_close(&t->stream);
	t->tried_both = true;
	t->by_alpn[route] = !t->by_alpn[route];
	return start(t, route);
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	zt_linux_transport *t = context;
	return t->websocket ? zt_websocket_client_recv(t->websocket, bytes, n)
			    : zt_tls_stream_recv(&t->stream, bytes, n);
}

static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	zt_linux_transport *t = context;
	return t->websocket ? zt_websocket_client_send(t->websocket, bytes, n)
			    : zt_tls_stream_send(&t->stream, bytes, n);
}

static void close_stream(void *context)
{
	zt_linux_transport *t = context;
	t->tried_both = false;
	if (t->websocket)
		zt_websocket_client_reset(t->websocket);
	zt_tls_stream_close(&t->stream);
}

static bool is_numeric(const char *host)
{
	uint8_t parsed[16];
	return inet_pton(AF_INET, host, parsed) == 1 || inet_pton(AF_INET6, host, parsed) == 1;
}

zt_status zt_linux_transport_init(zt_linux_transport *transport, const char *host, uint16_t mqtt_port,
				  uint16_t https_port, const char *ca_file, zt_clock clock, zt_error *ret_error)
{
	*transport = (zt_linux_transport){ .host = host, .mqtt_port = mqtt_port, .https_port = https_port };
	zt_tls_stream_init(&transport->stream, clock);
	if (is_numeric(host))
		return zt_error_set(
		    ret_error, ZT_E_CONFIG,
		    "the endpoint must be a host name, not %s: AWS IoT finds the account by the name (SNI)", host);
	return zt_trust_load(ca_file, &transport->roots, ret_error);
}

zt_status zt_linux_transport_use_websocket(zt_linux_transport *t, zt_sign_fn sign, void *context)
{
	return zt_websocket_client_new(&t->stream, t->host, t->mqtt_port, sign, context, &t->websocket);
}

void zt_linux_transport_init_beside(zt_linux_transport *transport, const zt_linux_transport *other)
{
	*transport = *other;
	transport->websocket = NULL;
	zt_tls_stream_init(&transport->stream, other->stream.clock);
	(void)X509_STORE_up_ref(other->roots);
}

void zt_linux_transport_deinit(zt_linux_transport *transport)
{
	/* A zeroed stream has descriptor 0, which is not ours. */
	if (transport->host)
		zt_tls_stream_close(&transport->stream);
	zt_websocket_client_free(transport->websocket);
	transport->websocket = NULL;
	X509_STORE_free(transport->roots);
	transport->roots = NULL;
}

zt_transport zt_linux_transport_seam(zt_linux_transport *transport)
{
	return (zt_transport){ open_stream, receive, send_bytes, close_stream, transport };
}
