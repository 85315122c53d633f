#include "unit/port/bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/process.h"
#include "base/timefmt.h"

static char printed[65536];
static size_t printed_n;
static char folder[] = "/tmp/zt-port-XXXXXX";

static void run(const char *program, const char *argument)
{
	char *const argv[] = { (char *)program, (char *)argument, NULL };
	pid_t pid;
	int code = -1;
	assert_ok(zt_process_start(&(zt_process_spec){ .path = program,
						       .argv = argv,
						       .stdin_fd = -1,
						       .stdout_fd = -1,
						       .stderr_fd = -1,
						       .die_with_parent = true },
				   &pid, NULL));
	assert_ok(zt_process_wait(pid, BENCH_DEADLINE_MS, &code));
	assert_int_equal(code, 0);
}

int bench_begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	run(ZT_SOURCE_DIR "/tests/unit/port/make_certificates", folder);
	return 0;
}

int bench_end(void **state)
{
	(void)state;
	return zt_path_remove(folder, NULL) == ZT_OK ? 0 : -1;
}

const char *bench_path(const char *name)
{
	static char paths[8][BENCH_PATH_MAX];
	static unsigned turn;
	char *path = paths[turn++ % ZT_COUNT(paths)];
	int n = snprintf(path, BENCH_PATH_MAX, "%s/%s", folder, name);
	assert_in_range(n, 1, BENCH_PATH_MAX - 1);
	return path;
}

static bench_server start(char *const *argv)
{
	bench_server server = { 0 };
	int input[2], output[2];
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	assert_ok(zt_process_start(&(zt_process_spec){ .path = argv[0],
						       .argv = argv,
						       .stdin_fd = input[0],
						       .stdout_fd = output[1],
						       .stderr_fd = output[1],
						       .die_with_parent = true },
				   &server.pid, NULL));
	assert_int_equal(close(input[0]), 0);
	assert_int_equal(close(output[1]), 0);
	printed_n = 0;
	server.in = input[1];
	server.out = output[0];
	return server;
}

static ssize_t read_more(int fd)
{
	return read(fd, printed + printed_n, sizeof printed - 1 - printed_n);
}

/* What the server that was started last has printed so far, read until `wanted` is in it. */
static const char *read_until(bench_server *server, const char *wanted)
{
	int64_t until_ms = zt_time_mono_ms() + BENCH_DEADLINE_MS;
	for (;;) {
		struct pollfd ready = { .fd = server->out, .events = POLLIN };
		printed[printed_n] = 0;
		char *found = strstr(printed, wanted);
		if (found)
			return found;
		int64_t left_ms = until_ms - zt_time_mono_ms();
		ssize_t got = left_ms > 0 && poll(&ready, 1, (int)left_ms) > 0 ? read_more(server->out) : 0;
		if (got <= 0)
			fail_msg("the server did not print \"%s\" but: %s", wanted, printed);
		printed_n += (size_t)got;
	}
}

bench_server bench_s_server(const char *certificate, const char *const options[4])
{
	char pem[BENCH_PATH_MAX], key[BENCH_PATH_MAX];
	(void)snprintf(pem, sizeof pem, "%s/%s.pem", folder, certificate);
	(void)snprintf(key, sizeof key, "%s/%s.key", folder, certificate);
	char *argv[24] = { "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pem, "-key", key };
	for (size_t i = 0; options && i < 4; i++)
		argv[8 + i] = (char *)options[i];
	bench_server server = start(argv);
	const char *port = read_until(&server, "ACCEPT 127.0.0.1:") + strlen("ACCEPT 127.0.0.1:");
	server.port = (uint16_t)strtoul(port, NULL, 10);
	assert_int_not_equal(server.port, 0);
	return server;
}

static int bind_any(struct sockaddr_in *ret)
{
	socklen_t n = sizeof *ret;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (const struct sockaddr *)ret, sizeof *ret), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &n), 0);
	return fd;
}

uint16_t bench_free_port(void)
{
	struct sockaddr_in address;
	assert_int_equal(close(bind_any(&address)), 0);
	return ntohs(address.sin_port);
}

bench_server bench_mosquitto(void)
{
	char text[1024];
	uint16_t port = bench_free_port();
	int n = snprintf(
	    text, sizeof text,
	    "listener %u 127.0.0.1\nuser root\ncafile %s/root.pem\ncertfile %s/server.pem\nkeyfile %s/server.key\n"
	    "require_certificate true\nuse_identity_as_username true\n",
	    port, folder, folder, folder);
	assert_ok(zt_file_write(bench_path("mosquitto.conf"), zt_view_make(text, (size_t)n), 0644, NULL));
	char *const argv[] = { "/usr/sbin/mosquitto", "-c", (char *)bench_path("mosquitto.conf"), NULL };
	bench_server server = start(argv);
	server.port = port;
	(void)read_until(&server, "running");
	return server;
}

void bench_expect(bench_server *server, const char *wanted)
{
	(void)read_until(server, wanted);
}

void bench_stop(bench_server *server)
{
	zt_process_stop(server->pid, BENCH_DEADLINE_MS);
	(void)close(server->in);
	(void)close(server->out);
	server->pid = 0;
}
