#include "net/dial.h"

#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address.h"
#include "net/tls.h"

enum {
	ADDRESS_MS = 5000, /* for one address, its handshake included; and for the name before */
	CAUSE_MAX = 192,
	/* A dead peer is noticed within a minute: these streams have no keep-alive of their own. */
	IDLE_S = 30,
	PROBE_S = 10,
	PROBES = 3,
	UNANSWERED_MS = 60000,
};

struct zt_dialer {
	struct event_base *loop;
	zt_dial_spec spec;
	struct evdns_base *names;
	SSL_CTX *tls;
};

/* Outlives a dial that is cancelled: libevent calls back in any case. */
typedef struct {
	zt_dial *dial;
} lookup;

struct zt_dial {
	zt_dialer *dialer;
	zt_dialed_fn dialed;
	void *context;
	struct event *timer;
	bool begun;
	lookup *lookup;
	struct evdns_getaddrinfo_request *request;
	struct evutil_addrinfo *addresses, *next;
	struct bufferevent *stream;
	char cause[CAUSE_MAX];
};

static void free_dial(zt_dial *dial)
{
	if (dial->stream)
		bufferevent_free(dial->stream);
	if (dial->addresses)
		evutil_freeaddrinfo(dial->addresses);
	if (dial->timer)
		event_free(dial->timer);
	free(dial);
}

static void finish(zt_dial *dial, struct bufferevent *stream)
{
	zt_dialed_fn dialed = dial->dialed;
	void *context = dial->context;
	char cause[CAUSE_MAX];
	memcpy(cause, dial->cause, sizeof cause);
	free_dial(dial);
	dialed(context, stream, stream ? "" : cause);
}

static void because(zt_dial *dial, const char *what, const char *detail)
{
	(void)snprintf(dial->cause, sizeof dial->cause, "%s%s", what, detail);
}

static int connecting_socket(const struct evutil_addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, (socklen_t)address->ai_addrlen) == 0 || errno == EINPROGRESS)
		return fd;
	int cause = errno;
	(void)close(fd);
	errno = cause;
	return -1;
}

static zt_status open_stream(const zt_dialer *dialer, int fd, struct bufferevent **ret)
{
	if (dialer->tls)
		return zt_tls_connect(dialer->loop, dialer->tls, fd, dialer->spec.host, ret);
	struct bufferevent *stream = bufferevent_socket_new(dialer->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!stream) {
		(void)close(fd);
		return ZT_E_NOMEM;
	}
	if (bufferevent_socket_connect(stream, NULL, 0) != 0) {
		bufferevent_free(stream);
		return ZT_E_NOMEM;
	}
	*ret = stream;
	return ZT_OK;
}

static void on_stream(struct bufferevent *stream, short what, void *context);

static zt_status try_address(zt_dial *dial, const struct evutil_addrinfo *address)
{
	if (!dial->dialer->tls && !zt_address_is_loopback(address->ai_addr)) {
		because(dial, "it is not on this machine, and without TLS that is refused", "");
		return ZT_E_DENIED;
	}
	int fd = connecting_socket(address);
	if (fd < 0) {
		because(dial, "", strerror(errno));
		return ZT_E_IO;
	}
	const struct timeval limit = { ADDRESS_MS / 1000, 0 };
	if (open_stream(dial->dialer, fd, &dial->stream) != ZT_OK || event_add(dial->timer, &limit) != 0) {
		because(dial, "out of memory", "");
		return ZT_E_NOMEM;
	}
	bufferevent_setcb(dial->stream, NULL, NULL, on_stream, dial);
	return ZT_OK;
}

static void forget_stream(zt_dial *dial)
{
	if (dial->stream)
		bufferevent_free(dial->stream);
	dial->stream = NULL;
}

static void try_next(zt_dial *dial)
{
	forget_stream(dial);
	while (dial->next) {
		const struct evutil_addrinfo *address = dial->next;
		dial->next = address->ai_next;
		if (try_address(dial, address) == ZT_OK)
			return;
		forget_stream(dial);
	}
	finish(dial, NULL);
}

static void set(int fd, int level, int option, int value)
{
	/* A stream without it works too. */
	(void)setsockopt(fd, level, option, &value, sizeof value);
}

static void tune(int fd)
{
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS);
}

static void tell_failure(zt_dial *dial, struct bufferevent *stream, short what)
{
	int error = EVUTIL_SOCKET_ERROR();
	SSL *ssl = bufferevent_openssl_get_ssl(stream);
	unsigned long tls_error = ssl ? bufferevent_get_openssl_error(stream) : 0;
	long verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
	const char *reason = tls_error ? ERR_reason_error_string(tls_error) : NULL;
	if (verdict != X509_V_OK)
		because(dial, "its certificate is not accepted: ", X509_verify_cert_error_string(verdict));
	else if (tls_error)
		because(dial, "TLS failed: ", reason ? reason : "the handshake did not end");
	else if (what & BEV_EVENT_EOF || error == 0)
		because(dial, "it closed the connection", "");
	else
		because(dial, "", evutil_socket_error_to_string(error));
}

static void on_stream(struct bufferevent *stream, short what, void *context)
{
	zt_dial *dial = context;
	if (!(what & BEV_EVENT_CONNECTED)) {
		tell_failure(dial, stream, what);
		try_next(dial);
		return;
	}
	dial->stream = NULL;
	bufferevent_setcb(stream, NULL, NULL, NULL, NULL);
	tune(bufferevent_getfd(stream));
	finish(dial, stream);
}

static void on_addresses(int result, struct evutil_addrinfo *addresses, void *context)
{
	lookup *l = context;
	zt_dial *dial = l->dial;
	free(l);
	if (!dial) {
		if (addresses)
			evutil_freeaddrinfo(addresses);
		return;
	}
	dial->lookup = NULL;
	dial->request = NULL;
	dial->addresses = dial->next = addresses;
	if (result != 0)
		because(dial, "its name is not resolved: ", evutil_gai_strerror(result));
	try_next(dial);
}

static void look_up(zt_dial *dial)
{
	const struct timeval limit = { ADDRESS_MS / 1000, 0 };
	const struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC,
					       .ai_socktype = SOCK_STREAM,
					       .ai_protocol = IPPROTO_TCP };
	char port[8];
	(void)snprintf(port, sizeof port, "%u", dial->dialer->spec.port);
	lookup *l = malloc(sizeof *l);
	if (!l || event_add(dial->timer, &limit) != 0) {
		free(l);
		because(dial, "out of memory", "");
		finish(dial, NULL);
		return;
	}
	*l = (lookup){ dial };
	dial->lookup = l;
	struct evdns_getaddrinfo_request *request =
	    evdns_getaddrinfo(dial->dialer->names, dial->dialer->spec.host, port, &hints, on_addresses, l);
	/* NULL: it has called back already, and the dial may be over. */
	if (request)
		dial->request = request;
}

static void abandon_lookup(zt_dial *dial)
{
	if (!dial->lookup)
		return;
	dial->lookup->dial = NULL;
	dial->lookup = NULL;
	if (dial->request)
		evdns_getaddrinfo_cancel(dial->request);
	dial->request = NULL;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	zt_dial *dial = context;
	(void)fd;
	(void)what;
	if (!dial->begun) {
		dial->begun = true;
		look_up(dial);
		return;
	}
	because(dial, dial->lookup ? "its name is not resolved in time" : "it does not answer", "");
	abandon_lookup(dial);
	try_next(dial);
}

zt_status zt_dialer_new(struct event_base *loop, const zt_dial_spec *spec, zt_dialer **ret, zt_error *ret_error)
{
	zt_dialer *dialer = calloc(1, sizeof *dialer);
	ENSURE(dialer, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	*dialer = (zt_dialer){ .loop = loop, .spec = *spec };
	zt_status status = ZT_OK;
	dialer->names = evdns_base_new(loop, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (dialer->names)
		/* Without the file, names in /etc/hosts and addresses are still found. */
		(void)evdns_base_resolv_conf_parse(dialer->names, DNS_OPTIONS_ALL, "/etc/resolv.conf");
	else
		status = zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
	if (status == ZT_OK && spec->tls)
		status = zt_tls_client_new(spec->ca_file, &dialer->tls, ret_error);
	if (status != ZT_OK) {
		zt_dialer_free(dialer);
		return status;
	}
	*ret = dialer;
	return ZT_OK;
}

void zt_dialer_free(zt_dialer *dialer)
{
	if (!dialer)
		return;
	if (dialer->names)
		evdns_base_free(dialer->names, 0);
	SSL_CTX_free(dialer->tls);
	free(dialer);
}

zt_status zt_dial_start(zt_dialer *dialer, zt_dialed_fn dialed, void *context, zt_dial **ret)
{
	zt_dial *dial = calloc(1, sizeof *dial);
	ENSURE(dial, ZT_E_NOMEM);
	*dial = (zt_dial){ .dialer = dialer, .dialed = dialed, .context = context };
	dial->timer = evtimer_new(dialer->loop, on_timer, dial);
	if (!dial->timer) {
		free(dial);
		return ZT_E_NOMEM;
	}
	event_active(dial->timer, EV_TIMEOUT, 1);
	*ret = dial;
	return ZT_OK;
}

void zt_dial_cancel(zt_dial *dial)
{
	if (!dial)
		return;
	abandon_lookup(dial);
	free_dial(dial);
}
