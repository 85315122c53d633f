/* An MQTT 3.1.1 client of many connections over mutual TLS, the same for any broker: what a gateway is measured with.
 *
 * bench_load connect PORT CA LIST PROCESSES    each connects one after another, each time with another certificate
 * bench_load publish PORT CA LIST CONNECTIONS BYTES IN-FLIGHT MESSAGES
 * bench_load idle    PORT CA LIST CONNECTIONS                  until stdin ends
 * bench_load fan-out PORT CA LIST SUBSCRIBERS MESSAGES
 * LIST has a line "CERTIFICATE-FILE KEY-FILE" for each certificate; connections take them in turn. Prints JSON. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	IDENTITIES_MAX = 4096,
	CONNECTIONS_MAX = 16000,
	IN_FLIGHT_MAX = 64,
	BYTES_MAX = 64 * 1024,
	INBOX_BYTES = 512,
	KEEP_ALIVE_S = 1200,
	EVENTS_AT_ONCE = 64,
	PATIENCE_MS = 30000,
};

typedef struct {
	SSL *tls;
	uint8_t inbox[INBOX_BYTES];
	size_t held;
	int64_t sent_us[IN_FLIGHT_MAX];
	unsigned next_id, in_flight;
} connection;

static struct {
	SSL_CTX *identities[IDENTITIES_MAX];
	size_t identity_count;
	uint16_t port;
	int epoll;
	connection *connections;
	uint8_t packet[BYTES_MAX + 64]; /* PUBLISH, but for its packet identifier */
	size_t packet_n, id_at;
	int64_t *times_us;
	size_t done, wanted, sent;
} load;

static int64_t now_us(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench_load: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);
	require(memory != NULL, "out of memory");
	return memory;
}

static void read_identities(const char *ca, const char *list)
{
	char certificate[512], key[512];
	FILE *file = fopen(list, "re");
	require(file != NULL, list);
	while (load.identity_count < IDENTITIES_MAX && fscanf(file, "%511s %511s", certificate, key) == 2) {
		SSL_CTX *context = SSL_CTX_new(TLS_client_method());
		require(context && SSL_CTX_use_certificate_chain_file(context, certificate) == 1, certificate);
		require(SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1, key);
		require(SSL_CTX_load_verify_file(context, ca) == 1, ca);
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
		(void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
		load.identities[load.identity_count++] = context;
	}
	(void)fclose(file);
	require(load.identity_count > 0, "the list is empty");
}

/* Waits for the server where it must, which always reads. */
static void write_all(connection *c, const uint8_t *bytes, size_t n)
{
	for (int wrote; (wrote = SSL_write(c->tls, bytes, (int)n)) != (int)n;) {
		struct pollfd writable = { .fd = SSL_get_fd(c->tls), .events = POLLOUT };
		require(SSL_get_error(c->tls, wrote) == SSL_ERROR_WANT_WRITE, "SSL_write");
		require(poll(&writable, 1, PATIENCE_MS) == 1, "the server does not read for 30 s");
	}
}

static void read_exactly(connection *c, uint8_t *bytes, size_t n)
{
	for (size_t got = 0; got < n;) {
		int more = SSL_read(c->tls, bytes + got, (int)(n - got));
		require(more > 0, "the server closed the connection");
		got += (size_t)more;
	}
}

static size_t put_connect(uint8_t *packet, const char *client_id)
{
	const size_t n = strlen(client_id);
	const uint8_t head[] = {
		0x10, (uint8_t)(12 + n), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, KEEP_ALIVE_S >> 8, KEEP_ALIVE_S & 0xFF,
		0,    (uint8_t)n
	};
	memcpy(packet, head, sizeof head);
	memcpy(packet + sizeof head, client_id, n);
	return sizeof head + n;
}

/* Up to CONNACK, blocking. */
static void open_connection(connection *c, size_t index)
{
	uint8_t packet[128], connack[4];
	char client_id[32];
	const int on = 1;
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(load.port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c->tls = SSL_new(load.identities[index % load.identity_count]);
	require(c->tls && SSL_set_fd(c->tls, fd) == 1 && SSL_set1_host(c->tls, "localhost") == 1 &&
		    SSL_set_tlsext_host_name(c->tls, "localhost") == 1 && SSL_connect(c->tls) == 1,
		"handshake");
	(void)snprintf(client_id, sizeof client_id, "bench-%zu", index);
	write_all(c, packet, put_connect(packet, client_id));
	read_exactly(c, connack, sizeof connack);
	require(connack[0] == 0x20 && connack[3] == 0, "CONNACK");
}

static void close_connection(connection *c)
{
	static const uint8_t disconnect[] = { 0xE0, 0 };
	int fd = SSL_get_fd(c->tls);
	write_all(c, disconnect, sizeof disconnect);
	SSL_free(c->tls);
	(void)close(fd);
}

static int connect_every(size_t first, size_t step)
{
	for (size_t i = first; i < load.identity_count; i += step) {
		connection c = { 0 };
		open_connection(&c, i);
		close_connection(&c);
	}
	return 0;
}

static int run_connect(size_t processes)
{
	const int64_t began = now_us();
	require(processes > 0 && processes <= load.identity_count, "PROCESSES");
	for (size_t i = 0; i < processes; i++) {
		pid_t child = fork();
		require(child >= 0, "fork");
		if (child == 0)
			exit(connect_every(i, processes));
	}
	for (int status; wait(&status) > 0;)
		require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a process of the load failed");
	const double seconds = (double)(now_us() - began) / 1e6;
	(void)printf("{\"connects\":%zu,\"perSecond\":%.1f}\n", load.identity_count,
		     (double)load.identity_count / seconds);
	return 0;
}

static void make_publish(size_t bytes, unsigned qos)
{
	static const char topic[] = "bench/room";
	size_t left = 2 + sizeof topic - 1 + (qos ? 2 : 0) + bytes, n = 1;
	load.packet[0] = (uint8_t)(0x30 | qos << 1);
	for (; left >= 128; left /= 128)
		load.packet[n++] = (uint8_t)(left % 128 | 128);
	load.packet[n++] = (uint8_t)left;
	load.packet[n++] = 0;
	load.packet[n++] = sizeof topic - 1;
	memcpy(load.packet + n, topic, sizeof topic - 1);
	n += sizeof topic - 1;
	load.id_at = n;
	n += qos ? 2 : 0;
	memset(load.packet + n, 'x', bytes);
	load.packet_n = n + bytes;
}

static void publish_one(connection *c)
{
	const unsigned id = c->next_id++ % IN_FLIGHT_MAX;
	load.packet[load.id_at] = 0;
	load.packet[load.id_at + 1] = (uint8_t)(id + 1);
	c->sent_us[id] = now_us();
	c->in_flight++;
	load.sent++;
	write_all(c, load.packet, load.packet_n);
}

static void take_answer(connection *c, const uint8_t *packet)
{
	if (packet[0] >> 4 == 4) { /* PUBACK */
		c->in_flight--;
		load.times_us[load.done] = now_us() - c->sent_us[packet[3] - 1u];
	}
	load.done++;
}

/* Whole packets alone: PUBACK and small PUBLISH. */
static void take_answers(connection *c)
{
	size_t at = 0;
	while (c->held - at >= 2 && c->held - at >= 2u + c->inbox[at + 1]) {
		take_answer(c, c->inbox + at);
		at += 2u + c->inbox[at + 1];
	}
	c->held -= at;
	memmove(c->inbox, c->inbox + at, c->held);
}

/* All that has come, by one read: what is measured is the server, and this process shares the machine with it. */
static void read_answers(connection *c)
{
	do {
		int n = SSL_read(c->tls, c->inbox + c->held, (int)(sizeof c->inbox - c->held));
		if (n <= 0) {
			require(SSL_get_error(c->tls, n) == SSL_ERROR_WANT_READ, "the server closed the connection");
			return;
		}
		c->held += (size_t)n;
		take_answers(c);
	} while (SSL_has_pending(c->tls));
}

static void watch(connection *c)
{
	int fd = SSL_get_fd(c->tls), flags = fcntl(fd, F_GETFL);
	require(fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0, "fcntl");
	SSL_set_read_ahead(c->tls, 1);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	require(epoll_ctl(load.epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void fill(connection *c, unsigned in_flight)
{
	while (c->in_flight < in_flight && load.sent < load.wanted)
		publish_one(c);
}

static void run_until_done(unsigned in_flight)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	while (load.done < load.wanted) {
		int n = epoll_wait(load.epoll, events, EVENTS_AT_ONCE, PATIENCE_MS);
		require(n > 0 || errno == EINTR, "no answer within 30 s");
		for (int i = 0; i < n; i++) {
			read_answers(events[i].data.ptr);
			fill(events[i].data.ptr, in_flight);
		}
	}
}

static void open_connections(size_t count)
{
	require(count > 0 && count <= CONNECTIONS_MAX, "CONNECTIONS");
	load.connections = allocate(count, sizeof *load.connections);
	for (size_t i = 0; i < count; i++)
		open_connection(&load.connections[i], i);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static void print_times(const char *unit, double rate)
{
	qsort(load.times_us, load.wanted, sizeof *load.times_us, by_size);
	(void)printf("{\"%s\":%.1f,\"p50Us\":%lld,\"p99Us\":%lld}\n", unit, rate,
		     (long long)load.times_us[load.wanted / 2], (long long)load.times_us[load.wanted * 99 / 100]);
}

static int run_publish(size_t count, size_t bytes, unsigned in_flight, size_t messages)
{
	require(bytes <= BYTES_MAX && in_flight > 0 && in_flight <= IN_FLIGHT_MAX && messages > 0, "arguments");
	make_publish(bytes, 1);
	open_connections(count);
	load.wanted = messages;
	load.times_us = allocate(messages, sizeof *load.times_us);
	for (size_t i = 0; i < count; i++)
		watch(&load.connections[i]);
	const int64_t began = now_us();
	for (size_t i = 0; i < count; i++)
		fill(&load.connections[i], in_flight);
	run_until_done(in_flight);
	print_times("perSecond", (double)messages * 1e6 / (double)(now_us() - began));
	return 0;
}

static int run_idle(size_t count)
{
	char byte;
	open_connections(count);
	(void)printf("{\"connections\":%zu}\n", count);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

static void subscribe(connection *c)
{
	static const uint8_t packet[] = { 0x82, 15, 0, 1, 0, 10, 'b', 'e', 'n', 'c', 'h', '/', 'r', 'o', 'o', 'm', 0 };
	uint8_t suback[5];
	write_all(c, packet, sizeof packet);
	read_exactly(c, suback, sizeof suback);
	require(suback[0] == 0x90 && suback[4] == 0, "SUBACK");
}

/* The last connection publishes; each message has reached everybody before the next is sent. */
static int run_fan_out(size_t subscribers, size_t messages)
{
	make_publish(64, 0);
	open_connections(subscribers + 1);
	load.times_us = allocate(messages, sizeof *load.times_us);
	for (size_t i = 0; i < subscribers; i++) {
		subscribe(&load.connections[i]);
		watch(&load.connections[i]);
	}
	const int64_t began = now_us();
	for (size_t i = 0; i < messages; i++) {
		const int64_t sent = now_us();
		write_all(&load.connections[subscribers], load.packet, load.packet_n);
		load.wanted = load.done + subscribers;
		load.sent = load.wanted;
		run_until_done(1);
		load.times_us[i] = now_us() - sent;
	}
	load.wanted = messages;
	print_times("deliveriesPerSecond", (double)(messages * subscribers) * 1e6 / (double)(now_us() - began));
	return 0;
}

static size_t number(const char *text)
{
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	require(argc >= 5, "see the head of its source for how to call it");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	load.port = (uint16_t)number(argv[2]);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	read_identities(argv[3], argv[4]);
	if (strcmp(argv[1], "connect") == 0 && argc == 6)
		return run_connect(number(argv[5]));
	if (strcmp(argv[1], "publish") == 0 && argc == 9)
		return run_publish(number(argv[5]), number(argv[6]), (unsigned)number(argv[7]), number(argv[8]));
	if (strcmp(argv[1], "idle") == 0 && argc == 6)
		return run_idle(number(argv[5]));
	if (strcmp(argv[1], "fan-out") == 0 && argc == 7)
		return run_fan_out(number(argv[5]), number(argv[6]));
	require(false, "see the head of its source for how to call it");
	return 2;
}
