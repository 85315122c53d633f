#include "attest/daemon.h"

#include <sys/stat.h>
#include <unistd.h>

#include "attest/api.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/tls.h"
#include "x509/server_identity.h"

enum { PATH_TEXT_MAX = 4096, OPERATOR_CONNECTIONS_MAX = 32, RENEW_SECONDS = 24 * 3600 };

struct zt_attest_daemon {
	const zt_attest_settings *settings;
	struct event_base *loop;
	zt_attest_store *store;
	zt_nonces *nonces;
	zt_authority authority;
	zt_api device_api, operator_api;
	SSL_CTX *tls;
	struct event *renewal;
	zt_http_server *device_server, *operator_server;
	zt_listener *device_port, *operator_socket;
	bool announced;
	int64_t started_ms;
};

static zt_status in_data(const zt_attest_daemon *d, const char *name, zt_str *ret_path)
{
	return zt_path_join(ret_path, d->settings->data_dir, name);
}

/* Made at the first start, renewed by zt_server_identity when its end is near. */
static zt_status make_tls(const zt_attest_daemon *d, SSL_CTX **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str chain = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str key = ZT_STR(ZT_SERVER_PEM_MAX);
	const char *names[5] = { "localhost", "127.0.0.1", "::1" };
	size_t count = 3;
	const char *const more[] = { d->settings->listen, d->settings->server_name };
	for (size_t i = 0; i < ZT_COUNT(more); i++)
		if (more[i] && strcmp(more[i], "127.0.0.1") != 0)
			names[count++] = more[i];
	const zt_server_identity_spec spec = { .dir = d->settings->data_dir,
					       .organization = "zerotouch attestation authority",
					       .names = names,
					       .name_count = count,
					       .now_ms = zt_time_now_ms() };
	TRY(zt_server_identity(&spec, &chain, &key, ret_error));
	return zt_tls_server_new(zt_str_view(&chain), zt_str_view(&key), ret, ret_error);
}

static void renew_tls(evutil_socket_t fd, short what, void *context)
{
	zt_attest_daemon *d = context;
	SSL_CTX *fresh = NULL;
	zt_error error = { 0 };
	(void)fd;
	(void)what;
	if (make_tls(d, &fresh, &error) != ZT_OK) {
		(void)zt_log_error("attest", &error,
				   "the server certificate cannot be looked after; the old one stays");
		return;
	}
	/* Connections hold a reference to the context that they began with. */
	SSL_CTX_free(d->tls);
	d->tls = fresh;
}

static void accept_device(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	zt_attest_daemon *d = context;
	struct bufferevent *buffer = NULL;
	char text[ZT_PEER_TEXT_MAX];
	(void)peer_len;
	zt_peer_text(peer, text);
	if (zt_tls_accept(d->loop, d->tls, fd, &buffer) != ZT_OK ||
	    zt_http_adopt(d->device_server, buffer, text, NULL) != ZT_OK)
		LOG_WARNING("attest", "a connection had to be turned away", ZT_KV_STR("peer", text));
}

static zt_status open_authority(zt_attest_daemon *d, zt_error *ret_error)
{
	const zt_attest_settings *s = d->settings;
	TRY(zt_attest_store_open(s->data_dir, &d->store, ret_error));
	d->nonces = zt_nonces_new(zt_clock_system(), s->nonce_seconds * 1000LL);
	ENSURE(d->nonces, ZT_E_NOMEM);
	d->authority = (zt_authority){ .store = d->store,
				       .nonces = d->nonces,
				       .clock = zt_clock_system(),
				       .nonce_life_ms = s->nonce_seconds * 1000LL,
				       .key_identifiers = s->key_identifiers };
	d->device_api = (zt_api){ &d->authority, zt_device_routes, zt_device_route_count };
	d->operator_api = (zt_api){ &d->authority, zt_operator_routes, zt_operator_route_count };
	return ZT_OK;
}

static zt_status open_device_port(zt_attest_daemon *d, zt_error *ret_error)
{
	const zt_http_server_spec server = { .handler = zt_api_handle,
					     .context = &d->device_api,
					     .body_max = ZT_ATTEST_DEVICE_REQUEST_MAX };
	const zt_listener_spec port = { .address = d->settings->listen,
					.port = d->settings->port,
					.pick = d->settings->pick_ports };
	const struct timeval daily = { .tv_sec = RENEW_SECONDS };
	TRY(make_tls(d, &d->tls, ret_error));
	d->renewal = event_new(d->loop, -1, EV_PERSIST, renew_tls, d);
	ENSURE(d->renewal && event_add(d->renewal, &daily) == 0, ZT_E_NOMEM);
	TRY(zt_http_server_new(d->loop, &server, &d->device_server, ret_error));
	return zt_listener_new(d->loop, &port, accept_device, d, &d->device_port, ret_error);
}

static zt_status open_operator_socket(zt_attest_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	const zt_http_server_spec server = { .handler = zt_api_handle,
					     .context = &d->operator_api,
					     .body_max = ZT_ATTEST_REQUEST_MAX,
					     .connections_max = OPERATOR_CONNECTIONS_MAX };
	TRY(in_data(d, "operator.sock", &path));
	const zt_listener_spec socket = { .path = zt_str_text(&path), .mode = 0600 };
	TRY(zt_http_server_new(d->loop, &server, &d->operator_server, ret_error));
	return zt_listener_new(d->loop, &socket, zt_http_accept, d->operator_server, &d->operator_socket, ret_error);
}

static zt_status remove_endpoints(const zt_attest_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(in_data(d, "endpoints.json", &path));
	return zt_path_remove(zt_str_text(&path), ret_error);
}

/* What a device on this machine, or on that address, connects to; the server's certificate holds each of these names.
 */
static zt_status put_url(const zt_attest_daemon *d, zt_str *url)
{
	static const char *const here[] = { "127.0.0.1", "::1", "0.0.0.0", "::" };
	const zt_attest_settings *s = d->settings;
	const char *host = s->server_name ? s->server_name : s->listen;
	for (size_t i = 0; i < ZT_COUNT(here); i++)
		if (strcmp(host, here[i]) == 0)
			host = "localhost";
	return zt_str_printf(url, strchr(host, ':') ? "https://[%s]:%u" : "https://%s:%u", host,
			     zt_listener_port(d->device_port));
}

static zt_status write_endpoints(const zt_attest_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX), operator= ZT_STR(PATH_TEXT_MAX);
	ZT_CLEANUP(zt_str_free)
	zt_str ca = ZT_STR(PATH_TEXT_MAX), url = ZT_STR(PATH_TEXT_MAX), text = ZT_STR(4 * PATH_TEXT_MAX);
	TRY(put_url(d, &url));
	TRY(in_data(d, "operator.sock", &operator));
	TRY(in_data(d, "server-ca.pem", &ca));
	ZT_JSON_CLEANUP json_t *json =
	    json_pack("{s:i, s:s, s:s, s:s}", "pid", (int)getpid(), "attest", zt_str_text(&url), "operator",
		      zt_str_text(&operator), "ca", zt_str_text(&ca));
	ENSURE(json, ZT_E_NOMEM);
	TRY(zt_json_write(json, &text));
	TRY(zt_str_put_u8(&text, '\n'));
	TRY(in_data(d, "endpoints.json", &path));
	return zt_file_write(zt_str_text(&path), zt_str_view(&text), 0644, ret_error);
}

static zt_status open_all(zt_attest_daemon *d, zt_error *ret_error)
{
	/* What is written beside the database must be as closed as it is, whatever shell has started us. */
	(void)umask(077);
	d->loop = zt_loop_new();
	ENSURE(d->loop, ZT_E_NOMEM);
	TRY(zt_loop_end_on_signals(d->loop, ret_error));
	TRY(open_authority(d, ret_error));
	/* Only whoever holds the store may say that a predecessor's endpoints are gone. */
	TRY(remove_endpoints(d, ret_error));
	TRY(open_device_port(d, ret_error));
	return open_operator_socket(d, ret_error);
}

zt_status zt_attest_daemon_new(const zt_attest_settings *settings, zt_attest_daemon **ret, zt_error *ret_error)
{
	zt_attest_daemon *d = calloc(1, sizeof *d);
	ENSURE(d, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	d->settings = settings;
	d->started_ms = zt_time_mono_ms();
	zt_error error = { 0 };
	zt_status status = open_all(d, &error);
	if (status != ZT_OK) {
		zt_attest_daemon_free(d);
		return zt_error_set(ret_error, status, "%s", error.text[0] ? error.text : zt_status_text(status));
	}
	*ret = d;
	return ZT_OK;
}

zt_status zt_attest_daemon_run(zt_attest_daemon *d, zt_error *ret_error)
{
	TRY(write_endpoints(d, ret_error));
	d->announced = true;
	zt_notify("READY=1");
	LOG_INFO("attest", "ready", ZT_KV_INT("port", zt_listener_port(d->device_port)),
		 ZT_KV_INT("ms", zt_time_mono_ms() - d->started_ms));
	if (event_base_dispatch(d->loop) < 0)
		return zt_error_set(ret_error, ZT_E_INTERNAL, "the event loop failed");
	zt_notify("STOPPING=1");
	LOG_INFO("attest", "stopping");
	return ZT_OK;
}

void zt_attest_daemon_free(zt_attest_daemon *d)
{
	if (!d)
		return;
	zt_error error = { 0 };
	if (d->announced && remove_endpoints(d, &error) != ZT_OK)
		(void)zt_log_error("attest", &error, "the endpoints file stays behind");
	zt_listener_free(d->operator_socket);
	zt_listener_free(d->device_port);
	zt_http_server_free(d->operator_server);
	zt_http_server_free(d->device_server);
	if (d->renewal)
		event_free(d->renewal);
	SSL_CTX_free(d->tls);
	zt_nonces_free(d->nonces);
	zt_attest_store_close(d->store);
	if (d->loop)
		event_base_free(d->loop);
	free(d);
}
