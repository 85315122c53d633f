/* A folder with certificates of openssl's making, and servers that we did not write. */
#ifndef ZT_TESTS_PORT_BENCH_H
#define ZT_TESTS_PORT_BENCH_H

#include <sys/types.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/clock.h"

enum { BENCH_PATH_MAX = 256, BENCH_DEADLINE_MS = 15 * 1000 };

/* Once for a test program: makes the folder and the certificates; ends it again. */
int bench_begin(void **state);
int bench_end(void **state);
/* "folder/name", one of a few buffers that are used in turn. */
const char *bench_path(const char *name);

typedef struct {
	pid_t pid;
	uint16_t port;
	int in;  /* held open: s_server ends a connection when its input ends */
	int out; /* its output */
} bench_server;

/* openssl s_server with this certificate and up to four more options, waiting at a port of its choice. */
bench_server bench_s_server(const char *certificate, const char *const options[4]);
/* mosquitto with mutual TLS. */
bench_server bench_mosquitto(void);
/* What the server has printed; waits until it has `wanted` in it. */
void bench_expect(bench_server *server, const char *wanted);
void bench_stop(bench_server *server);
/* A port at which nobody listens. */
uint16_t bench_free_port(void);

#endif
