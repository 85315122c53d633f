#include "base/fs.h"
#include "port/linux/transport.h"
#include "port/linux/trust.h"
#include "unit/port/bench.h"

static zt_error error;

static zt_status load(const char *name)
{
	X509_STORE *store = NULL;
	zt_status status = zt_trust_load(name ? bench_path(name) : NULL, &store, &error);
	X509_STORE_free(store);
	return status;
}

static void write_file(const char *name, zt_view bytes)
{
	assert_ok(zt_file_write(bench_path(name), bytes, 0644, NULL));
}

static void a_bundle_is_loaded(void **state)
{
	(void)state;
	assert_ok(load("root.pem"));
}

/* Debian's ca-certificates: at least Amazon Root CA 1, without which nothing of AWS can be verified. */
static void the_roots_of_aws_are_built_in(void **state)
{
	(void)state;
	assert_ok(load(NULL));
	zt_str pem = ZT_STR(65536);
	assert_ok(zt_file_read("/usr/share/ca-certificates/mozilla/Amazon_Root_CA_1.crt", &pem, NULL));
	assert_non_null(strstr(zt_aws_roots_pem, zt_str_text(&pem)));
	zt_str_free(&pem);
}

static void a_missing_bundle_is_a_wrong_configuration(void **state)
{
	(void)state;
	assert_status(load("nowhere.pem"), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "nowhere.pem"));
}

static void an_empty_bundle_is_a_wrong_configuration(void **state)
{
	(void)state;
	write_file("empty.pem", ZT_VIEW_EMPTY);
	assert_status(load("empty.pem"), ZT_E_CONFIG);
	write_file("text.pem", ZT_LIT("no certificate here\n"));
	assert_status(load("text.pem"), ZT_E_CONFIG);
}

static void a_damaged_bundle_is_a_wrong_configuration(void **state)
{
	(void)state;
	zt_str pem = ZT_STR(65536);
	assert_ok(zt_file_read(bench_path("root.pem"), &pem, NULL));
	write_file("cut.pem", zt_view_make(pem.p, pem.n / 2));
	assert_status(load("cut.pem"), ZT_E_CONFIG);
	write_file("wrong.pem", ZT_LIT("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"));
	assert_status(load("wrong.pem"), ZT_E_CONFIG);
	zt_str_free(&pem);
}

static void an_address_is_no_endpoint(void **state)
{
	(void)state;
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	for (size_t i = 0; i < ZT_COUNT(addresses); i++) {
		zt_linux_transport transport;
		assert_status(
		    zt_linux_transport_init(&transport, addresses[i], 8883, 8443, NULL, (zt_clock){ 0 }, &error),
		    ZT_E_CONFIG);
		assert_non_null(strstr(error.text, "SNI"));
		zt_linux_transport_deinit(&transport);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_is_loaded),
		cmocka_unit_test(the_roots_of_aws_are_built_in),
		cmocka_unit_test(a_missing_bundle_is_a_wrong_configuration),
		cmocka_unit_test(an_empty_bundle_is_a_wrong_configuration),
		cmocka_unit_test(a_damaged_bundle_is_a_wrong_configuration),
		cmocka_unit_test(an_address_is_no_endpoint),
	};
	return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
