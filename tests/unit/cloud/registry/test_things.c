#include "fixture.h"

#include "cloud/registry/things.h"

static const zt_thing *create(registry_fixture *f, const char *name, const char *type, json_t *attributes)
{
	const zt_thing *thing = NULL;
	zt_thing_spec spec = { .name = zt_view_of(name), .type = zt_view_of(type), .attributes = attributes };
	if (zt_txn_thing_create(f->txn, &spec, &thing, &f->error) != ZT_OK)
		fail_msg("%s: %s", f->error.code, f->error.text);
	json_decref(attributes);
	return thing;
}

static void create_type(registry_fixture *f, const char *name)
{
	const zt_thing_type *type;
	zt_thing_type_spec spec = { .name = zt_view_of(name) };
	assert_ok(zt_txn_thing_type_create(f->txn, &spec, &type, &f->error));
}

static zt_status try_create(registry_fixture *f, const char *name, const char *type, json_t *attributes)
{
	const zt_thing *thing = NULL;
	zt_thing_spec spec = { .name = zt_view_of(name), .type = zt_view_of(type), .attributes = attributes };
	zt_status status = zt_txn_thing_create(f->txn, &spec, &thing, &f->error);
	json_decref(attributes);
	return status;
}

static void a_thing_is_made_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	create_type(f, "sensor");
	const zt_thing *thing = create(f, "lamp", "sensor", json_pack("{ss ss}", "deviceId", "ab", "tenant", "t"));
	char id[37];
	memcpy(id, thing->id, sizeof id);
	assert_int_equal(strlen(id), 36);
	reload(f);
	thing = zt_registry_thing(f->registry, ZT_LIT("lamp"));
	assert_non_null(thing);
	assert_string_equal(thing->id, id);
	assert_string_equal(thing->type, "sensor");
	assert_int_equal(thing->version, 1);
	assert_int_equal(thing->created_ms, fixture_start_ms);
	assert_int_equal(json_object_size(thing->attributes), 2);
	assert_string_equal(json_string_value(json_object_get(thing->attributes, "deviceId")), "ab");
}

static void the_same_thing_again_is_the_existing_one(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	const zt_thing *first = create(f, "lamp", "", json_pack("{ss}", "a", "1"));
	assert_ptr_equal(create(f, "lamp", "", json_pack("{ss}", "a", "1")), first);
	assert_refused(f, try_create(f, "lamp", "", json_pack("{ss}", "a", "2")), "ResourceAlreadyExistsException", 409,
		       "lamp");
	assert_refused(f, try_create(f, "lamp", "", NULL), "ResourceAlreadyExistsException", 409, "lamp");
}

static void names_and_attributes_keep_to_their_patterns(void **state)
{
	registry_fixture *f = *state;
	char long_name[130], long_value[802];
	memset(long_name, 'n', 129);
	long_name[129] = 0;
	memset(long_value, 'v', 801);
	long_value[801] = 0;
	begin(f);
	assert_refused(f, try_create(f, "", "", NULL), "InvalidRequestException", 400, "thingName");
	assert_refused(f, try_create(f, "a b", "", NULL), "InvalidRequestException", 400, "[a-zA-Z0-9:_-]+");
	assert_refused(f, try_create(f, long_name, "", NULL), "InvalidRequestException", 400,
		       "less than or equal to 128");
	assert_refused(f, try_create(f, "a", "", json_pack("{ss}", "k y", "v")), "InvalidRequestException", 400,
		       "attributes");
	assert_refused(f, try_create(f, "a", "", json_pack("{ss}", "k", "v w")), "InvalidRequestException", 400,
		       "attributes");
	assert_refused(f, try_create(f, "a", "", json_pack("{ss}", "k", long_value)), "InvalidRequestException", 400,
		       "800");
	assert_refused(f, try_create(f, "a", "", json_pack("{si}", "k", 1)), "InvalidRequestException", 400, "string");
	assert_refused(f, try_create(f, "a", "", json_array()), "InvalidRequestException", 400, "object");
	(void)create(f, "a:b_C-9", "", json_pack("{ss}", "a.b,c@d/e:f#g-h", "[=]"));
}

static void four_attributes_need_a_type(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	create_type(f, "sensor");
	json_t *four = json_pack("{ss ss ss ss}", "a", "1", "b", "2", "c", "3", "d", "4");
	assert_refused(f, try_create(f, "lamp", "", json_incref(four)), "InvalidRequestException", 400, "at most 3");
	(void)create(f, "lamp", "sensor", four);
	zt_thing_update update = { .name = ZT_LIT("lamp"), .remove_type = true };
	assert_refused(f, zt_txn_thing_update(f->txn, &update, &f->error), "InvalidRequestException", 400, "at most 3");
}

static void fifty_attributes_are_the_most(void **state)
{
	registry_fixture *f = *state;
	json_t *many = json_object();
	for (int i = 0; i < 51; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "a%d", i);
		assert_int_equal(json_object_set_new(many, name, json_string("v")), 0);
	}
	begin(f);
	create_type(f, "sensor");
	assert_refused(f, try_create(f, "lamp", "sensor", json_incref(many)), "InvalidRequestException", 400,
		       "at most 50");
	assert_int_equal(json_object_del(many, "a0"), 0);
	(void)create(f, "lamp", "sensor", many);
}

static void an_unknown_or_deprecated_type_is_refused(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_refused(f, try_create(f, "lamp", "ghost", NULL), "ResourceNotFoundException", 404, "ghost");
	create_type(f, "old");
	assert_ok(zt_txn_thing_type_deprecate(f->txn, ZT_LIT("old"), false, &f->error));
	assert_refused(f, try_create(f, "lamp", "old", NULL), "InvalidRequestException", 400, "deprecated");
}

static void a_billing_group_cannot_exist_yet(void **state)
{
	registry_fixture *f = *state;
	const zt_thing *thing;
	zt_thing_spec spec = { .name = ZT_LIT("lamp"), .billing_group = ZT_LIT("b") };
	begin(f);
	assert_refused(f, zt_txn_thing_create(f->txn, &spec, &thing, &f->error), "ResourceNotFoundException", 404,
		       "Billing group b");
}

static void update(registry_fixture *f, bool merge, json_t *attributes)
{
	zt_thing_update change = { .name = ZT_LIT("lamp"), .attributes = attributes, .merge = merge };
	if (zt_txn_thing_update(f->txn, &change, &f->error) != ZT_OK)
		fail_msg("%s", f->error.text);
	json_decref(attributes);
}

static void assert_attributes(registry_fixture *f, json_t *expected)
{
	assert_true(json_equal(zt_registry_thing(f->registry, ZT_LIT("lamp"))->attributes, expected));
	json_decref(expected);
}

static void an_update_replaces_or_merges(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	(void)create(f, "lamp", "", json_pack("{ss ss}", "a", "1", "b", "2"));
	update(f, true, json_pack("{ss ss}", "b", "", "c", "3"));
	assert_attributes(f, json_pack("{ss ss}", "a", "1", "c", "3"));
	update(f, false, json_pack("{ss}", "d", "4"));
	assert_attributes(f, json_pack("{ss}", "d", "4"));
	assert_int_equal(zt_registry_thing(f->registry, ZT_LIT("lamp"))->version, 3);
	zt_txn_abort(f->txn);
	f->txn = NULL;
	assert_null(zt_registry_thing(f->registry, ZT_LIT("lamp")));
}

static void merging_beyond_the_limit_is_refused(void **state)
{
	registry_fixture *f = *state;
	json_t *one = json_pack("{ss}", "d", "4");
	begin(f);
	(void)create(f, "lamp", "", json_pack("{ss ss ss}", "a", "1", "b", "2", "c", "3"));
	zt_thing_update change = { .name = ZT_LIT("lamp"), .attributes = one, .merge = true };
	assert_refused(f, zt_txn_thing_update(f->txn, &change, &f->error), "InvalidRequestException", 400, "at most 3");
	assert_int_equal(zt_registry_thing(f->registry, ZT_LIT("lamp"))->version, 1);
	json_decref(one);
}

static void an_update_changes_the_type(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	create_type(f, "sensor");
	(void)create(f, "lamp", "", NULL);
	zt_thing_update change = { .name = ZT_LIT("lamp"), .type = ZT_LIT("sensor") };
	assert_ok(zt_txn_thing_update(f->txn, &change, &f->error));
	assert_string_equal(zt_registry_thing(f->registry, ZT_LIT("lamp"))->type, "sensor");
	change.remove_type = true;
	assert_refused(f, zt_txn_thing_update(f->txn, &change, &f->error), "InvalidRequestException", 400,
		       "set and removed");
	change.type = ZT_LIT("ghost");
	change.remove_type = false;
	assert_refused(f, zt_txn_thing_update(f->txn, &change, &f->error), "ResourceNotFoundException", 404, "ghost");
	change = (zt_thing_update){ .name = ZT_LIT("lamp"), .remove_type = true };
	assert_ok(zt_txn_thing_update(f->txn, &change, &f->error));
	assert_string_equal(zt_registry_thing(f->registry, ZT_LIT("lamp"))->type, "");
}

static void an_update_wants_an_object_of_attributes(void **state)
{
	registry_fixture *f = *state;
	json_t *list = json_array();
	begin(f);
	(void)create(f, "lamp", "", NULL);
	zt_thing_update change = { .name = ZT_LIT("lamp"), .attributes = list };
	assert_refused(f, zt_txn_thing_update(f->txn, &change, &f->error), "InvalidRequestException", 400, "object");
	json_decref(list);
}

static void an_expected_version_guards(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	(void)create(f, "lamp", "", NULL);
	zt_thing_update change = { .name = ZT_LIT("lamp"), .expected_version = 7 };
	assert_refused(f, zt_txn_thing_update(f->txn, &change, &f->error), "VersionConflictException", 409, "lamp");
	assert_refused(f, zt_txn_thing_delete(f->txn, ZT_LIT("lamp"), 7, &f->error), "VersionConflictException", 409,
		       "lamp");
	change.expected_version = 1;
	assert_ok(zt_txn_thing_update(f->txn, &change, &f->error));
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("lamp"), 2, &f->error));
	assert_null(zt_registry_thing(f->registry, ZT_LIT("lamp")));
}

static void an_unknown_thing_is_not_updated_but_deleted(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	zt_thing_update change = { .name = ZT_LIT("ghost") };
	assert_refused(f, zt_txn_thing_update(f->txn, &change, &f->error), "ResourceNotFoundException", 404, "ghost");
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("ghost"), 0, &f->error));
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("ghost"), 5, &f->error));
}

static void things_are_walked_in_order_of_name(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	(void)create(f, "b", "", NULL);
	(void)create(f, "a", "", NULL);
	(void)create(f, "c", "", NULL);
	assert_string_equal(zt_registry_next_thing(f->registry, ZT_VIEW_EMPTY)->name, "a");
	assert_string_equal(zt_registry_next_thing(f->registry, ZT_LIT("a"))->name, "b");
	assert_string_equal(zt_registry_next_thing(f->registry, ZT_LIT("bb"))->name, "c");
	assert_null(zt_registry_next_thing(f->registry, ZT_LIT("c")));
}

static void things_are_found_by_attribute(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	(void)create(f, "b", "", json_pack("{ss}", "deviceId", "x"));
	(void)create(f, "a", "", json_pack("{ss}", "deviceId", "x"));
	(void)create(f, "c", "", json_pack("{ss}", "deviceId", "xy"));
	zt_view id = ZT_LIT("deviceId"), x = ZT_LIT("x");
	assert_string_equal(zt_registry_next_thing_with(f->registry, id, x, ZT_VIEW_EMPTY)->name, "a");
	assert_string_equal(zt_registry_next_thing_with(f->registry, id, x, ZT_LIT("a"))->name, "b");
	assert_null(zt_registry_next_thing_with(f->registry, id, x, ZT_LIT("b")));
	assert_null(zt_registry_next_thing_with(f->registry, id, ZT_LIT("y"), ZT_VIEW_EMPTY));
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("a"), 0, &f->error));
	assert_string_equal(zt_registry_next_thing_with(f->registry, id, x, ZT_VIEW_EMPTY)->name, "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_thing_is_made_and_loaded_again),
		TEST(the_same_thing_again_is_the_existing_one),
		TEST(names_and_attributes_keep_to_their_patterns),
		TEST(four_attributes_need_a_type),
		TEST(fifty_attributes_are_the_most),
		TEST(an_unknown_or_deprecated_type_is_refused),
		TEST(a_billing_group_cannot_exist_yet),
		TEST(an_update_replaces_or_merges),
		TEST(merging_beyond_the_limit_is_refused),
		TEST(an_update_changes_the_type),
		TEST(an_update_wants_an_object_of_attributes),
		TEST(an_expected_version_guards),
		TEST(an_unknown_thing_is_not_updated_but_deleted),
		TEST(things_are_walked_in_order_of_name),
		TEST(things_are_found_by_attribute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
