/* What takes days or years: the ends of certificates and CAs, on a clock that jumps. */
#include "attest/authority.h"

#include "attest/certificates.h"
#include "attest/world.h"
#include "base/json.h"
#include "x509/issue.h"
#include "x509/read.h"

#define DAY_MS (24 * 3600 * 1000LL)

static struct {
	char folder[32];
	fake_clock now;
	zt_attest_store *store;
	zt_nonces *nonces;
	zt_authority authority;
} world;

static int begin(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str ca = ZT_STR(65536);
	folder_make(world.folder);
	world.now.ms = 0;
	assert_ok(zt_attest_store_open(world.folder, &world.store, NULL));
	world.nonces = zt_nonces_new(clock_of(&world.now), ZT_ATTEST_NONCE_MS);
	world.authority = (zt_authority){ .store = world.store,
					  .nonces = world.nonces,
					  .clock = clock_of(&world.now),
					  .nonce_life_ms = ZT_ATTEST_NONCE_MS };
	assert_ok(zt_tenant_create(&world.authority, ZT_LIT(GUID), &ca, NULL));
	return 0;
}

static int end(void **state)
{
	(void)state;
	zt_nonces_free(world.nonces);
	zt_attest_store_close(world.store);
	assert_ok(zt_path_remove(world.folder, NULL));
	return 0;
}

/* A device certificate of the active CA, read; NULL when it was refused with `expected`. */
static zt_cert_info *issue(zt_status expected)
{
	ZT_CLEANUP(zt_ca_record_deinit) zt_ca_record ca = { 0 };
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(1024), der = ZT_STR(65536);
	zt_cert_info *info = NULL;
	assert_ok(zt_attest_store_ca_read(world.store, ZT_LIT(GUID), ZT_VIEW_EMPTY, &ca, NULL));
	assert_ok(zt_key_new(ZT_KEY_P256, &key, NULL));
	assert_ok(zt_key_spki(key, &spki));
	assert_status(
	    zt_make_device_certificate(&world.authority, &ca, device_id_of(1), zt_str_view(&spki), &der, NULL),
	    expected);
	if (expected == ZT_OK)
		assert_ok(zt_cert_read(zt_str_view(&der), &info, NULL));
	return info;
}

static void assert_statuses(const char *expected)
{
	ZT_JSON_CLEANUP json_t *tenant = NULL;
	ZT_CLEANUP(zt_str_free) zt_str got = ZT_STR(1000);
	size_t i;
	json_t *ca;
	assert_ok(zt_tenant_describe(&world.authority, ZT_LIT(GUID), &tenant, NULL));
	json_array_foreach(json_object_get(tenant, "caCertificates"), i, ca)
		assert_ok(zt_str_printf(&got, "%s ", zt_json_text(ca, "status")));
	assert_view(zt_str_view(&got), expected);
}

static void roll(bool activate)
{
	ZT_CLEANUP(zt_str_free) zt_str ca = ZT_STR(65536);
	assert_ok(zt_tenant_rollover(&world.authority, ZT_LIT(GUID), activate, &ca, NULL));
}

static void a_device_certificate_lives_a_day_from_five_minutes_ago(void **state)
{
	(void)state;
	zt_cert_info *info = issue(ZT_OK);
	assert_int_equal(info->not_before_ms, NOON_MS - 5 * 60 * 1000);
	assert_int_equal(info->not_after_ms, NOON_MS - 5 * 60 * 1000 + DAY_MS);
	zt_cert_info_free(info);
}

static void a_device_certificate_does_not_outlive_its_ca(void **state)
{
	(void)state;
	world.now.ms = 730 * DAY_MS - 1000;
	zt_cert_info *info = issue(ZT_OK);
	assert_int_equal(info->not_after_ms, NOON_MS + 730 * DAY_MS);
	zt_cert_info_free(info);
}

static void an_expired_ca_signs_nothing(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str proof = ZT_STR(65536);
	world.now.ms = 730 * DAY_MS;
	assert_null(issue(ZT_E_EXPIRED));
	assert_status(zt_tenant_proof(&world.authority, ZT_LIT(GUID), ZT_LIT("ab"), ZT_VIEW_EMPTY, &proof, NULL),
		      ZT_E_EXPIRED);
	assert_statuses("Expired ");
	roll(true);
	assert_statuses("Expired Active ");
	zt_cert_info_free(issue(ZT_OK));
}

static void the_next_ca_is_made_90_days_before_the_end_and_signs_45_days_later(void **state)
{
	(void)state;
	world.now.ms = 640 * DAY_MS;
	roll(false);
	assert_statuses("Active Inactive ");
	world.now.ms = 685 * DAY_MS;
	roll(true);
	assert_statuses("Inactive Active ");
	world.now.ms = 731 * DAY_MS;
	assert_statuses("Expired Active ");
}

static void a_waiting_ca_that_expired_is_not_rolled_to(void **state)
{
	(void)state;
	roll(false);
	world.now.ms = 731 * DAY_MS;
	roll(true);
	assert_statuses("Expired Expired Active ");
}

static void expired_cas_make_room_for_new_ones(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str ca = ZT_STR(65536);
	zt_error error = { 0 };
	for (int i = 1; i < ZT_ATTEST_CAS_MAX; i++)
		roll(true);
	assert_status(zt_tenant_rollover(&world.authority, ZT_LIT(GUID), true, &ca, &error), ZT_E_LIMIT);
	assert_string_equal(error.code, "TooManyCaCertificates");
	world.now.ms = 731 * DAY_MS;
	roll(true);
}

static void a_full_house_of_challenges_says_try_again(void **state)
{
	(void)state;
	uint8_t nonce[ZT_NONCE_BYTES];
	int64_t expires = 0;
	size_t fresh;
	zt_error error = { 0 };
	zt_view id = device_id_of(1);
	assert_ok(zt_attest_store_claim(world.store, ZT_LIT(GUID), &id, 1, 1, &fresh, NULL));
	for (unsigned i = 2; i < ZT_ATTEST_NONCES_MAX + 2; i++)
		assert_ok(zt_nonces_make(world.nonces, ZT_LIT(GUID), device_id_of(i), nonce));
	assert_status(zt_device_challenge(&world.authority, ZT_LIT(GUID), device_id_of(1), nonce, &expires, &error),
		      ZT_E_THROTTLED);
	assert_string_equal(error.code, "TooManyRequests");
	world.now.ms = ZT_ATTEST_NONCE_MS;
	assert_ok(zt_device_challenge(&world.authority, ZT_LIT(GUID), device_id_of(1), nonce, &expires, NULL));
	assert_int_equal(expires, NOON_MS + 2 * ZT_ATTEST_NONCE_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_device_certificate_lives_a_day_from_five_minutes_ago, begin, end),
		cmocka_unit_test_setup_teardown(a_device_certificate_does_not_outlive_its_ca, begin, end),
		cmocka_unit_test_setup_teardown(an_expired_ca_signs_nothing, begin, end),
		cmocka_unit_test_setup_teardown(the_next_ca_is_made_90_days_before_the_end_and_signs_45_days_later,
						begin, end),
		cmocka_unit_test_setup_teardown(a_waiting_ca_that_expired_is_not_rolled_to, begin, end),
		cmocka_unit_test_setup_teardown(expired_cas_make_room_for_new_ones, begin, end),
		cmocka_unit_test_setup_teardown(a_full_house_of_challenges_says_try_again, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
