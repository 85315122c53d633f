#include "certs.h"

static void add(registry_fixture *f, const char *name, const char *ca_id, zt_cert_status status)
{
	if (add_certificate(f, name, ca_id, status) != ZT_OK)
		fail_msg("%s: %s", f->error.code, f->error.text);
}

static const zt_certificate *device(registry_fixture *f)
{
	return zt_registry_certificate(f->registry, ZT_LIT(DEVICE));
}

static void register_tenant(registry_fixture *f)
{
	const zt_ca *ca;
	assert_ok(register_ca(f, "tenant-ca", &ca));
}

static void assert_is_device(const zt_certificate *certificate)
{
	zt_str pem = pem_of("device");
	assert_non_null(certificate);
	assert_string_equal(certificate->id, DEVICE);
	assert_string_equal(certificate->ca_id, TENANT_CA);
	assert_int_equal(certificate->status, ZT_CERT_PENDING_ACTIVATION);
	assert_int_equal(certificate->mode, ZT_MODE_DEFAULT);
	assert_string_equal(certificate->pem, zt_str_text(&pem));
	assert_int_equal(certificate->created_ms, fixture_start_ms);
	assert_int_equal(certificate->not_before_ms, 1738324500000); /* 2025-01-31T11:55:00Z */
	assert_int_equal(certificate->not_after_ms, 1738411200000);  /* 2025-02-01T12:00:00Z */
	assert_int_equal(certificate->customer_version, 1);
	assert_int_equal(strlen(certificate->generation_id), 36);
	assert_true(zt_is_device_id(zt_cert_common_name(certificate->info)));
	zt_str_free(&pem);
}

static void a_certificate_is_added_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	register_tenant(f);
	add(f, "device", TENANT_CA, ZT_CERT_PENDING_ACTIVATION);
	assert_is_device(device(f));
	reload(f);
	assert_is_device(device(f));
}

static void a_registered_one_exists(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	add(f, "device", "", ZT_CERT_ACTIVE);
	assert_refused(f, add_certificate(f, "device", "", ZT_CERT_INACTIVE), "ResourceAlreadyExistsException", 409,
		       "The certificate is already provisioned or registered");
}

static void what_is_no_certificate_is_refused(void **state)
{
	registry_fixture *f = *state;
	const zt_certificate *certificate;
	zt_certificate_spec spec = { .der = ZT_LIT("\x30\x03\x02\x01\x01") };
	begin(f);
	assert_refused(f, zt_txn_certificate_add(f->txn, &spec, &certificate, &f->error),
		       "CertificateValidationException", 400, "cannot be read");
	assert_refused(f, add_certificate(f, "device", TENANT_CA, ZT_CERT_ACTIVE), "CertificateValidationException",
		       400, TENANT_CA);
}

static void weak_keys_and_digests_are_refused(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_refused(f, add_certificate(f, "leaf-sha1", "", ZT_CERT_ACTIVE), "CertificateValidationException", 400,
		       "SHA-256");
	assert_refused(f, add_certificate(f, "ca-rsa-1024", "", ZT_CERT_ACTIVE), "CertificateValidationException", 400,
		       "2048");
	add(f, "leaf-rsa-pss", "", ZT_CERT_ACTIVE);
}

static zt_status update(registry_fixture *f, zt_cert_status status)
{
	return zt_txn_certificate_update(f->txn, ZT_LIT(DEVICE), status, &f->error);
}

static void an_update_changes_the_status(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	add(f, "device", "", ZT_CERT_PENDING_ACTIVATION);
	f->now_ms += 700;
	assert_ok(update(f, ZT_CERT_ACTIVE));
	reload(f);
	assert_int_equal(device(f)->status, ZT_CERT_ACTIVE);
	assert_int_equal(device(f)->customer_version, 2);
	assert_int_equal(device(f)->created_ms, fixture_start_ms);
	assert_int_equal(device(f)->modified_ms, fixture_start_ms + 700);
	assert_non_null(device(f)->info);
}

/* Text and parsed names are those of the bytes, which stay. */
static void an_update_parses_nothing_anew(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	register_tenant(f);
	add(f, "device", TENANT_CA, ZT_CERT_PENDING_ACTIVATION);
	assert_ok(commit(f));
	const zt_cert_info *info = device(f)->info;
	const char *pem = device(f)->pem;
	begin(f);
	assert_ok(update(f, ZT_CERT_ACTIVE));
	zt_txn_abort(f->txn);
	assert_is_device(device(f));
	begin(f);
	assert_ok(update(f, ZT_CERT_ACTIVE));
	assert_ok(commit(f));
	assert_ptr_equal(device(f)->info, info);
	assert_ptr_equal(device(f)->pem, pem);
}

static void the_same_status_again_changes_nothing(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	add(f, "device", "", ZT_CERT_ACTIVE);
	assert_ok(update(f, ZT_CERT_ACTIVE));
	assert_int_equal(device(f)->customer_version, 1);
}

static void nothing_becomes_pending(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	add(f, "device", "", ZT_CERT_ACTIVE);
	assert_refused(f, update(f, ZT_CERT_PENDING_ACTIVATION), "InvalidRequestException", 400, "PENDING_ACTIVATION");
	assert_refused(f, update(f, ZT_CERT_PENDING_TRANSFER), "InvalidRequestException", 400, "PENDING_TRANSFER");
}

static void a_revoked_or_transferred_one_stays(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	add(f, "device", "", ZT_CERT_ACTIVE);
	assert_ok(update(f, ZT_CERT_REVOKED));
	assert_refused(f, update(f, ZT_CERT_ACTIVE), "CertificateStateException", 406, "REVOKED");
	add(f, "device-next", "", ZT_CERT_PENDING_TRANSFER);
	assert_refused(f, zt_txn_certificate_update(f->txn, ZT_LIT(DEVICE_NEXT), ZT_CERT_ACTIVE, &f->error),
		       "CertificateStateException", 406, "PENDING_TRANSFER");
}

static zt_status delete (registry_fixture *f, bool force)
{
	return zt_txn_certificate_delete(f->txn, ZT_LIT(DEVICE), force, &f->error);
}

static void only_a_deactivated_one_is_deleted(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	add(f, "device", "", ZT_CERT_ACTIVE);
	assert_refused(f, delete (f, false), "CertificateStateException", 406,
		       "Certificate must be deactivated (not ACTIVE) before deletion. Id: " DEVICE);
	assert_refused(f, delete (f, true), "CertificateStateException", 406, DEVICE);
	assert_ok(update(f, ZT_CERT_INACTIVE));
	assert_ok(delete (f, false));
	assert_null(device(f));
	assert_refused(f, delete (f, false), "ResourceNotFoundException", 404, DEVICE);
	reload(f);
	assert_null(device(f));
}

static void policies_hold_it_unless_forced(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create_policy(f, "p"));
	assert_ok(create_policy(f, "q"));
	add(f, "device", "", ZT_CERT_INACTIVE);
	assert_ok(zt_txn_policy_attach(f->txn, ZT_LIT("p"), ZT_LIT(DEVICE_ARN), &f->error));
	assert_ok(zt_txn_policy_attach(f->txn, ZT_LIT("q"), ZT_LIT(DEVICE_ARN), &f->error));
	assert_refused(f, delete (f, false), "DeleteConflictException", 409,
		       "Certificate policies must be detached before deletion (arn: " DEVICE_ARN ")");
	assert_ok(delete (f, true));
	assert_null(zt_registry_policy_of_target(f->registry, ZT_LIT(DEVICE_ARN), 0));
	assert_int_equal(zt_registry_target_of_policy(f->registry, ZT_LIT("p"), 0).n, 0);
}

static void things_hold_it_even_when_forced(void **state)
{
	registry_fixture *f = *state;
	const zt_thing *thing;
	zt_thing_spec spec = { .name = ZT_LIT("lamp") };
	begin(f);
	add(f, "device", "", ZT_CERT_INACTIVE);
	assert_ok(zt_txn_thing_create(f->txn, &spec, &thing, &f->error));
	assert_ok(zt_txn_thing_attach(f->txn, ZT_LIT("lamp"), ZT_LIT(DEVICE_ARN), false, &f->error));
	assert_refused(f, delete (f, true), "DeleteConflictException", 409,
		       "Things must be detached before deletion (arn: " DEVICE_ARN ")");
	assert_ok(zt_txn_thing_detach(f->txn, ZT_LIT("lamp"), ZT_LIT(DEVICE_ARN), &f->error));
	assert_ok(delete (f, false));
}

/* Two of the tenant's CA, then one of none. The id of the first; the others are DEVICE and DEVICE_NEXT. */
static const char *add_three(registry_fixture *f)
{
	begin(f);
	register_tenant(f);
	add(f, "names", TENANT_CA, ZT_CERT_INACTIVE);
	f->now_ms += 1;
	add(f, "device", TENANT_CA, ZT_CERT_INACTIVE);
	f->now_ms += 1;
	add(f, "device-next", "", ZT_CERT_INACTIVE);
	return zt_registry_next_certificate(f->registry, ZT_VIEW_EMPTY, ZT_VIEW_EMPTY)->id;
}

static void they_are_walked_in_order_of_creation_of_all_or_of_one_ca(void **state)
{
	registry_fixture *f = *state;
	zt_view ca = ZT_LIT(TENANT_CA);
	const char *first = add_three(f);
	assert_string_equal(zt_registry_next_certificate(f->registry, ZT_VIEW_EMPTY, zt_view_of(first))->id, DEVICE);
	assert_string_equal(zt_registry_next_certificate(f->registry, ZT_VIEW_EMPTY, ZT_LIT(DEVICE))->id, DEVICE_NEXT);
	assert_null(zt_registry_next_certificate(f->registry, ZT_VIEW_EMPTY, ZT_LIT(DEVICE_NEXT)));
	assert_string_equal(zt_registry_next_certificate(f->registry, ca, ZT_VIEW_EMPTY)->id, first);
	assert_string_equal(zt_registry_next_certificate(f->registry, ca, zt_view_of(first))->id, DEVICE);
	assert_null(zt_registry_next_certificate(f->registry, ca, ZT_LIT(DEVICE)));
	assert_null(zt_registry_next_certificate(f->registry, ZT_LIT(TENANT_CA_NEXT), ZT_VIEW_EMPTY));
}

static void they_are_walked_backwards_too(void **state)
{
	registry_fixture *f = *state;
	zt_view ca = ZT_LIT(TENANT_CA);
	const char *first = add_three(f);
	assert_string_equal(zt_registry_previous_certificate(f->registry, ZT_VIEW_EMPTY, ZT_VIEW_EMPTY)->id,
			    DEVICE_NEXT);
	assert_string_equal(zt_registry_previous_certificate(f->registry, ZT_VIEW_EMPTY, ZT_LIT(DEVICE_NEXT))->id,
			    DEVICE);
	assert_null(zt_registry_previous_certificate(f->registry, ZT_VIEW_EMPTY, zt_view_of(first)));
	assert_string_equal(zt_registry_previous_certificate(f->registry, ca, ZT_VIEW_EMPTY)->id, DEVICE);
	assert_string_equal(zt_registry_previous_certificate(f->registry, ca, ZT_LIT(DEVICE))->id, first);
	assert_null(zt_registry_previous_certificate(f->registry, ca, zt_view_of(first)));
	assert_null(zt_registry_previous_certificate(f->registry, ZT_LIT(TENANT_CA_NEXT), ZT_VIEW_EMPTY));
}

static void a_walk_goes_on_from_the_position_of_a_deleted_one(void **state)
{
	registry_fixture *f = *state;
	char position[ZT_CERT_POSITION_TEXT];
	const char *first = add_three(f);
	memcpy(position, device(f)->position, sizeof position);
	assert_ok(zt_txn_certificate_delete(f->txn, ZT_LIT(DEVICE), false, &f->error));
	assert_null(zt_registry_next_certificate(f->registry, ZT_VIEW_EMPTY, ZT_LIT(DEVICE)));
	zt_view place = zt_view_of(position);
	assert_string_equal(zt_registry_next_certificate(f->registry, ZT_VIEW_EMPTY, place)->id, DEVICE_NEXT);
	assert_string_equal(zt_registry_previous_certificate(f->registry, ZT_VIEW_EMPTY, place)->id, first);
	assert_string_equal(zt_registry_previous_certificate(f->registry, ZT_LIT(TENANT_CA), place)->id, first);
	assert_null(zt_registry_next_certificate(f->registry, ZT_LIT(TENANT_CA), place));
}

static void the_words_of_states_and_modes(void **state)
{
	(void)state;
	zt_cert_status status;
	assert_ok(zt_cert_status_of(ZT_LIT("PENDING_ACTIVATION"), &status));
	assert_int_equal(status, ZT_CERT_PENDING_ACTIVATION);
	assert_string_equal(zt_cert_status_name(ZT_CERT_REGISTER_INACTIVE), "REGISTER_INACTIVE");
	assert_status(zt_cert_status_of(ZT_LIT("active"), &status), ZT_E_INVALID);
	assert_string_equal(zt_cert_mode_name(ZT_MODE_SNI_ONLY), "SNI_ONLY");
	assert_string_equal(zt_cert_mode_name(ZT_MODE_DEFAULT), "DEFAULT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_certificate_is_added_and_loaded_again),
		TEST(a_registered_one_exists),
		TEST(what_is_no_certificate_is_refused),
		TEST(weak_keys_and_digests_are_refused),
		TEST(an_update_changes_the_status),
		TEST(an_update_parses_nothing_anew),
		TEST(the_same_status_again_changes_nothing),
		TEST(nothing_becomes_pending),
		TEST(a_revoked_or_transferred_one_stays),
		TEST(only_a_deactivated_one_is_deleted),
		TEST(policies_hold_it_unless_forced),
		TEST(things_hold_it_even_when_forced),
		TEST(they_are_walked_in_order_of_creation_of_all_or_of_one_ca),
		TEST(they_are_walked_backwards_too),
		TEST(a_walk_goes_on_from_the_position_of_a_deleted_one),
		TEST(the_words_of_states_and_modes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
