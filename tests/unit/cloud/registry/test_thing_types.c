#include "fixture.h"

#include "cloud/registry/things.h"

static zt_status create(registry_fixture *f, const char *name, const char *description, json_t *searchable)
{
	const zt_thing_type *type = NULL;
	zt_thing_type_spec spec = { zt_view_of(name), zt_view_of(description), searchable };
	zt_status status = zt_txn_thing_type_create(f->txn, &spec, &type, &f->error);
	json_decref(searchable);
	if (status == ZT_OK)
		assert_string_equal(type->name, name);
	return status;
}

static void a_type_is_made_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "sensor", "measures", json_pack("[s]", "room")));
	reload(f);
	const zt_thing_type *type = zt_registry_thing_type(f->registry, ZT_LIT("sensor"));
	assert_string_equal(type->description, "measures");
	assert_string_equal(json_string_value(json_array_get(type->searchable_attributes, 0)), "room");
	assert_int_equal(strlen(type->id), 36);
	assert_int_equal(type->created_ms, fixture_start_ms);
	assert_false(type->deprecated);
	assert_ptr_equal(zt_registry_next_thing_type(f->registry, ZT_VIEW_EMPTY), type);
	assert_null(zt_registry_next_thing_type(f->registry, ZT_LIT("sensor")));
}

static void the_same_type_again_is_fine_another_is_not(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "sensor", "", NULL));
	assert_ok(create(f, "sensor", "", json_array()));
	assert_refused(f, create(f, "sensor", "other", NULL), "ResourceAlreadyExistsException", 409, "sensor");
	assert_refused(f, create(f, "sensor", "", json_pack("[s]", "a")), "ResourceAlreadyExistsException", 409,
		       "sensor");
}

static void fields_are_checked(void **state)
{
	registry_fixture *f = *state;
	static char long_description[2030];
	memset(long_description, 'd', 2029);
	begin(f);
	assert_refused(f, create(f, "a b", "", NULL), "InvalidRequestException", 400, "thingTypeName");
	assert_refused(f, create(f, "a", long_description, NULL), "InvalidRequestException", 400, "2028");
	assert_refused(f, create(f, "a", "", json_pack("[ssss]", "a", "b", "c", "d")), "InvalidRequestException", 400,
		       "at most 3");
	assert_refused(f, create(f, "a", "", json_pack("[i]", 1)), "InvalidRequestException", 400, "attributes");
	assert_refused(f, create(f, "a", "", json_object()), "InvalidRequestException", 400, "searchable");
}

static void deleting_wants_deprecation_and_five_minutes(void **state)
{
	registry_fixture *f = *state;
	zt_view name = ZT_LIT("sensor");
	begin(f);
	assert_ok(create(f, "sensor", "", NULL));
	assert_refused(f, zt_txn_thing_type_delete(f->txn, name, &f->error), "InvalidRequestException", 400,
		       "deprecated");
	assert_ok(zt_txn_thing_type_deprecate(f->txn, name, false, &f->error));
	reload(f);
	begin(f);
	f->now_ms += 5 * 60 * 1000 - 1;
	assert_refused(f, zt_txn_thing_type_delete(f->txn, name, &f->error), "InvalidRequestException", 400,
		       "five minutes");
	f->now_ms += 1;
	assert_ok(zt_txn_thing_type_delete(f->txn, name, &f->error));
	assert_null(zt_registry_thing_type(f->registry, name));
	assert_refused(f, zt_txn_thing_type_delete(f->txn, name, &f->error), "ResourceNotFoundException", 404,
		       "sensor");
}

static void deprecation_can_be_undone_and_repeated(void **state)
{
	registry_fixture *f = *state;
	zt_view name = ZT_LIT("sensor");
	begin(f);
	assert_ok(create(f, "sensor", "", NULL));
	assert_ok(zt_txn_thing_type_deprecate(f->txn, name, false, &f->error));
	f->now_ms += 1000;
	assert_ok(zt_txn_thing_type_deprecate(f->txn, name, false, &f->error));
	assert_int_equal(zt_registry_thing_type(f->registry, name)->deprecated_ms, fixture_start_ms);
	assert_ok(zt_txn_thing_type_deprecate(f->txn, name, true, &f->error));
	assert_false(zt_registry_thing_type(f->registry, name)->deprecated);
	assert_refused(f, zt_txn_thing_type_deprecate(f->txn, ZT_LIT("ghost"), false, &f->error),
		       "ResourceNotFoundException", 404, "ghost");
}

static void a_type_of_things_is_not_deleted(void **state)
{
	registry_fixture *f = *state;
	const zt_thing *thing;
	zt_thing_spec spec = { .name = ZT_LIT("lamp"), .type = ZT_LIT("sensor") };
	begin(f);
	assert_ok(create(f, "sensor", "", NULL));
	assert_ok(zt_txn_thing_create(f->txn, &spec, &thing, &f->error));
	assert_ok(zt_txn_thing_type_deprecate(f->txn, ZT_LIT("sensor"), false, &f->error));
	f->now_ms += 5 * 60 * 1000;
	assert_refused(f, zt_txn_thing_type_delete(f->txn, ZT_LIT("sensor"), &f->error), "InvalidRequestException", 400,
		       "associated with things");
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("lamp"), 0, &f->error));
	assert_ok(zt_txn_thing_type_delete(f->txn, ZT_LIT("sensor"), &f->error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_type_is_made_and_loaded_again),
		TEST(the_same_type_again_is_fine_another_is_not),
		TEST(fields_are_checked),
		TEST(deleting_wants_deprecation_and_five_minutes),
		TEST(deprecation_can_be_undone_and_repeated),
		TEST(a_type_of_things_is_not_deleted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
