/* CA certificates once they are registered. */
#include "certs.h"

static const zt_ca *register_ok(registry_fixture *f, const char *name)
{
	const zt_ca *ca = NULL;
	if (register_ca(f, name, &ca) != ZT_OK)
		fail_msg("%s: %s", f->error.code, f->error.text);
	return ca;
}

static const zt_ca *ca_of_leaf(registry_fixture *f, const char *name, bool active_only)
{
	zt_str der = der_of(name);
	zt_cert_info *info;
	assert_ok(zt_cert_read(zt_str_view(&der), &info, NULL));
	const zt_ca *ca = zt_registry_ca_of_leaf(f->registry, info, zt_str_view(&der), active_only);
	zt_cert_info_free(info);
	zt_str_free(&der);
	return ca;
}

static void of_two_cas_with_one_name_the_signer_is_found(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	(void)register_ok(f, "tenant-ca");
	(void)register_ok(f, "tenant-ca-next");
	assert_string_equal(ca_of_leaf(f, "device", true)->id, TENANT_CA);
	assert_string_equal(ca_of_leaf(f, "device-next", true)->id, TENANT_CA_NEXT);
	reload(f);
	assert_string_equal(ca_of_leaf(f, "device", true)->id, TENANT_CA);
	assert_string_equal(ca_of_leaf(f, "device-next", true)->id, TENANT_CA_NEXT);
}

static void a_leaf_of_an_unregistered_ca_has_none(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_null(ca_of_leaf(f, "device", false));
	(void)register_ok(f, "tenant-ca-next");
	assert_null(ca_of_leaf(f, "device", false));
}

static void an_inactive_ca_is_found_only_when_asked_for(void **state)
{
	registry_fixture *f = *state;
	const bool no = false;
	zt_ca_update update = { .active = &no };
	begin(f);
	(void)register_ok(f, "tenant-ca");
	assert_ok(zt_txn_ca_update(f->txn, ZT_LIT(TENANT_CA), &update, &f->error));
	assert_null(ca_of_leaf(f, "device", true));
	assert_string_equal(ca_of_leaf(f, "device", false)->id, TENANT_CA);
}

static void an_update_changes_what_it_names(void **state)
{
	registry_fixture *f = *state;
	const bool no = false;
	zt_ca_update update = { .auto_registration = &no, .template_name = ZT_LIT("fleet") };
	begin(f);
	(void)register_ok(f, "tenant-ca");
	f->now_ms += 5000;
	assert_ok(zt_txn_ca_update(f->txn, ZT_LIT(TENANT_CA), &update, &f->error));
	reload(f);
	const zt_ca *ca = zt_registry_ca(f->registry, ZT_LIT(TENANT_CA));
	assert_true(ca->active);
	assert_false(ca->auto_registration);
	assert_string_equal(ca->registration.template_name, "fleet");
	assert_int_equal(ca->customer_version, 2);
	assert_int_equal(ca->created_ms, fixture_start_ms);
	assert_int_equal(ca->modified_ms, fixture_start_ms + 5000);
	assert_int_equal(ca->mode, ZT_MODE_SNI_ONLY);
}

static void an_update_can_remove_the_registration_template(void **state)
{
	registry_fixture *f = *state;
	zt_ca_update set = { .template_name = ZT_LIT("fleet") }, remove = { .remove_registration = true };
	begin(f);
	(void)register_ok(f, "tenant-ca");
	assert_ok(zt_txn_ca_update(f->txn, ZT_LIT(TENANT_CA), &set, &f->error));
	assert_ok(zt_txn_ca_update(f->txn, ZT_LIT(TENANT_CA), &(zt_ca_update){ 0 }, &f->error));
	assert_string_equal(zt_registry_ca(f->registry, ZT_LIT(TENANT_CA))->registration.template_name, "fleet");
	assert_ok(zt_txn_ca_update(f->txn, ZT_LIT(TENANT_CA), &remove, &f->error));
	assert_null(zt_registry_ca(f->registry, ZT_LIT(TENANT_CA))->registration.template_name);
}

static void an_update_checks_the_registration_template(void **state)
{
	registry_fixture *f = *state;
	zt_ca_update update = { .template_name = ZT_LIT("a name") };
	begin(f);
	(void)register_ok(f, "tenant-ca");
	assert_refused(f, zt_txn_ca_update(f->txn, ZT_LIT(TENANT_CA), &update, &f->error), "InvalidRequestException",
		       400, "templateName");
}

static void only_an_inactive_ca_is_deleted(void **state)
{
	registry_fixture *f = *state;
	const bool no = false;
	zt_ca_update update = { .active = &no };
	zt_view id = ZT_LIT(TENANT_CA);
	begin(f);
	(void)register_ok(f, "tenant-ca");
	assert_refused(f, zt_txn_ca_delete(f->txn, id, &f->error), "CertificateStateException", 406, TENANT_CA);
	assert_ok(zt_txn_ca_update(f->txn, id, &update, &f->error));
	assert_ok(zt_txn_ca_delete(f->txn, id, &f->error));
	assert_null(zt_registry_ca(f->registry, id));
	assert_null(ca_of_leaf(f, "device", false));
	reload(f);
	assert_null(zt_registry_ca(f->registry, id));
}

static void an_unknown_ca_is_not_found(void **state)
{
	registry_fixture *f = *state;
	zt_ca_update update = { 0 };
	begin(f);
	assert_refused(f, zt_txn_ca_update(f->txn, ZT_LIT(DEVICE), &update, &f->error), "ResourceNotFoundException",
		       404, DEVICE);
	assert_refused(f, zt_txn_ca_delete(f->txn, ZT_LIT(DEVICE), &f->error), "ResourceNotFoundException", 404,
		       DEVICE);
	assert_null(zt_registry_ca(f->registry, ZT_LIT("")));
}

static void cas_are_walked_in_order_of_creation(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	(void)register_ok(f, "tenant-ca-next");
	f->now_ms += 1000;
	(void)register_ok(f, "tenant-ca");
	assert_string_equal(zt_registry_next_ca(f->registry, ZT_VIEW_EMPTY)->id, TENANT_CA_NEXT);
	assert_string_equal(zt_registry_next_ca(f->registry, ZT_LIT(TENANT_CA_NEXT))->id, TENANT_CA);
	assert_null(zt_registry_next_ca(f->registry, ZT_LIT(TENANT_CA)));
	assert_string_equal(zt_registry_previous_ca(f->registry, ZT_VIEW_EMPTY)->id, TENANT_CA);
	assert_string_equal(zt_registry_previous_ca(f->registry, ZT_LIT(TENANT_CA))->id, TENANT_CA_NEXT);
	assert_null(zt_registry_previous_ca(f->registry, ZT_LIT(TENANT_CA_NEXT)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_two_cas_with_one_name_the_signer_is_found),
		TEST(a_leaf_of_an_unregistered_ca_has_none),
		TEST(an_inactive_ca_is_found_only_when_asked_for),
		TEST(an_update_changes_what_it_names),
		TEST(an_update_can_remove_the_registration_template),
		TEST(an_update_checks_the_registration_template),
		TEST(only_an_inactive_ca_is_deleted),
		TEST(an_unknown_ca_is_not_found),
		TEST(cas_are_walked_in_order_of_creation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
