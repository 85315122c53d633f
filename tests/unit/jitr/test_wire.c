#include "zt_cmocka.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "jitr/http_socket.h"
#include "jitr/wire.h"

static void assert_split(const char *authority, const char *host, const char *port)
{
	char got_host[256], got_port[6];
	assert_ok(zt_wire_split(zt_view_of(authority), 443, got_host, got_port));
	assert_string_equal(got_host, host);
	assert_string_equal(got_port, port);
}

static void takes_host_and_port_apart(void **state)
{
	(void)state;
	assert_split("localhost:4566", "localhost", "4566");
	assert_split("iot.us-east-1.amazonaws.com", "iot.us-east-1.amazonaws.com", "443");
	assert_split("127.0.0.1:1", "127.0.0.1", "1");
	assert_split("[::1]:80", "::1", "80");
	assert_split("::1", "::1", "443");
	assert_split("host9", "host9", "443");
	static const char *const wrong[] = { "", ":80", "h:0", "h:65536", "h:99999999999999999999" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		char host[256], port[6];
		assert_status(zt_wire_split(zt_view_of(wrong[i]), 443, host, port), ZT_E_INVALID);
	}
}

/* A listening socket on a free port; the backlog takes connections without an accept. */
static int listen_anywhere(char ret_port[6])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	(void)snprintf(ret_port, 6, "%u", ntohs(address.sin_port));
	return fd;
}

static void a_closed_port_is_no_network(void **state)
{
	(void)state;
	char port[6];
	(void)close(listen_anywhere(port));
	zt_wire wire;
	zt_error error;
	assert_status(zt_wire_open("127.0.0.1", port, NULL, zt_time_mono_ms() + 5000, &wire, &error), ZT_E_NETWORK);
	assert_non_null(strstr(error.text, "refused"));
}

static void a_silent_server_is_left_at_the_deadline(void **state)
{
	(void)state;
	char port[6];
	int listener = listen_anywhere(port);
	ZT_CLEANUP(zt_wire_close) zt_wire wire = ZT_WIRE_CLOSED;
	assert_ok(zt_wire_open("127.0.0.1", port, NULL, zt_time_mono_ms() + 5000, &wire, NULL));
	assert_false(zt_wire_is_stale(&wire));
	uint8_t room[16];
	size_t n;
	assert_status(zt_wire_read(&wire, room, sizeof room, zt_time_mono_ms() + 20, &n), ZT_E_TIMEOUT);
	(void)close(listener);
}

static void a_wire_that_the_peer_closed_is_stale(void **state)
{
	(void)state;
	char port[6];
	int listener = listen_anywhere(port);
	ZT_CLEANUP(zt_wire_close) zt_wire wire = ZT_WIRE_CLOSED;
	assert_ok(zt_wire_open("127.0.0.1", port, NULL, zt_time_mono_ms() + 5000, &wire, NULL));
	(void)close(accept(listener, NULL, NULL));
	assert_ok(zt_wire_wait(wire.fd, 1 /* POLLIN */, zt_time_mono_ms() + 5000));
	assert_true(zt_wire_is_stale(&wire));
	(void)close(listener);
}

static zt_status perform(const char *origin)
{
	ZT_CLEANUP(zt_http_socket_freep) zt_http_socket *socket = NULL;
	assert_ok(zt_http_socket_new("/nonexistent/roots.pem", &socket));
	zt_aws_http seam = zt_http_socket_seam(socket);
	zt_aws_http_request request = {
		.method = "GET", .origin = origin, .target = "/", .deadline_ms = zt_time_mono_ms() + 5000
	};
	zt_aws_http_response response = { .body = ZT_STR(100) };
	zt_status status = seam.perform(seam.context, &request, &response, NULL);
	zt_aws_http_response_free(&response);
	return status;
}

static void https_without_roots_is_never_tried(void **state)
{
	(void)state;
	assert_status(perform("https://127.0.0.1:1"), ZT_E_CONFIG);
	assert_status(perform("ftp://127.0.0.1:1"), ZT_E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_host_and_port_apart),
		cmocka_unit_test(a_closed_port_is_no_network),
		cmocka_unit_test(a_silent_server_is_left_at_the_deadline),
		cmocka_unit_test(a_wire_that_the_peer_closed_is_stale),
		cmocka_unit_test(https_without_roots_is_never_tried),
	};
	return cmocka_run_group_tests_name("jitr/wire", tests, NULL, NULL);
}
