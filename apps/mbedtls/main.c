/* A whole device for microcontrollers with mbedTLS: onboards, publishes one message and ends. It runs on a POSIX system
 * as well; what a board has in flash comes from files here. All memory of ours is static. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "port/mbedtls/identity.h"
#include "port/mbedtls/socket.h"
#include "port/mbedtls/stream.h"
#include "zerotouch/device.h"

enum { TEXT_MAX = 16 * 1024, OUT_BYTES = 2048, IN_BYTES = 2048, GIVE_UP_MS = 120 * 1000 };

static const char usage[] =
    "usage: zerotouch-mbedtls mqtt|https|mqtt-alpn|https-alpn HOST PORT ROOTS CERTIFICATE KEY TOPIC MESSAGE\n"
    "Publishes one message as a microcontroller would; ROOTS, CERTIFICATE and KEY are PEM files.\n";

static char roots[TEXT_MAX], certificate[TEXT_MAX], key[TEXT_MAX];
static uint8_t out[OUT_BYTES], in[IN_BYTES];
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context generator;
static zt_mbedtls_identity identity;
static zt_socket_wire wire;
static zt_mbedtls_stream stream;
static zt_device device;

static int64_t milliseconds(clockid_t which)
{
	struct timespec now = { 0 };
	(void)clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ms(void *context)
{
	(void)context;
	return milliseconds(CLOCK_REALTIME);
}

static int64_t mono_ms(void *context)
{
	(void)context;
	return milliseconds(CLOCK_MONOTONIC);
}

static void fill_random(void *context, uint8_t *bytes, size_t n)
{
	(void)mbedtls_ctr_drbg_random(context, bytes, n);
}

static bool read_text(const char *path, char text[TEXT_MAX])
{
	FILE *file = fopen(path, "re");
	size_t n = file ? fread(text, 1, TEXT_MAX, file) : 0;
	if (file)
		(void)fclose(file);
	if (n == 0)
		(void)fprintf(stderr, "%s: cannot be read\n", path);
	if (n == TEXT_MAX)
		(void)fprintf(stderr, "%s: is larger than %d bytes\n", path, TEXT_MAX - 1);
	if (n == 0 || n == TEXT_MAX)
		return false;
	text[n] = 0;
	return true;
}

static bool parse_port(const char *text, uint16_t *ret)
{
	uint64_t port;
	if (!zt_view_to_u64(zt_view_of(text), &port) || port == 0 || port > UINT16_MAX)
		return false;
	*ret = (uint16_t)port;
	return true;
}

static zt_status set_up_stream(const char *host, uint16_t port, bool alpn, zt_clock clock)
{
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&generator);
	ENSURE(mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, NULL, 0) == 0, ZT_E_FAILED);
	TRY(zt_mbedtls_identity_set(&identity, certificate, key));
	wire = (zt_socket_wire){ .host = host, .mqtt_port = port, .https_port = port };
	stream = (zt_mbedtls_stream){ .host = host,
				      .alpn = alpn,
				      .wire = zt_socket_wire_seam(&wire),
				      .clock = clock,
				      .identity = &identity,
				      .random = mbedtls_ctr_drbg_random,
				      .random_context = &generator };
	return zt_mbedtls_stream_init(&stream, roots);
}

static zt_status set_up_device(zt_route route, const char *host, uint16_t port, zt_clock clock)
{
	const zt_device_config config = { .route = route,
					  .transport = zt_mbedtls_stream_seam(&stream),
					  .clock = clock,
					  .entropy = { fill_random, &generator },
					  .identity = zt_mbedtls_identity_seam(&identity),
					  .host = { zt_view_of(host), port },
					  .mqtt.keep_alive_s = 60,
					  .mqtt.clean = true,
					  .out = out,
					  .in = in,
					  .out_cap = sizeof out,
					  .in_cap = sizeof in };
	return zt_device_init(&device, &config, NULL);
}

static void tell(const zt_event *event)
{
	static const char *const words[] = {
		[ZT_EVENT_CONNECTING] = "connecting", [ZT_EVENT_REFUSED] = "refused",
		[ZT_EVENT_ACCEPTED] = "accepted",     [ZT_EVENT_LOST] = "lost",
		[ZT_EVENT_PUBLISHED] = "published",   [ZT_EVENT_NOT_PUBLISHED] = "not published",
	};
	const char *word = (size_t)event->kind < ZT_COUNT(words) ? words[event->kind] : NULL;
	if (word)
		(void)printf("%s: %s\n", word, zt_reason_name(event->reason));
	(void)fflush(stdout);
}

/* Until the message is settled, or the server proves to be none of ours. */
static bool run(void)
{
	for (int64_t until_ms = mono_ms(NULL) + GIVE_UP_MS; mono_ms(NULL) < until_ms;) {
		zt_event event;
		zt_device_step(&device, &event);
		tell(&event);
		if (event.kind == ZT_EVENT_PUBLISHED || event.kind == ZT_EVENT_NOT_PUBLISHED)
			return event.kind == ZT_EVENT_PUBLISHED;
		if (event.reason == ZT_REASON_SERVER_NOT_TRUSTED)
			return false;
		struct pollfd ready = { .fd = zt_socket_wire_fd(&wire),
					.events = stream.wants_write || !wire.connected ? POLLIN | POLLOUT : POLLIN };
		if (event.kind == ZT_EVENT_NONE)
			(void)poll(&ready, 1, (int)event.wait_ms);
	}
	return false;
}

static zt_status publish(zt_route route, char **argv, uint16_t port)
{
	const zt_clock clock = { wall_ms, mono_ms, NULL };
	const zt_message message = { zt_view_of(argv[7]), zt_view_of(argv[8]), 1, false };
	zt_status status = set_up_stream(argv[2], port, strstr(argv[1], "-alpn") != NULL, clock);
	if (status == ZT_OK)
		status = set_up_device(route, argv[2], port, clock);
	if (status == ZT_OK)
		status = zt_device_publish(&device, &message, NULL);
	if (status != ZT_OK)
		(void)fprintf(stderr, "%s\n", zt_status_text(status));
	if (status == ZT_OK) {
		status = run() ? ZT_OK : ZT_E_FAILED;
		zt_device_stop(&device);
	}
	zt_mbedtls_stream_deinit(&stream);
	mbedtls_ctr_drbg_free(&generator);
	mbedtls_entropy_free(&entropy);
	return status;
}

int main(int argc, char **argv)
{
	uint16_t port;
	if (argc != 9 || !parse_port(argv[3], &port)) {
		(void)fputs(usage, stderr);
		return zt_status_exit(ZT_E_USAGE);
	}
	if (!read_text(argv[4], roots) || !read_text(argv[5], certificate) || !read_text(argv[6], key))
		return zt_status_exit(ZT_E_CONFIG);
	zt_route route = strncmp(argv[1], "https", 5) == 0 ? ZT_ROUTE_HTTPS : ZT_ROUTE_MQTT;
	return zt_status_exit(publish(route, argv, port));
}
