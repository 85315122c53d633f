#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "port/linux/tls_context.h"
#include "port/linux/tls_stream.h"
#include "port/linux/transport.h"
#include "unit/port/bench.h"

static zt_linux_transport transport;
static zt_identity_files identity;
static int64_t jump_ms; /* how far the test's clocks run ahead */

static int64_t wall_ms(void *context)
{
	(void)context;
	return zt_time_now_ms() + jump_ms;
}

static int64_t mono_ms(void *context)
{
	(void)context;
	return zt_time_mono_ms() + jump_ms;
}

static const zt_clock test_clock = { wall_ms, mono_ms, NULL };

/* The pair of client.pem and this key, or none when they do not belong together. */
static void show(const char *key)
{
	zt_identity_info info;
	zt_identity_files_deinit(&identity);
	zt_identity seam =
	    zt_identity_from_files(&identity, &(zt_identity_source){ .certificate_file = bench_path("client.pem"),
								     .key_file = bench_path(key),
								     .roots = transport.roots });
	(void)!seam.current(seam.context, &info);
	transport.identity = &identity;
}

static void use(const char *ca_file, uint16_t port)
{
	zt_error error;
	jump_ms = 0;
	assert_ok(
	    zt_linux_transport_init(&transport, "localhost", port, port, bench_path(ca_file), test_clock, &error));
	show("client.key");
}

/* Opens as a device does, waiting in poll between the calls. */
static zt_status open_by(const zt_transport *seam, zt_route route)
{
	for (;;) {
		zt_status status = seam->open(seam->context, route);
		if (status != ZT_E_AGAIN)
			return status;
		struct pollfd ready = { .fd = zt_tls_stream_fd(&transport.stream),
					.events = zt_tls_stream_poll_events(&transport.stream) };
		if (poll(&ready, 1, BENCH_DEADLINE_MS) == 0)
			fail_msg("the stream neither opens nor fails");
	}
}

static zt_status open_once(void)
{
	zt_transport seam = zt_linux_transport_seam(&transport);
	return open_by(&seam, ZT_ROUTE_MQTT);
}

/* The next result of recv that is not "nothing now". */
static int32_t receive_something(uint8_t *bytes, size_t n)
{
	for (;;) {
		int32_t got = zt_tls_stream_recv(&transport.stream, bytes, n);
		if (got != 0)
			return got;
		struct pollfd ready = { .fd = zt_tls_stream_fd(&transport.stream), .events = POLLIN };
		if (poll(&ready, 1, BENCH_DEADLINE_MS) == 0)
			fail_msg("the server says nothing");
	}
}

static void assert_open(const char *certificate, const char *ca_file, const char *const options[4], zt_status expected,
			const char *detail)
{
	bench_server server = bench_s_server(certificate, options);
	use(ca_file, server.port);
	assert_status(open_once(), expected);
	if (!strstr(transport.stream.error.text, detail))
		fail_msg("\"%s\" does not say \"%s\"", transport.stream.error.text, detail);
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

static void a_trusted_server_is_accepted(void **state)
{
	(void)state;
	assert_open("server", "root.pem", NULL, ZT_OK, "");
}

static void tls_1_2_alone_and_1_3_alone_are_spoken(void **state)
{
	(void)state;
	assert_open("server", "root.pem", (const char *const[4]){ "-tls1_2" }, ZT_OK, "");
	assert_open("server", "root.pem", (const char *const[4]){ "-tls1_3" }, ZT_OK, "");
}

static void tls_1_1_is_not(void **state)
{
	(void)state;
	assert_open("server", "root.pem", (const char *const[4]){ "-tls1_1", "-cipher", "ALL:@SECLEVEL=0" }, ZT_E_TLS,
		    "");
}

static void another_name_is_refused(void **state)
{
	(void)state;
	assert_open("wrong-host", "root.pem", NULL, ZT_E_TLS, "hostname mismatch");
}

static void an_unknown_root_is_refused(void **state)
{
	(void)state;
	assert_open("server", "other-root.pem", NULL, ZT_E_TLS, "issuer certificate");
}

static void an_expired_server_is_refused(void **state)
{
	(void)state;
	assert_open("expired", "root.pem", NULL, ZT_E_TLS, "expired");
}

/* Both chains that AWS's ATS endpoints have sent (AWS IoT, "Server authentication"; AWS Security Blog on the end of
 * the Starfield Class 2 cross-signature) against a bundle of the same form as the built-in one. */
static void both_shapes_of_chain_are_verified_by_one_bundle(void **state)
{
	(void)state;
	static const char *const chains[] = { "chain-new.pem", "chain-old.pem" };
	for (size_t i = 0; i < ZT_COUNT(chains); i++) {
		const char *const options[4] = { "-cert_chain", bench_path(chains[i]) };
		assert_open("ats", "bundle.pem", options, ZT_OK, "");
		assert_open("ats", "A.pem", options, ZT_OK, "");
		assert_open("ats", "root.pem", options, ZT_E_TLS, "certificate");
	}
}

/* The clock of the device decides, not the machine's. */
static void time_is_the_seams(void **state)
{
	(void)state;
	bench_server server = bench_s_server("server", NULL);
	use("root.pem", server.port);
	jump_ms = INT64_C(10) * 24 * 3600 * 1000;
	assert_status(open_once(), ZT_E_TLS);
	assert_non_null(strstr(transport.stream.error.text, "expired"));
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

static void the_name_is_sent_and_the_certificate_shown(void **state)
{
	(void)state;
	bench_server server = bench_s_server("server", (const char *const[4]){ "-tlsextdebug", "-Verify", "1" });
	use("root.pem", server.port);
	assert_ok(open_once());
	/* RFC 6066 §3: list length, type, length, and the nine bytes of "localhost". */
	bench_expect(&server, "\"server name\" (id=0), len=14");
	bench_expect(&server, "CN = device-1");
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

static void alpn_is_sent_when_asked_for(void **state)
{
	(void)state;
	bench_server server = bench_s_server("server", (const char *const[4]){ "-alpn", "x-amzn-mqtt-ca" });
	use("root.pem", server.port);
	SSL_CTX *context = NULL;
	assert_ok(zt_tls_context_new(transport.roots, &context, NULL));
	zt_status status = zt_tls_stream_start(&transport.stream, context, "localhost", server.port, "x-amzn-mqtt-ca");
	assert_true(status == ZT_OK || status == ZT_E_AGAIN);
	assert_ok(open_once());
	bench_expect(&server, "ALPN protocols selected: x-amzn-mqtt-ca");
	SSL_CTX_free(context);
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

static void where_the_first_port_is_closed_alpn_is_tried(void **state)
{
	(void)state;
	bench_server server = bench_s_server("server", (const char *const[4]){ "-alpn", "x-amzn-http-ca" });
	use("root.pem", bench_free_port());
	transport.alpn_port = server.port;
	zt_transport seam = zt_linux_transport_seam(&transport);
	assert_ok(open_by(&seam, ZT_ROUTE_HTTPS));
	bench_expect(&server, "ALPN protocols selected: x-amzn-http-ca");
	seam.close(seam.context);
	/* It is gone to first the next time. */
	transport.https_port = 1;
	assert_ok(open_by(&seam, ZT_ROUTE_HTTPS));
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

static void where_both_are_closed_the_network_is_at_fault(void **state)
{
	(void)state;
	use("root.pem", bench_free_port());
	transport.alpn_port = bench_free_port();
	zt_transport seam = zt_linux_transport_seam(&transport);
	assert_status(open_by(&seam, ZT_ROUTE_MQTT), ZT_E_NETWORK);
	zt_linux_transport_deinit(&transport);
}

/* TLS 1.2: the server refuses our certificate in the handshake. That is a refusal of the device, not of the server. */
static void a_refusal_of_our_certificate_is_no_distrust(void **state)
{
	(void)state;
	bench_server server =
	    bench_s_server("server", (const char *const[4]){ "-tls1_2", "-Verify", "1", "-verify_return_error" });
	use("root.pem", server.port);
	assert_status(open_once(), ZT_E_CLOSED);
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

/* TLS 1.3: the handshake is over for us before the server has seen our certificate. */
static void in_tls_1_3_it_shows_at_the_first_read(void **state)
{
	(void)state;
	uint8_t byte;
	bench_server server =
	    bench_s_server("server", (const char *const[4]){ "-tls1_3", "-Verify", "1", "-verify_return_error" });
	use("root.pem", server.port);
	assert_ok(open_once());
	assert_int_equal(receive_something(&byte, 1), ZT_IO_BROKEN);
	zt_linux_transport_deinit(&transport);
	bench_stop(&server);
}

static void nobody_at_the_port_is_a_network_error(void **state)
{
	(void)state;
	use("root.pem", bench_free_port());
	assert_status(open_once(), ZT_E_NETWORK);
	assert_non_null(strstr(transport.stream.error.text, "refused"));
	zt_linux_transport_deinit(&transport);
}

static void an_unknown_name_is_a_network_error(void **state)
{
	(void)state;
	zt_tls_stream *stream = &transport.stream;
	SSL_CTX *context = NULL;
	use("root.pem", 1);
	assert_ok(zt_tls_context_new(transport.roots, &context, NULL));
	assert_status(zt_tls_stream_start(stream, context, "no-such-host.invalid", 1, NULL), ZT_E_NETWORK);
	assert_non_null(strstr(stream->error.text, "no-such-host.invalid"));
	SSL_CTX_free(context);
	zt_linux_transport_deinit(&transport);
}

static void an_unusable_identity_is_told_before_connecting(void **state)
{
	(void)state;
	use("root.pem", 1);
	show("client-2.key");
	assert_status(open_once(), ZT_E_CREDENTIALS);
	show("nowhere.key");
	assert_status(open_once(), ZT_E_CREDENTIALS);
	zt_linux_transport_deinit(&transport);
}

/* A plain listener that we drive ourselves: it accepts, says something or nothing, and closes or waits. */
typedef struct {
	int fd;
	uint16_t port;
	const char *says;
	bool waits;
} plain_server;

static void *serve_plain(void *context)
{
	plain_server *server = context;
	char sink[4096];
	int peer = accept(server->fd, NULL, NULL);
	while (server->waits && read(peer, sink, sizeof sink) > 0)
		;
	/* The ClientHello is read first: closing on unread bytes would be a reset. */
	if (!server->waits && read(peer, sink, sizeof sink) > 0 && server->says[0])
		assert_true(write(peer, server->says, strlen(server->says)) > 0);
	(void)close(peer);
	return NULL;
}

static pthread_t start_plain(plain_server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	pthread_t thread;
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(server->fd, 4), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &n), 0);
	server->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&thread, NULL, serve_plain, server), 0);
	return thread;
}

static void end_plain(plain_server *server, pthread_t thread)
{
	zt_linux_transport_deinit(&transport);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(close(server->fd), 0);
}

static void a_server_that_hangs_up_in_the_handshake(void **state)
{
	(void)state;
	plain_server server = { .says = "" };
	pthread_t thread = start_plain(&server);
	use("root.pem", server.port);
	assert_status(open_once(), ZT_E_CLOSED);
	end_plain(&server, thread);
}

static void a_server_that_speaks_no_tls(void **state)
{
	(void)state;
	plain_server server = { .says = "HTTP/1.1 400 Bad Request\r\n\r\n" };
	pthread_t thread = start_plain(&server);
	use("root.pem", server.port);
	assert_status(open_once(), ZT_E_TLS);
	end_plain(&server, thread);
}

static void a_server_that_says_nothing_times_out(void **state)
{
	(void)state;
	plain_server server = { .says = "", .waits = true };
	pthread_t thread = start_plain(&server);
	use("root.pem", server.port);
	zt_transport seam = zt_linux_transport_seam(&transport);
	assert_status(seam.open(seam.context, ZT_ROUTE_MQTT), ZT_E_AGAIN);
	jump_ms = ZT_OPEN_MS;
	assert_status(seam.open(seam.context, ZT_ROUTE_MQTT), ZT_E_TIMEOUT);
	end_plain(&server, thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trusted_server_is_accepted),
		cmocka_unit_test(tls_1_2_alone_and_1_3_alone_are_spoken),
		cmocka_unit_test(tls_1_1_is_not),
		cmocka_unit_test(another_name_is_refused),
		cmocka_unit_test(an_unknown_root_is_refused),
		cmocka_unit_test(an_expired_server_is_refused),
		cmocka_unit_test(both_shapes_of_chain_are_verified_by_one_bundle),
		cmocka_unit_test(time_is_the_seams),
		cmocka_unit_test(the_name_is_sent_and_the_certificate_shown),
		cmocka_unit_test(alpn_is_sent_when_asked_for),
		cmocka_unit_test(where_the_first_port_is_closed_alpn_is_tried),
		cmocka_unit_test(where_both_are_closed_the_network_is_at_fault),
		cmocka_unit_test(a_refusal_of_our_certificate_is_no_distrust),
		cmocka_unit_test(in_tls_1_3_it_shows_at_the_first_read),
		cmocka_unit_test(nobody_at_the_port_is_a_network_error),
		cmocka_unit_test(an_unknown_name_is_a_network_error),
		cmocka_unit_test(an_unusable_identity_is_told_before_connecting),
		cmocka_unit_test(a_server_that_hangs_up_in_the_handshake),
		cmocka_unit_test(a_server_that_speaks_no_tls),
		cmocka_unit_test(a_server_that_says_nothing_times_out),
	};
	int failed = cmocka_run_group_tests(tests, bench_begin, bench_end);
	zt_identity_files_deinit(&identity);
	return failed;
}
