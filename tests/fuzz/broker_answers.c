/* What a broker says on our own connection to it, in pieces as long as the first byte says; its lowest bit makes it an
 * operator's. Whatever it is, each message that was queued ends once. */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timefmt.h"
#include "cloud/broker/service.h"
#include "cloud/registry/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MESSAGES = 3 };

static struct {
	char folder[32];
	struct sockaddr_un address;
	int listener;
	unsigned ended;
} world;

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void remove_folder(void)
{
	must(zt_path_remove(world.folder, NULL) == ZT_OK);
}

static void begin(void)
{
	(void)snprintf(world.folder, sizeof world.folder, "/tmp/zt-fuzz-XXXXXX");
	must(mkdtemp(world.folder) && atexit(remove_folder) == 0);
	world.address.sun_family = AF_UNIX;
	(void)snprintf(world.address.sun_path, sizeof world.address.sun_path, "%s/s", world.folder);
	world.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(bind(world.listener, (const struct sockaddr *)&world.address, sizeof world.address) == 0);
	must(listen(world.listener, 8) == 0);
}

static void told(void *context)
{
	(void)context;
}

static void on_end(void *context, zt_status status)
{
	(void)context, (void)status;
	world.ended++;
}

static zt_registry *registry_new(void)
{
	static const char row[] = "{\"v\":1,\"qos\":1,\"modified\":1}\0kept";
	zt_registry *registry = calloc(1, sizeof *registry);
	const zt_record record = { ZT_KIND_RETAINED, ZT_LIT("a/b"), zt_view_make(row, sizeof row - 1) };
	must(registry != NULL);
	registry->clock = zt_clock_system();
	must(zt_registry_load(registry, &record, NULL) == ZT_OK);
	return registry;
}

static void run_loop(struct event_base *loop)
{
	for (int i = 0; i < 4; i++)
		(void)event_base_loop(loop, EVLOOP_NONBLOCK);
}

static void queue(zt_service *service)
{
	for (unsigned i = 0; i < MESSAGES; i++) {
		const zt_publish message = { .topic = ZT_LIT("t"), .payload = ZT_LIT("p"), .qos = (uint8_t)(i % 2) };
		zt_outgoing *outgoing = zt_outgoing_new(&message, on_end, NULL);
		must(outgoing && zt_service_reserve(service, outgoing->cost));
		zt_service_send(service, outgoing);
	}
}

/* Accepts what the service has opened, and says it all. */
static void answer(struct event_base *loop, zt_view in, size_t piece)
{
	uint8_t sink[4096];
	zt_view part;
	run_loop(loop);
	int fd = accept4(world.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	must(fd >= 0);
	while (in.n) {
		(void)zt_view_take(&in, in.n < piece ? in.n : piece, &part);
		if (send(fd, part.p, part.n, MSG_NOSIGNAL) != (ssize_t)part.n)
			break;
		run_loop(loop);
		while (read(fd, sink, sizeof sink) > 0)
			continue;
	}
	run_loop(loop);
	(void)close(fd);
	run_loop(loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view in = zt_view_make(bytes, n);
	uint8_t how;
	if (!world.listener)
		begin();
	if (!zt_view_take_u8(&in, &how))
		return 0;
	struct event_base *loop = event_base_new();
	zt_registry *registry = registry_new();
	zt_service_spec spec = { .loop = loop, .registry = registry, .remote = how & 1, .ready = told, .lost = told };
	zt_service *service;
	must(zt_connector_new(loop, world.address.sun_path, &spec.connector) == ZT_OK);
	must(zt_service_new(&spec, &service) == ZT_OK);
	world.ended = 0;
	zt_service_broker_started(service);
	queue(service);
	answer(loop, in, (size_t)how + 1);
	zt_service_free(service);
	zt_connector_free(spec.connector);
	must(world.ended == MESSAGES);
	event_base_free(loop);
	zt_registry_free(registry);
	for (int fd; (fd = accept4(world.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;)
		(void)close(fd);
	return 0;
}
