#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/timefmt.h"
#include "port/mbedtls/dates.h"
#include "port/mbedtls/socket.h"
#include "port/mbedtls/stream.h"
#include "unit/port/bench.h"

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context generator;
static zt_mbedtls_identity identity;
static zt_socket_wire wire;
static zt_mbedtls_stream stream;
static zt_transport seam, socket_seam;
static bool blocked;    /* the wire takes nothing */
static int64_t jump_ms; /* how far the test's wall clock runs ahead */
static zt_str certificate, key, roots;

static int64_t wall_ms(void *context)
{
	(void)context;
	return zt_time_now_ms() + jump_ms;
}

static int64_t mono_ms(void *context)
{
	(void)context;
	return zt_time_mono_ms();
}

static zt_str read_text(const char *name)
{
	zt_str text = ZT_STR(65536);
	assert_ok(zt_file_read(bench_path(name), &text, NULL));
	return text;
}

static int32_t send_or_not(void *context, const uint8_t *bytes, size_t n)
{
	return blocked ? 0 : socket_seam.send(context, bytes, n);
}

static int begin(void **state)
{
	(void)state;
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&generator);
	assert_int_equal(mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, NULL, 0), 0);
	certificate = read_text("client.pem");
	key = read_text("client.key");
	roots = read_text("root.pem");
	identity = (zt_mbedtls_identity){ 0 };
	assert_ok(zt_mbedtls_identity_set(&identity, zt_str_text(&certificate), zt_str_text(&key)));
	blocked = false;
	jump_ms = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	zt_mbedtls_stream_deinit(&stream);
	stream = (zt_mbedtls_stream){ 0 };
	mbedtls_ctr_drbg_free(&generator);
	mbedtls_entropy_free(&entropy);
	zt_str_free(&certificate);
	zt_str_free(&key);
	zt_str_free(&roots);
	return 0;
}

static zt_status open_to(uint16_t port)
{
	wire = (zt_socket_wire){ .host = "localhost", .mqtt_port = port, .https_port = port };
	socket_seam = zt_socket_wire_seam(&wire);
	zt_transport bottom = socket_seam;
	bottom.send = send_or_not;
	stream = (zt_mbedtls_stream){ .host = "localhost",
				      .wire = bottom,
				      .clock = { wall_ms, mono_ms, NULL },
				      .identity = &identity,
				      .random = mbedtls_ctr_drbg_random,
				      .random_context = &generator };
	assert_ok(zt_mbedtls_stream_init(&stream, zt_str_text(&roots)));
	seam = zt_mbedtls_stream_seam(&stream);
	for (;;) {
		zt_status status = seam.open(seam.context, ZT_ROUTE_MQTT);
		if (status != ZT_E_AGAIN)
			return status;
		struct pollfd ready = { .fd = zt_socket_wire_fd(&wire),
					.events = wire.connected ? POLLIN : POLLIN | POLLOUT };
		if (poll(&ready, 1, BENCH_DEADLINE_MS) == 0)
			fail_msg("the stream neither opens nor fails");
	}
}

static zt_status open_to_server(const char *name, const char *const options[4])
{
	bench_server server = bench_s_server(name, options);
	zt_status status = open_to(server.port);
	seam.close(seam.context);
	bench_stop(&server);
	return status;
}

/* Expected: date -u -d … +%s. */
static void dates_are_those_of_the_calendar(void **state)
{
	(void)state;
	assert_true(zt_mbedtls_wall_ms(&(mbedtls_x509_time){ 1970, 1, 1, 0, 0, 0 }) == 0);
	assert_true(zt_mbedtls_wall_ms(&(mbedtls_x509_time){ 1999, 12, 31, 23, 59, 59 }) == 946684799000);
	assert_true(zt_mbedtls_wall_ms(&(mbedtls_x509_time){ 2000, 2, 29, 12, 0, 0 }) == 951825600000);
	assert_true(zt_mbedtls_wall_ms(&(mbedtls_x509_time){ 2100, 3, 1, 0, 0, 0 }) == 4107542400000);
}

static void a_trusted_server_is_connected_to(void **state)
{
	(void)state;
	assert_ok(open_to_server("server", (const char *[4]){ NULL }));
}

static void a_server_is_dated_by_the_seams_clock(void **state)
{
	(void)state;
	jump_ms = 30LL * 24 * 3600 * 1000;
	assert_status(open_to_server("server", (const char *[4]){ NULL }), ZT_E_TLS);
	assert_int_equal(stream.error, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
}

static void without_a_date_no_server_is_trusted(void **state)
{
	(void)state;
	jump_ms = -zt_time_now_ms();
	assert_status(open_to_server("server", (const char *[4]){ NULL }), ZT_E_TLS);
}

static void an_alert_against_our_certificate_is_a_refusal(void **state)
{
	(void)state;
	const char *options[4] = { "-Verify", "1", "-verify_return_error", "-tls1_2" };
	assert_status(open_to_server("server", options), ZT_E_CLOSED);
}

static void another_alert_is_none(void **state)
{
	(void)state;
	assert_status(open_to_server("server", (const char *[4]){ "-tls1_3" }), ZT_E_TLS);
	assert_int_equal(stream.error, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
}

static void nobody_at_the_port_is_the_network(void **state)
{
	(void)state;
	assert_status(open_to(bench_free_port()), ZT_E_NETWORK);
}

static void what_was_stuck_is_not_counted_twice(void **state)
{
	(void)state;
	bench_server server = bench_s_server("server", (const char *[4]){ NULL });
	assert_ok(open_to(server.port));
	blocked = true;
	assert_int_equal(seam.send(seam.context, (const uint8_t *)"first ", 6), 0);
	assert_true(stream.wants_write);
	blocked = false;
	assert_int_equal(seam.send(seam.context, (const uint8_t *)"first second\n", 13), 6);
	assert_int_equal(seam.send(seam.context, (const uint8_t *)"second\n", 7), 7);
	bench_expect(&server, "first second\n");
	bench_stop(&server);
}

static void the_identity_says_what_the_certificate_says(void **state)
{
	(void)state;
	zt_identity_info info;
	zt_identity current = zt_mbedtls_identity_seam(&identity);
	assert_ok(current.current(current.context, &info));
	assert_string_equal(info.name, "device-1");
	assert_true(info.not_before_ms <= zt_time_now_ms() && zt_time_now_ms() < info.not_after_ms);
	uint32_t before = info.generation;
	assert_ok(zt_mbedtls_identity_set(&identity, zt_str_text(&certificate), zt_str_text(&key)));
	assert_ok(current.current(current.context, &info));
	assert_int_not_equal(info.generation, before);
}

static void a_pair_that_does_not_belong_together_changes_nothing(void **state)
{
	(void)state;
	zt_str other = read_text("client-2.key");
	const zt_mbedtls_identity before = identity;
	assert_status(zt_mbedtls_identity_set(&identity, zt_str_text(&certificate), zt_str_text(&other)), ZT_E_INVALID);
	assert_status(zt_mbedtls_identity_set(&identity, "", zt_str_text(&key)), ZT_E_INVALID);
	assert_status(zt_mbedtls_identity_set(&identity, zt_str_text(&certificate), "half a key"), ZT_E_INVALID);
	assert_memory_equal(&identity, &before, sizeof before);
	zt_str_free(&other);
}

/* What a board reads back from flash that lost its power: the pair of before goes on being used. */
static void a_pair_that_is_not_whole_changes_nothing(void **state)
{
	(void)state;
	zt_str pem = read_text("client-2.pem"), other = read_text("client-2.key");
	const zt_mbedtls_identity before = identity;
	for (size_t n = 0; n < pem.n - strlen("-\n"); n++) {
		char *cut = zt_view_dup(zt_view_make(pem.p, n));
		assert_status(zt_mbedtls_identity_set(&identity, cut, zt_str_text(&other)), ZT_E_INVALID);
		free(cut);
	}
	for (size_t n = 0; n < other.n - strlen("-\n"); n++) {
		char *cut = zt_view_dup(zt_view_make(other.p, n));
		assert_status(zt_mbedtls_identity_set(&identity, zt_str_text(&pem), cut), ZT_E_INVALID);
		free(cut);
	}
	assert_status(zt_mbedtls_identity_set(&identity, zt_str_text(&pem), zt_str_text(&key)), ZT_E_INVALID);
	assert_memory_equal(&identity, &before, sizeof before);
	bench_server server =
	    bench_s_server("server", (const char *const[4]){ "-Verify", "1", "-CAfile", bench_path("root.pem") });
	assert_ok(open_to(server.port));
	bench_stop(&server);
	assert_ok(zt_mbedtls_identity_set(&identity, zt_str_text(&pem), zt_str_text(&other)));
	assert_int_equal(identity.info.generation, before.info.generation + 1);
	identity = before;
	zt_str_free(&pem);
	zt_str_free(&other);
}

static void without_an_identity_there_is_none(void **state)
{
	(void)state;
	zt_mbedtls_identity none = { 0 };
	zt_identity_info info;
	zt_identity current = zt_mbedtls_identity_seam(&none);
	assert_status(current.current(current.context, &info), ZT_E_NOT_FOUND);
}

#define SET_UP(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SET_UP(dates_are_those_of_the_calendar),
		SET_UP(a_trusted_server_is_connected_to),
		SET_UP(a_server_is_dated_by_the_seams_clock),
		SET_UP(without_a_date_no_server_is_trusted),
		SET_UP(an_alert_against_our_certificate_is_a_refusal),
		SET_UP(another_alert_is_none),
		SET_UP(nobody_at_the_port_is_the_network),
		SET_UP(what_was_stuck_is_not_counted_twice),
		SET_UP(the_identity_says_what_the_certificate_says),
		SET_UP(a_pair_that_does_not_belong_together_changes_nothing),
		SET_UP(a_pair_that_is_not_whole_changes_nothing),
		SET_UP(without_an_identity_there_is_none),
	};
	return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
