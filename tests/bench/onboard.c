/* Onboards many devices with the real device library, some at a time, each with a certificate that was never seen.
 *
 * bench_onboard HOST PORT CA-FILE CONCURRENCY TOPIC < LIST, a line "CERTIFICATE-FILE KEY-FILE" a device. Prints one
 * JSON object: milliseconds from first connect to accepted message, and how many attempts that took. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "port/linux/client.h"

enum { DEVICES_MAX = 10000, LINE_MAX_BYTES = 4096, PATIENCE_MS = 60000, WAIT_MS = 1000 };

typedef struct {
	char certificate[LINE_MAX_BYTES], key[LINE_MAX_BYTES];
	int64_t took_us;
	uint32_t attempts;
} device;

static struct {
	const char *host, *ca_file, *topic;
	uint16_t port;
	device *devices;
	size_t count, next;
	pthread_mutex_t lock;
} bench = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int64_t now_us(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void onboard(device *d)
{
	const zt_client_spec spec = { .route = ZT_ROUTE_HTTPS,
				      .host = bench.host,
				      .https_port = bench.port,
				      .ca_file = bench.ca_file,
				      .certificate_file = d->certificate,
				      .key_file = d->key };
	const zt_message message = { .topic = zt_view_of(bench.topic),
				     .payload = ZT_LIT("{\"state\":{\"reported\":{\"LED\":\"ON\"}}}"),
				     .qos = 1 };
	zt_client *client = NULL;
	zt_error error = { 0 };
	zt_event event = { 0 };
	if (zt_client_new(&spec, &client, &error) != ZT_OK || zt_client_publish(client, &message, &error) != ZT_OK) {
		(void)fprintf(stderr, "%s: %s\n", d->certificate, error.text);
		exit(1);
	}
	const int64_t began = now_us();
	while (event.kind != ZT_EVENT_PUBLISHED && now_us() - began < PATIENCE_MS * 1000LL) {
		zt_client_wait(client, WAIT_MS, &event);
		if (event.kind == ZT_EVENT_CONNECTING)
			d->attempts = event.attempts;
		if (event.kind == ZT_EVENT_NOT_PUBLISHED)
			break;
	}
	if (event.kind != ZT_EVENT_PUBLISHED) {
		(void)fprintf(stderr, "%s: not onboarded: %s\n", d->certificate, zt_reason_text(event.reason));
		exit(1);
	}
	d->took_us = now_us() - began;
	zt_client_free(client);
}

static void *work(void *unused)
{
	(void)unused;
	for (;;) {
		(void)pthread_mutex_lock(&bench.lock);
		size_t mine = bench.next < bench.count ? bench.next++ : bench.count;
		(void)pthread_mutex_unlock(&bench.lock);
		if (mine == bench.count)
			return NULL;
		onboard(&bench.devices[mine]);
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = ((const device *)a)->took_us, y = ((const device *)b)->took_us;
	return x < y ? -1 : x > y;
}

static void read_list(void)
{
	char line[2 * LINE_MAX_BYTES];
	while (bench.count < DEVICES_MAX && fgets(line, sizeof line, stdin)) {
		device *d = &bench.devices[bench.count++];
		if (sscanf(line, "%4095s %4095s", d->certificate, d->key) != 2)
			exit(2);
	}
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	if (argc != 6) {
		(void)fprintf(stderr, "usage: %s HOST PORT CA-FILE CONCURRENCY TOPIC < LIST\n", argv[0]);
		return 2;
	}
	long concurrency = strtol(argv[4], NULL, 10);
	if (concurrency < 1 || concurrency > 64)
		return 2;
	bench.host = argv[1];
	bench.port = (uint16_t)strtoul(argv[2], NULL, 10);
	bench.ca_file = argv[3];
	bench.topic = argv[5];
	bench.devices = calloc(DEVICES_MAX, sizeof *bench.devices);
	if (!bench.devices)
		return 1;
	read_list();
	const int64_t began = now_us();
	for (long i = 0; i < concurrency; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	for (long i = 0; i < concurrency; i++)
		(void)pthread_join(threads[i], NULL);
	const double seconds = (double)(now_us() - began) / 1e6;
	uint64_t attempts = 0;
	for (size_t i = 0; i < bench.count; i++)
		attempts += bench.devices[i].attempts;
	qsort(bench.devices, bench.count, sizeof *bench.devices, by_time);
	(void)printf(
	    "{\"devices\":%zu,\"seconds\":%.3f,\"perSecond\":%.1f,\"p50Ms\":%.1f,\"p99Ms\":%.1f,\"attempts\":%.2f}\n",
	    bench.count, seconds, (double)bench.count / seconds,
	    (double)bench.devices[bench.count / 2].took_us / 1000.0,
	    (double)bench.devices[bench.count * 99 / 100].took_us / 1000.0, (double)attempts / (double)bench.count);
	free(bench.devices);
	return 0;
}
