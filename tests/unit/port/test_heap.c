#include <stdlib.h>

#include "base/timefmt.h"
#include "port/linux/client.h"
#include "unit/port/bench.h"

/* The linker leads our own calls of the allocator through here (--wrap); those of OpenSSL and libc are theirs. */

static size_t allocations;
static bool counting;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
	allocations += counting;
	return __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	allocations += counting;
	return __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	allocations += counting;
	return __real_realloc(p, n);
}

static bench_server broker;

static int begin(void **state)
{
	(void)bench_begin(state);
	broker = bench_mosquitto();
	return 0;
}

static int end(void **state)
{
	bench_stop(&broker);
	return bench_end(state);
}

static void wait_for(zt_client *client, zt_event_kind kind)
{
	int64_t until_ms = zt_time_mono_ms() + BENCH_DEADLINE_MS;
	zt_event event;
	do {
		assert_true(zt_time_mono_ms() < until_ms);
		zt_client_wait(client, 1000, &event);
	} while (event.kind != kind);
}

/* From the moment that the certificate has been read: connect, publish with an acknowledgement, disconnect. */
static size_t allocations_of(const zt_protocol *protocol)
{
	static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("{\"LED\":\"ON\"}"), 1, false };
	const zt_client_spec spec = {
		.route = ZT_ROUTE_MQTT,
		.host = "localhost",
		.mqtt_port = broker.port,
		.ca_file = bench_path("root.pem"),
		.certificate_file = bench_path("client.pem"),
		.key_file = bench_path("client.key"),
		.protocol = protocol,
	};
	zt_client *client = NULL;
	assert_ok(zt_client_new(&spec, &client, NULL));
	wait_for(client, ZT_EVENT_CONNECTING);
	allocations = 0;
	counting = true;
	assert_ok(zt_client_publish(client, &message, NULL));
	wait_for(client, ZT_EVENT_PUBLISHED);
	zt_client_free(client);
	counting = false;
	return allocations;
}

static void connect_publish_disconnect_needs_no_heap(void **state)
{
	(void)state;
	assert_int_equal(allocations_of(NULL), 0);
}

static void nor_does_mqtt_5(void **state)
{
	(void)state;
	assert_int_equal(allocations_of(&zt_mqtt5), 0);
}

/* The counter counts: making a client is one allocation and a few texts. */
static void what_is_allocated_is_seen(void **state)
{
	(void)state;
	zt_client *client = NULL;
	const zt_client_spec spec = {
		.host = "localhost", .ca_file = bench_path("root.pem"), .certificate_file = "x", .key_file = "y"
	};
	allocations = 0;
	counting = true;
	assert_ok(zt_client_new(&spec, &client, NULL));
	counting = false;
	zt_client_free(client);
	assert_true(allocations >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_publish_disconnect_needs_no_heap),
		cmocka_unit_test(nor_does_mqtt_5),
		cmocka_unit_test(what_is_allocated_is_seen),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
