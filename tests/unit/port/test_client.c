#include "base/fs.h"
#include "base/timefmt.h"
#include "port/linux/client.h"
#include "unit/port/bench.h"
#include "unit/zt_shell.h"

/* The client against a stock mosquitto with mutual TLS: it needs nothing of ours. */

static bench_server broker;
static zt_client *client;
static zt_event event;
static const zt_subscription filter = { ZT_LIT_INIT("from/mosquitto"), 1 };

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

static void make_client(const char *certificate, const char *key)
{
	const zt_client_spec spec = {
		.route = ZT_ROUTE_MQTT,
		.host = "localhost",
		.mqtt_port = broker.port,
		.ca_file = bench_path("root.pem"),
		.certificate_file = bench_path(certificate),
		.key_file = bench_path(key),
		.subscriptions = &filter,
		.subscription_count = 1,
	};
	zt_error error = { 0 };
	if (zt_client_new(&spec, &client, &error) != ZT_OK)
		fail_msg("%s", error.text);
}

static void wait_for(zt_event_kind kind)
{
	int64_t until_ms = zt_time_mono_ms() + BENCH_DEADLINE_MS;
	while (zt_time_mono_ms() < until_ms) {
		zt_client_wait(client, 1000, &event);
		if (event.kind == kind)
			return;
	}
	fail_msg("no event %d, but reason %s", (int)kind, zt_reason_name(event.reason));
}

static int connected(void **state)
{
	(void)state;
	make_client("client.pem", "client.key");
	wait_for(ZT_EVENT_SUBSCRIBED);
	return 0;
}

static int gone(void **state)
{
	(void)state;
	zt_client_free(client);
	client = NULL;
	return 0;
}

/* A mosquitto command with the mutual TLS of the bench. */
static const char *command(const char *program, const char *more)
{
	static char line[2048];
	(void)snprintf(line, sizeof line, "%s -h localhost -p %u --cafile %s --cert %s --key %s %s", program,
		       broker.port, bench_path("root.pem"), bench_path("client-2.pem"), bench_path("client-2.key"),
		       more);
	return line;
}

static void what_mosquitto_publishes_is_received(void **state)
{
	(void)state;
	assert_shell(ZT_LIT("exactly\nthese bytes"), command("mosquitto_pub", "-q 1 -t from/mosquitto -f \"$IN\""), "");
	wait_for(ZT_EVENT_RECEIVED);
	assert_view(event.message.topic, "from/mosquitto");
	assert_view(event.message.payload, "exactly\nthese bytes");
	assert_int_equal(event.message.qos, 1);
}

static void what_we_publish_mosquitto_receives(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("to/mosquitto"), ZT_LIT("{\"LED\":\"ON\"}"), 1, true };
	assert_ok(zt_client_publish(client, &message, NULL));
	wait_for(ZT_EVENT_PUBLISHED);
	assert_shell(ZT_VIEW_EMPTY, command("mosquitto_sub", "-W 10 -C 1 -N -t to/mosquitto"), "{\"LED\":\"ON\"}");
}

static void the_largest_payload_of_aws_goes_through(void **state)
{
	(void)state;
	static uint8_t payload[ZT_PAYLOAD_MAX];
	const zt_message message = { ZT_LIT("from/mosquitto"), zt_view_make(payload, sizeof payload), 1, false };
	memset(payload, 'x', sizeof payload);
	assert_ok(zt_client_publish(client, &message, NULL));
	bool published = false, received = false;
	while (!published || !received) {
		zt_client_wait(client, BENCH_DEADLINE_MS, &event);
		published = published || event.kind == ZT_EVENT_PUBLISHED;
		if (event.kind == ZT_EVENT_RECEIVED) {
			received = true;
			assert_true(zt_view_equal(event.message.payload, message.payload));
		}
		if (event.kind == ZT_EVENT_NONE || event.kind == ZT_EVENT_LOST)
			fail_msg("published %d, received %d", published, received);
	}
}

static void limits_are_named(void **state)
{
	(void)state;
	zt_error error;
	assert_status(zt_client_publish(client, &(zt_message){ .topic = ZT_LIT("a/b/c/d/e/f/g/h/i") }, &error),
		      ZT_E_LIMIT);
	assert_non_null(strstr(error.text, "7 slashes"));
}

static void copy_file(const char *from, const char *to)
{
	zt_str bytes = ZT_STR(65536);
	assert_ok(zt_file_read(bench_path(from), &bytes, NULL));
	assert_ok(zt_file_write(bench_path(to), zt_str_view(&bytes), 0600, NULL));
	zt_str_free(&bytes);
}

static void a_replaced_certificate_is_taken_into_use(void **state)
{
	(void)state;
	copy_file("client.pem", "current.pem");
	copy_file("client.key", "current.key");
	make_client("current.pem", "current.key");
	wait_for(ZT_EVENT_ACCEPTED);
	assert_string_equal(zt_client_identity(client)->name, "device-1");
	copy_file("client-2.key", "current.key");
	copy_file("client-2.pem", "current.pem");
	wait_for(ZT_EVENT_LOST);
	assert_int_equal(event.reason, ZT_REASON_NEW_IDENTITY);
	wait_for(ZT_EVENT_ACCEPTED);
	assert_true(event.first);
}

static void a_restarted_broker_is_found_again(void **state)
{
	(void)state;
	bench_stop(&broker);
	wait_for(ZT_EVENT_LOST);
	wait_for(ZT_EVENT_REFUSED);
	assert_int_equal(event.reason, ZT_REASON_NETWORK);
	assert_non_null(strstr(zt_client_detail(client), "refused"));
	broker = bench_mosquitto();
	gone(NULL);
	(void)connected(NULL);
}

static void a_certificate_that_the_broker_does_not_know_is_refused_in_silence(void **state)
{
	(void)state;
	make_client("other-root.pem", "other-root.key");
	wait_for(ZT_EVENT_REFUSED);
	assert_int_equal(event.reason, ZT_REASON_BEING_REGISTERED);
}

static void a_missing_certificate_is_waited_for(void **state)
{
	(void)state;
	make_client("not-yet.pem", "not-yet.key");
	wait_for(ZT_EVENT_NOT_READY);
	assert_int_equal(event.reason, ZT_REASON_NO_IDENTITY);
	copy_file("client.key", "not-yet.key");
	copy_file("client.pem", "not-yet.pem");
	wait_for(ZT_EVENT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_mosquitto_publishes_is_received, connected, gone),
		cmocka_unit_test_setup_teardown(what_we_publish_mosquitto_receives, connected, gone),
		cmocka_unit_test_setup_teardown(the_largest_payload_of_aws_goes_through, connected, gone),
		cmocka_unit_test_setup_teardown(limits_are_named, connected, gone),
		cmocka_unit_test_teardown(a_replaced_certificate_is_taken_into_use, gone),
		cmocka_unit_test_setup_teardown(a_restarted_broker_is_found_again, connected, gone),
		cmocka_unit_test_teardown(a_certificate_that_the_broker_does_not_know_is_refused_in_silence, gone),
		cmocka_unit_test_teardown(a_missing_certificate_is_waited_for, gone),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
