#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fs.h"
#include "net/listener.h"
#include "net/loop.h"
#include "zt_cmocka.h"

typedef struct {
	struct event_base *loop;
	evutil_socket_t fd;
	char peer[ZT_PEER_TEXT_MAX];
} seen;

static void keep(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	seen *s = context;
	assert_true(peer_len > 0);
	s->fd = fd;
	zt_peer_text(peer, s->peer);
	assert_int_equal(event_base_loopbreak(s->loop), 0);
}

static int connect_to(unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void accepted_socket_is_ready_for_a_loop(void **state)
{
	seen s = { .loop = zt_loop_new(), .fd = -1 };
	const zt_listener_spec spec = { .port = 0 };
	zt_listener *listener;
	zt_error error;
	(void)state;
	assert_ok(zt_listener_new(s.loop, &spec, keep, &s, &listener, &error));
	int fd = connect_to(zt_listener_port(listener));
	assert_int_equal(event_base_dispatch(s.loop), 0);
	int no_delay = 0;
	socklen_t n = sizeof no_delay;
	assert_int_equal(getsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &n), 0);
	assert_true(no_delay);
	assert_true(fcntl(s.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(s.fd, F_GETFD) & FD_CLOEXEC);
	assert_true(zt_view_starts(zt_view_of(s.peer), ZT_LIT("127.0.0.1:")));
	(void)close(s.fd);
	(void)close(fd);
	zt_listener_free(listener);
	event_base_free(s.loop);
}

static void taken_port_is_named_or_another_is_picked(void **state)
{
	struct event_base *loop = zt_loop_new();
	zt_listener *first, *second;
	zt_error error;
	char want[160];
	(void)state;
	assert_ok(zt_listener_new(loop, &(zt_listener_spec){ .port = 0 }, keep, NULL, &first, &error));
	zt_listener_spec same = { .port = zt_listener_port(first) };
	assert_status(zt_listener_new(loop, &same, keep, NULL, &second, &error), ZT_E_CONFIG);
	(void)snprintf(want, sizeof want,
		       "port %u is taken by another program: end it, choose another, or let --pick-ports choose",
		       same.port);
	assert_string_equal(error.text, want);
	same.pick = true;
	assert_ok(zt_listener_new(loop, &same, keep, NULL, &second, &error));
	assert_int_not_equal(zt_listener_port(second), same.port);
	assert_int_not_equal(zt_listener_port(second), 0);
	zt_listener_free(second);
	zt_listener_free(first);
	event_base_free(loop);
}

static void bad_address_and_port_are_refused(void **state)
{
	static const zt_listener_spec bad[] = {
		{ .address = "localhost" },
		{ .address = "127.0.0.256" },
		{ .address = "" },
		{ .port = 65536 },
	};
	struct event_base *loop = zt_loop_new();
	zt_listener *listener;
	zt_error error;
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(bad); i++)
		assert_status(zt_listener_new(loop, &bad[i], keep, NULL, &listener, &error), ZT_E_CONFIG);
	event_base_free(loop);
}

static void unix_socket_has_its_mode_and_goes_with_the_listener(void **state)
{
	seen s = { .loop = zt_loop_new(), .fd = -1 };
	char folder[] = "/tmp/zt-listen-XXXXXX";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct stat file;
	zt_listener *listener, *again;
	zt_error error;
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/s", folder);
	const zt_listener_spec spec = { .path = at.sun_path, .mode = 0600 };
	assert_ok(zt_listener_new(s.loop, &spec, keep, &s, &listener, &error));
	assert_int_equal(stat(at.sun_path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	assert_status(zt_listener_new(s.loop, &spec, keep, &s, &again, &error), ZT_E_CONFIG);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	while (s.fd < 0)
		assert_int_equal(event_base_loop(s.loop, EVLOOP_ONCE), 0);
	assert_string_equal(s.peer, "unix");
	(void)close(s.fd);
	(void)close(fd);
	zt_listener_free(listener);
	assert_int_equal(stat(at.sun_path, &file), -1);
	assert_ok(zt_path_remove(folder, &error));
	event_base_free(s.loop);
}

static void stale_socket_is_replaced_but_no_other_file(void **state)
{
	struct event_base *loop = zt_loop_new();
	char folder[] = "/tmp/zt-listen-XXXXXX";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	zt_listener *listener;
	zt_error error;
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/s", folder);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	(void)close(fd);
	const zt_listener_spec spec = { .path = at.sun_path, .mode = 0600 };
	assert_ok(zt_listener_new(loop, &spec, keep, NULL, &listener, &error));
	zt_listener_free(listener);
	assert_ok(zt_file_write(at.sun_path, ZT_LIT("precious"), 0600, &error));
	assert_status(zt_listener_new(loop, &spec, keep, NULL, &listener, &error), ZT_E_CONFIG);
	assert_int_equal(access(at.sun_path, F_OK), 0);
	assert_ok(zt_path_remove(folder, &error));
	event_base_free(loop);
}

static void path_of_108_bytes_is_refused(void **state)
{
	struct event_base *loop = zt_loop_new();
	char path[109];
	zt_listener *listener;
	zt_error error;
	(void)state;
	memset(path, 'a', 108);
	path[0] = '/';
	path[108] = 0;
	const zt_listener_spec spec = { .path = path, .mode = 0600 };
	assert_status(zt_listener_new(loop, &spec, keep, NULL, &listener, &error), ZT_E_CONFIG);
	event_base_free(loop);
}

/* Without a descriptor left the connection waits in the backlog, and is accepted once there is one. */
static void lack_of_descriptors_is_survived(void **state)
{
	seen s = { .loop = zt_loop_new(), .fd = -1 };
	zt_listener *listener;
	zt_error error;
	struct rlimit before, tight;
	(void)state;
	assert_ok(zt_listener_new(s.loop, &(zt_listener_spec){ .port = 0 }, keep, &s, &listener, &error));
	int fd = connect_to(zt_listener_port(listener));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	tight = (struct rlimit){ (rlim_t)fd + 1, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	assert_int_equal(event_base_loop(s.loop, EVLOOP_ONCE), 0);
	assert_int_equal(s.fd, -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	while (s.fd < 0)
		assert_int_equal(event_base_loop(s.loop, EVLOOP_ONCE), 0);
	(void)close(s.fd);
	(void)close(fd);
	zt_listener_free(listener);
	event_base_free(s.loop);
}

static void ipv6_peer_is_in_brackets(void **state)
{
	struct sockaddr_in6 peer = { .sin6_family = AF_INET6,
				     .sin6_port = htons(4711),
				     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	char text[ZT_PEER_TEXT_MAX];
	(void)state;
	zt_peer_text((struct sockaddr *)&peer, text);
	assert_string_equal(text, "[::1]:4711");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_socket_is_ready_for_a_loop),
		cmocka_unit_test(taken_port_is_named_or_another_is_picked),
		cmocka_unit_test(bad_address_and_port_are_refused),
		cmocka_unit_test(unix_socket_has_its_mode_and_goes_with_the_listener),
		cmocka_unit_test(stale_socket_is_replaced_but_no_other_file),
		cmocka_unit_test(path_of_108_bytes_is_refused),
		cmocka_unit_test(lack_of_descriptors_is_survived),
		cmocka_unit_test(ipv6_peer_is_in_brackets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
