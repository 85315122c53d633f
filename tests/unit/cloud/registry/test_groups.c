/* Thing groups, who is in them, which policies they give, and what is told when it is durable. */
#include "certs.h"

#include "cloud/registry/groups.h"
#include "cloud/registry/policy_set.h"

#define DOCUMENT "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"*\"}}"
#define GROUP_ARN(name) ARN_PREFIX "thinggroup/" name

static const zt_view arn = ZT_LIT_INIT(DEVICE_ARN);

static zt_status make_group(registry_fixture *f, const char *name, const char *parent)
{
	const zt_thing_group *made;
	const zt_thing_group_spec spec = { .name = zt_view_of(name), .parent = zt_view_of(parent) };
	return zt_txn_thing_group_create(f->txn, &spec, &made, &f->error);
}

static zt_status make_thing(registry_fixture *f, const char *name)
{
	const zt_thing *made;
	const zt_thing_spec spec = { .name = zt_view_of(name) };
	return zt_txn_thing_create(f->txn, &spec, &made, &f->error);
}

static zt_status add(registry_fixture *f, const char *group, const char *thing)
{
	return zt_txn_group_add(f->txn, zt_view_of(group), zt_view_of(thing), &f->error);
}

/* "root" above "middle" above "leaf", and "other"; things "t" and "u". */
static void make_all(registry_fixture *f)
{
	begin(f);
	assert_ok(make_group(f, "root", NULL));
	assert_ok(make_group(f, "middle", "root"));
	assert_ok(make_group(f, "leaf", "middle"));
	assert_ok(make_group(f, "other", NULL));
	assert_ok(make_thing(f, "t"));
	assert_ok(make_thing(f, "u"));
}

static void attach(registry_fixture *f, const char *policy, const char *target)
{
	const zt_iot_policy *made;
	if (!zt_registry_policy(f->registry, zt_view_of(policy)))
		assert_ok(zt_txn_policy_create(f->txn, zt_view_of(policy), ZT_LIT(DOCUMENT), &made, &f->error));
	assert_ok(zt_txn_policy_attach(f->txn, zt_view_of(policy), zt_view_of(target), &f->error));
}

/* "a b" */
static void assert_set(const zt_policy_set *set, const char *expected)
{
	char text[256] = "";
	for (size_t i = 0; i < set->count; i++) {
		size_t n = strlen(text);
		(void)snprintf(text + n, sizeof text - n, "%s%s", n ? " " : "", set->policies[i]->name);
		assert_ptr_equal(set->compiled[i], set->policies[i]->compiled);
	}
	assert_string_equal(text, expected);
}

static void a_hierarchy_is_walked_after_loading(void **state)
{
	registry_fixture *f = *state;
	make_all(f);
	assert_ok(add(f, "leaf", "t"));
	reload(f);
	const zt_thing_group *leaf = zt_registry_thing_group(f->registry, ZT_LIT("leaf"));
	const zt_thing_group *middle = zt_registry_parent_group(f->registry, leaf);
	assert_string_equal(middle->name, "middle");
	assert_string_equal(leaf->parent_id, middle->id);
	assert_ptr_equal(zt_registry_child_group(f->registry, ZT_LIT("middle"), 0), leaf);
	assert_null(zt_registry_child_group(f->registry, ZT_LIT("middle"), 1));
	assert_true(zt_registry_group_is_below(f->registry, leaf, ZT_LIT("root")));
	assert_false(zt_registry_group_is_below(f->registry, leaf, ZT_LIT("leaf")));
	assert_false(zt_registry_group_is_below(f->registry, leaf, ZT_LIT("other")));
	assert_string_equal(zt_registry_next_thing_of_group(f->registry, ZT_LIT("leaf"), ZT_VIEW_EMPTY)->name, "t");
	assert_null(zt_registry_next_thing_of_group(f->registry, ZT_LIT("leaf"), ZT_LIT("t")));
	assert_ptr_equal(zt_registry_group_of_thing(f->registry, ZT_LIT("t"), 0), leaf);
}

static void a_group_with_children_stays(void **state)
{
	registry_fixture *f = *state;
	make_all(f);
	assert_refused(f, zt_txn_thing_group_delete(f->txn, ZT_LIT("middle"), 0, &f->error), "InvalidRequestException",
		       400, "child groups");
	assert_ok(zt_txn_thing_group_delete(f->txn, ZT_LIT("leaf"), 0, &f->error));
	assert_ok(zt_txn_thing_group_delete(f->txn, ZT_LIT("middle"), 0, &f->error));
	assert_ok(zt_txn_thing_group_delete(f->txn, ZT_LIT("middle"), 0, &f->error));
}

static void seven_levels_and_a_hundred_children_are_the_most(void **state)
{
	registry_fixture *f = *state;
	char name[16], above[16] = "";
	begin(f);
	for (int i = 1; i <= ZT_GROUP_DEPTH_MAX; i++) {
		(void)snprintf(name, sizeof name, "l%d", i);
		assert_ok(make_group(f, name, above));
		memcpy(above, name, sizeof above);
	}
	assert_refused(f, make_group(f, "l8", above), "InvalidRequestException", 400, "7 levels");
	for (int i = 0; i < ZT_GROUP_CHILDREN_MAX - 1; i++) {
		(void)snprintf(name, sizeof name, "c%d", i);
		assert_ok(make_group(f, name, "l1"));
	}
	assert_refused(f, make_group(f, "more", "l1"), "InvalidRequestException", 400, "100 child groups");
}

static void a_thing_is_in_one_group_of_a_hierarchy(void **state)
{
	registry_fixture *f = *state;
	make_all(f);
	assert_ok(add(f, "leaf", "t"));
	assert_refused(f, add(f, "root", "t"), "InvalidRequestException", 400, "group leaf of the same hierarchy");
	assert_ok(add(f, "other", "t"));
	assert_ok(add(f, "leaf", "t"));
	assert_ok(zt_txn_group_remove(f->txn, ZT_LIT("leaf"), ZT_LIT("t"), &f->error));
	assert_ok(add(f, "root", "t"));
}

static void a_deleted_thing_leaves_its_groups(void **state)
{
	registry_fixture *f = *state;
	make_all(f);
	assert_ok(add(f, "leaf", "t"));
	assert_ok(add(f, "other", "t"));
	assert_ok(add(f, "other", "u"));
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("t"), 0, &f->error));
	reload(f);
	assert_null(zt_registry_next_thing_of_group(f->registry, ZT_LIT("leaf"), ZT_VIEW_EMPTY));
	assert_string_equal(zt_registry_next_thing_of_group(f->registry, ZT_LIT("other"), ZT_VIEW_EMPTY)->name, "u");
}

static void a_deleted_group_leaves_nothing_behind(void **state)
{
	registry_fixture *f = *state;
	make_all(f);
	assert_ok(add(f, "leaf", "t"));
	attach(f, "p", GROUP_ARN("leaf"));
	assert_ok(zt_txn_thing_group_delete(f->txn, ZT_LIT("leaf"), 0, &f->error));
	assert_null(zt_registry_group_of_thing(f->registry, ZT_LIT("t"), 0));
	assert_ok(zt_txn_policy_delete(f->txn, ZT_LIT("p"), &f->error));
	reload(f);
	assert_null(zt_registry_thing_group(f->registry, ZT_LIT("leaf")));
}

static void policies_come_from_all_groups_above_and_once(void **state)
{
	registry_fixture *f = *state;
	zt_policy_set set = { 0 };
	make_all(f);
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	assert_ok(zt_txn_thing_attach(f->txn, ZT_LIT("t"), arn, false, &f->error));
	assert_ok(add(f, "leaf", "t"));
	assert_ok(add(f, "other", "t"));
	attach(f, "own", DEVICE_ARN);
	attach(f, "own", GROUP_ARN("root"));
	attach(f, "far", GROUP_ARN("root"));
	attach(f, "near", GROUP_ARN("leaf"));
	attach(f, "beside", GROUP_ARN("other"));
	assert_ok(zt_policy_set_of_connection(&set, f->registry, arn, ZT_LIT("t")));
	assert_set(&set, "own near far beside");
	assert_ok(zt_policy_set_of_connection(&set, f->registry, arn, ZT_LIT("u")));
	assert_set(&set, "own");
	assert_ok(zt_policy_set_of_connection(&set, f->registry, arn, ZT_VIEW_EMPTY));
	assert_set(&set, "own");
	zt_policy_set_free(&set);
}

/* An exclusive thing gives its variables to any client id, its groups' policies to its own name alone. */
static void an_exclusive_things_groups_want_its_name_too(void **state)
{
	registry_fixture *f = *state;
	zt_policy_set set = { 0 };
	make_all(f);
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	assert_ok(zt_txn_thing_attach(f->txn, ZT_LIT("t"), arn, true, &f->error));
	assert_ok(add(f, "other", "t"));
	attach(f, "p", GROUP_ARN("other"));
	assert_ok(zt_policy_set_of_connection(&set, f->registry, arn, ZT_LIT("x")));
	assert_set(&set, "");
	assert_ok(zt_policy_set_of_connection(&set, f->registry, arn, ZT_LIT("t")));
	assert_set(&set, "p");
	zt_policy_set_free(&set);
}

typedef struct {
	char text[256];
} told;

static void note(void *context, zt_kind kind, const void *before, const void *after)
{
	told *t = context;
	size_t n = strlen(t->text);
	(void)snprintf(t->text + n, sizeof t->text - n, "%d%c%c ", (int)kind, before ? 'b' : '-', after ? 'a' : '-');
}

static void what_is_durable_is_told_and_nothing_else(void **state)
{
	registry_fixture *f = *state;
	told t = { "" };
	char expected[64];
	zt_registry_watch(f->registry, note, &t);
	begin(f);
	assert_ok(make_group(f, "g", NULL));
	zt_txn_abort(f->txn);
	f->txn = NULL;
	assert_string_equal(t.text, "");
	begin(f);
	assert_ok(make_group(f, "g", NULL));
	assert_ok(make_thing(f, "t"));
	assert_ok(add(f, "g", "t"));
	assert_string_equal(t.text, "");
	assert_ok(commit(f));
	(void)snprintf(expected, sizeof expected, "%d-a %d-a %d-a ", (int)ZT_KIND_THING_GROUP, (int)ZT_KIND_THING,
		       (int)ZT_KIND_GROUP_MEMBER);
	assert_string_equal(t.text, expected);
	t.text[0] = 0;
	begin(f);
	assert_ok(zt_txn_thing_delete(f->txn, ZT_LIT("t"), 0, &f->error));
	assert_ok(commit(f));
	(void)snprintf(expected, sizeof expected, "%db- %db- ", (int)ZT_KIND_GROUP_MEMBER, (int)ZT_KIND_THING);
	assert_string_equal(t.text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hierarchy_is_walked_after_loading),
		TEST(a_group_with_children_stays),
		TEST(seven_levels_and_a_hundred_children_are_the_most),
		TEST(a_thing_is_in_one_group_of_a_hierarchy),
		TEST(a_deleted_thing_leaves_its_groups),
		TEST(a_deleted_group_leaves_nothing_behind),
		TEST(policies_come_from_all_groups_above_and_once),
		TEST(an_exclusive_things_groups_want_its_name_too),
		TEST(what_is_durable_is_told_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
