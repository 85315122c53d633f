#include "port/azure-sphere/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#include <tlsutils/deviceauth.h>

enum { PORT_WITH_ALPN = 443, VERIFY_PEER = 1 /* the client's default, said aloud */ };

static void unwatch(zt_sphere_stream *s)
{
	if (s->registration)
		(void)EventLoop_UnregisterIo(s->loop, s->registration);
	s->registration = NULL;
}

/* The device's first sysroots cannot change a registration, only make it anew. */
static void watch(zt_sphere_stream *s, EventLoop_IoEvents events)
{
	if (s->registration && s->watched == events)
		return;
	unwatch(s);
	s->registration = EventLoop_RegisterIo(s->loop, s->fd, events, s->ready, s->context);
	s->watched = events;
}

static void close_socket(zt_sphere_stream *s)
{
	unwatch(s);
	if (s->fd > 0)
		(void)close(s->fd);
	s->fd = 0;
}

static void close_stream(void *context)
{
	zt_sphere_stream *s = context;
	if (s->tls && s->state == ZT_SPHERE_OPEN)
		(void)wolfSSL_shutdown(s->tls);
	wolfSSL_free(s->tls);
	wolfSSL_CTX_free(s->tls_context);
	s->tls = NULL;
	s->tls_context = NULL;
	close_socket(s);
	if (s->found)
		freeaddrinfo(s->found);
	s->found = s->next = NULL;
	s->state = ZT_SPHERE_CLOSED;
}

static zt_status break_with(zt_sphere_stream *s, zt_status status)
{
	close_stream(s);
	s->state = ZT_SPHERE_BROKEN;
	return status;
}

static uint16_t port_of(const zt_sphere_stream *s)
{
	return s->route == ZT_ROUTE_MQTT ? s->mqtt_port : s->https_port;
}

static bool is_ok(int result)
{
	return result == WOLFSSL_SUCCESS;
}

static zt_status make_context(zt_sphere_stream *s)
{
	/* With TLS 1.3 a refusal of our certificate would show itself only when reading, long after "connected". */
	s->tls_context = wolfSSL_CTX_new(wolfTLSv1_2_client_method());
	ENSURE(s->tls_context, ZT_E_NOMEM);
	wolfSSL_CTX_set_verify(s->tls_context, VERIFY_PEER, NULL);
	ENSURE(is_ok(wolfSSL_CTX_use_certificate_chain_file(s->tls_context, DeviceAuth_GetCertificatePath())),
	       ZT_E_CREDENTIALS);
	ENSURE(is_ok(wolfSSL_CTX_load_verify_locations(s->tls_context, s->roots, NULL)), ZT_E_TLS);
	return ZT_OK;
}

static zt_status make_tls(zt_sphere_stream *s)
{
	static char mqtt[] = "x-amzn-mqtt-ca", https[] = "x-amzn-http-ca";
	char *protocol = s->route == ZT_ROUTE_MQTT ? mqtt : https;
	s->tls = wolfSSL_new(s->tls_context);
	ENSURE(s->tls, ZT_E_NOMEM);
	ENSURE(is_ok(wolfSSL_UseSNI(s->tls, WOLFSSL_SNI_HOST_NAME, s->host, (unsigned short)strlen(s->host))),
	       ZT_E_NOMEM);
	ENSURE(is_ok(wolfSSL_check_domain_name(s->tls, s->host)), ZT_E_NOMEM);
	if (port_of(s) != PORT_WITH_ALPN)
		return ZT_OK;
	ENSURE(is_ok(wolfSSL_UseALPN(s->tls, protocol, (unsigned)strlen(protocol), WOLFSSL_ALPN_FAILED_ON_MISMATCH)),
	       ZT_E_NOMEM);
	return ZT_OK;
}

static zt_status look_up(zt_sphere_stream *s)
{
	char port[8];
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	(void)snprintf(port, sizeof port, "%u", port_of(s));
	ENSURE(getaddrinfo(s->host, port, &hints, &s->found) == 0, ZT_E_NETWORK);
	s->next = s->found;
	return ZT_OK;
}

/* Each address in turn, until one is under way. */
static zt_status try_next(zt_sphere_stream *s)
{
	for (; s->next; s->next = s->next->ai_next) {
		close_socket(s);
		int fd = socket(s->next->ai_family, SOCK_STREAM, 0);
		if (fd < 0)
			continue;
		s->fd = fd;
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		if (connect(fd, s->next->ai_addr, s->next->ai_addrlen) == 0 || errno == EINPROGRESS) {
			s->next = s->next->ai_next;
			watch(s, EventLoop_Output);
			return ZT_E_AGAIN;
		}
	}
	return ZT_E_NETWORK;
}

static zt_status continue_connect(zt_sphere_stream *s)
{
	int cause = 0;
	socklen_t size = sizeof cause;
	struct sockaddr_storage peer;
	socklen_t peer_size = sizeof peer;
	ENSURE(getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &cause, &size) == 0, ZT_E_NETWORK);
	if (cause)
		return try_next(s);
	if (getpeername(s->fd, (struct sockaddr *)&peer, &peer_size) != 0)
		return errno == ENOTCONN ? ZT_E_AGAIN : ZT_E_NETWORK;
	ENSURE(is_ok(wolfSSL_set_fd(s->tls, s->fd)), ZT_E_NETWORK);
	s->state = ZT_SPHERE_SHAKING;
	return ZT_OK;
}

/* The peer hung up, or refused our certificate with an alert: to us a silent refusal like any other. */
static bool hung_up(int error)
{
	return error == SOCKET_ERROR_E || error == SOCKET_PEER_CLOSED_E || error == FATAL_ERROR ||
	       error == WOLFSSL_ERROR_ZERO_RETURN || error == WOLFSSL_ERROR_SYSCALL;
}

static bool wants_more(zt_sphere_stream *s, int error)
{
	bool reads = error == WOLFSSL_ERROR_WANT_READ, writes = error == WOLFSSL_ERROR_WANT_WRITE;
	if (reads || writes)
		watch(s, writes ? EventLoop_Input | EventLoop_Output : EventLoop_Input);
	return reads || writes;
}

static zt_status shake(zt_sphere_stream *s)
{
	int done = wolfSSL_connect(s->tls);
	if (is_ok(done)) {
		s->state = ZT_SPHERE_OPEN;
		watch(s, EventLoop_Input);
		return ZT_OK;
	}
	int error = wolfSSL_get_error(s->tls, done);
	if (wants_more(s, error))
		return ZT_E_AGAIN;
	s->error = error;
	return hung_up(error) ? ZT_E_CLOSED : ZT_E_TLS;
}

static zt_status start(zt_sphere_stream *s)
{
	s->error = 0;
	s->deadline_ms = zt_clock_mono_ms(&s->clock) + ZT_SPHERE_OPEN_MS;
	TRY(make_context(s));
	TRY(make_tls(s));
	TRY(look_up(s));
	s->state = ZT_SPHERE_CONNECTING;
	return try_next(s);
}

static zt_status advance(zt_sphere_stream *s)
{
	if (s->state == ZT_SPHERE_CLOSED)
		return start(s);
	if (s->state == ZT_SPHERE_CONNECTING)
		TRY(continue_connect(s));
	return shake(s);
}

static zt_status open_stream(void *context, zt_route route)
{
	zt_sphere_stream *s = context;
	if (s->state == ZT_SPHERE_OPEN)
		return ZT_OK;
	ENSURE(s->state != ZT_SPHERE_BROKEN, ZT_E_NETWORK);
	s->route = route;
	zt_status status = advance(s);
	if (status == ZT_E_AGAIN && zt_clock_mono_ms(&s->clock) >= s->deadline_ms)
		status = ZT_E_TIMEOUT;
	return status == ZT_OK || status == ZT_E_AGAIN ? status : break_with(s, status);
}

static int32_t io_result(zt_sphere_stream *s, int result, bool sending)
{
	int error = wolfSSL_get_error(s->tls, result);
	if (wants_more(s, error))
		return 0;
	s->error = error;
	return error == WOLFSSL_ERROR_ZERO_RETURN && !sending ? ZT_IO_CLOSED : ZT_IO_BROKEN;
}

static int length_of(size_t n)
{
	return n > INT16_MAX ? INT16_MAX : (int)n;
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	zt_sphere_stream *s = context;
	if (s->state != ZT_SPHERE_OPEN)
		return ZT_IO_BROKEN;
	int got = wolfSSL_read(s->tls, bytes, length_of(n));
	return got > 0 ? got : io_result(s, got, false);
}

static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	zt_sphere_stream *s = context;
	if (s->state != ZT_SPHERE_OPEN)
		return ZT_IO_BROKEN;
	int put = wolfSSL_write(s->tls, bytes, length_of(n));
	return put > 0 ? put : io_result(s, put, true);
}

zt_transport zt_sphere_stream_seam(zt_sphere_stream *stream)
{
	return (zt_transport){ open_stream, receive, send_bytes, close_stream, stream };
}
