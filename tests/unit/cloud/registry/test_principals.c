/* Certificates attached to things. */
#include "certs.h"

static const zt_view lamp = ZT_LIT_INIT("lamp"), fan = ZT_LIT_INIT("fan"), arn = ZT_LIT_INIT(DEVICE_ARN),
		     next_arn = ZT_LIT_INIT(DEVICE_NEXT_ARN);

static void make_things(registry_fixture *f)
{
	const zt_thing *thing;
	zt_thing_spec first = { .name = lamp }, second = { .name = fan };
	begin(f);
	assert_ok(zt_txn_thing_create(f->txn, &first, &thing, &f->error));
	assert_ok(zt_txn_thing_create(f->txn, &second, &thing, &f->error));
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	assert_ok(add_certificate(f, "device-next", "", ZT_CERT_ACTIVE));
}

static zt_status attach(registry_fixture *f, zt_view thing, zt_view principal, bool exclusive)
{
	return zt_txn_thing_attach(f->txn, thing, principal, exclusive, &f->error);
}

static void assert_thing_of(registry_fixture *f, zt_view principal, size_t index, const char *name, bool is_exclusive)
{
	bool exclusive = !is_exclusive;
	const zt_thing *thing = zt_registry_thing_of_principal(f->registry, principal, index, &exclusive);
	assert_non_null(thing);
	assert_string_equal(thing->name, name);
	assert_int_equal(exclusive, is_exclusive);
}

static void both_sides_know_of_it_also_after_loading(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_ok(attach(f, lamp, next_arn, false));
	assert_ok(attach(f, lamp, arn, false));
	assert_ok(attach(f, fan, arn, false));
	reload(f);
	const zt_thing *thing = zt_registry_thing(f->registry, lamp);
	assert_int_equal(thing->principal_count, 2);
	assert_string_equal(thing->principals[0].principal, DEVICE_NEXT_ARN);
	assert_string_equal(thing->principals[1].principal, DEVICE_ARN);
	assert_int_equal(thing->version, 1);
	assert_thing_of(f, arn, 0, "fan", false);
	assert_thing_of(f, arn, 1, "lamp", false);
	assert_null(zt_registry_thing_of_principal(f->registry, arn, 2, NULL));
	assert_thing_of(f, next_arn, 0, "lamp", false);
}

static void attaching_again_is_fine(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_ok(attach(f, lamp, arn, false));
	assert_ok(attach(f, lamp, arn, false));
	assert_int_equal(zt_registry_thing(f->registry, lamp)->principal_count, 1);
	assert_ok(attach(f, lamp, arn, true));
	assert_int_equal(zt_registry_thing(f->registry, lamp)->principal_count, 1);
	assert_thing_of(f, arn, 0, "lamp", true);
}

static void thing_and_certificate_must_exist(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_refused(f, attach(f, ZT_LIT("ghost"), arn, false), "ResourceNotFoundException", 404, "ghost");
	assert_refused(f, attach(f, lamp, ZT_LIT(ARN_PREFIX "cert/" TENANT_CA), false), "ResourceNotFoundException",
		       404, TENANT_CA);
	assert_refused(f, attach(f, lamp, ZT_LIT(DEVICE), false), "InvalidRequestException", 400, "Invalid principal");
	assert_refused(f, attach(f, lamp, ZT_LIT("arn:aws:iot:eu-west-1:999999999999:cert/" DEVICE), false),
		       "InvalidRequestException", 400, "Invalid principal");
	assert_refused(f, attach(f, lamp, ZT_VIEW_EMPTY, false), "InvalidRequestException", 400, "Invalid principal");
}

static void detaching_what_is_not_attached_is_fine(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_ok(attach(f, lamp, arn, false));
	assert_ok(attach(f, lamp, next_arn, false));
	assert_ok(zt_txn_thing_detach(f->txn, lamp, arn, &f->error));
	assert_ok(zt_txn_thing_detach(f->txn, lamp, arn, &f->error));
	assert_null(zt_registry_thing_of_principal(f->registry, arn, 0, NULL));
	assert_thing_of(f, next_arn, 0, "lamp", false);
	assert_refused(f, zt_txn_thing_detach(f->txn, ZT_LIT("ghost"), arn, &f->error), "ResourceNotFoundException",
		       404, "ghost");
}

static void a_thing_with_principals_is_not_deleted(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_ok(attach(f, lamp, arn, false));
	assert_refused(f, zt_txn_thing_delete(f->txn, lamp, 0, &f->error), "InvalidRequestException", 400,
		       "Cannot delete. Thing lamp is still attached to one or more principals");
	assert_ok(zt_txn_thing_detach(f->txn, lamp, arn, &f->error));
	assert_ok(zt_txn_thing_delete(f->txn, lamp, 0, &f->error));
}

static void an_exclusive_certificate_has_one_thing(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_ok(attach(f, lamp, arn, true));
	assert_refused(f, attach(f, fan, arn, false), "InvalidRequestException", 400, "lamp exclusively");
	assert_refused(f, attach(f, fan, arn, true), "InvalidRequestException", 400, "lamp exclusively");
	assert_ok(attach(f, lamp, next_arn, false));
	assert_refused(f, attach(f, fan, next_arn, true), "InvalidRequestException", 400,
		       "cannot be attached exclusively");
	reload(f);
	assert_thing_of(f, arn, 0, "lamp", true);
}

static const char *bound(registry_fixture *f, zt_view principal, const char *client_id)
{
	const zt_thing *thing = zt_registry_thing_of_connection(f->registry, principal, zt_view_of(client_id));
	return thing ? thing->name : "none";
}

static void a_connection_is_bound_by_client_id_or_exclusively(void **state)
{
	registry_fixture *f = *state;
	make_things(f);
	assert_string_equal(bound(f, arn, "lamp"), "none");
	assert_ok(attach(f, lamp, arn, false));
	assert_ok(attach(f, fan, arn, false));
	assert_string_equal(bound(f, arn, "lamp"), "lamp");
	assert_string_equal(bound(f, arn, "fan"), "fan");
	assert_string_equal(bound(f, arn, "other"), "none");
	assert_string_equal(bound(f, arn, ""), "none");
	assert_ok(attach(f, lamp, next_arn, true));
	assert_string_equal(bound(f, next_arn, "any"), "lamp");
}

static void an_update_keeps_the_principals(void **state)
{
	registry_fixture *f = *state;
	json_t *attributes = json_pack("{ss}", "a", "1");
	zt_thing_update update = { .name = lamp, .attributes = attributes };
	make_things(f);
	assert_ok(attach(f, lamp, arn, true));
	assert_ok(zt_txn_thing_update(f->txn, &update, &f->error));
	assert_thing_of(f, arn, 0, "lamp", true);
	json_decref(attributes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_sides_know_of_it_also_after_loading),
		TEST(attaching_again_is_fine),
		TEST(thing_and_certificate_must_exist),
		TEST(detaching_what_is_not_attached_is_fine),
		TEST(a_thing_with_principals_is_not_deleted),
		TEST(an_exclusive_certificate_has_one_thing),
		TEST(a_connection_is_bound_by_client_id_or_exclusively),
		TEST(an_update_keeps_the_principals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
