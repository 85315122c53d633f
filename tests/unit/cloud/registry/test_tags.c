#include "certs.h"

#include "cloud/registry/functions.h"
#include "cloud/registry/roles.h"
#include "cloud/registry/rules.h"
#include "cloud/registry/tags.h"

static const zt_view arn = ZT_LIT_INIT(ARN_PREFIX "policy/p");

static zt_status put(registry_fixture *f, json_t *tags)
{
	zt_status status = zt_txn_tags_put(f->txn, arn, tags, &f->error);
	json_decref(tags);
	return status;
}

static void assert_tags(registry_fixture *f, json_t *expected)
{
	assert_true(json_equal(zt_registry_tags(f->registry, arn), expected));
	json_decref(expected);
}

static void tags_are_added_replaced_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, json_pack("{ss ss}", "owner", "a", "cost", "1")));
	assert_ok(put(f, json_pack("{ss ss}", "owner", "b", "team", "\xc3\xa9")));
	reload(f);
	assert_tags(f, json_pack("{ss ss ss}", "owner", "b", "cost", "1", "team", "\xc3\xa9"));
	assert_null(zt_registry_tags(f->registry, ZT_LIT(ARN_PREFIX "policy/q")));
}

static void tags_are_removed_by_key_or_all(void **state)
{
	registry_fixture *f = *state;
	json_t *keys = json_pack("[ss]", "owner", "never there");
	begin(f);
	assert_ok(put(f, json_pack("{ss ss}", "owner", "a", "cost", "1")));
	assert_ok(zt_txn_tags_remove(f->txn, arn, keys, &f->error));
	assert_tags(f, json_pack("{ss}", "cost", "1"));
	assert_ok(zt_txn_tags_remove(f->txn, arn, NULL, &f->error));
	assert_ok(zt_txn_tags_remove(f->txn, arn, NULL, &f->error));
	assert_null(zt_registry_tags(f->registry, arn));
	assert_ok(put(f, json_pack("{ss}", "owner", "a")));
	assert_ok(zt_txn_tags_remove(f->txn, arn, keys, &f->error));
	assert_null(zt_registry_tags(f->registry, arn));
	json_decref(keys);
}

static json_t *many(int count)
{
	json_t *tags = json_object();
	for (int i = 0; i < count; i++) {
		char key[16];
		(void)snprintf(key, sizeof key, "k%d", i);
		assert_int_equal(json_object_set_new(tags, key, json_string("")), 0);
	}
	return tags;
}

static void no_tags_make_no_record(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, json_object()));
	assert_null(zt_registry_tags(f->registry, arn));
}

static void fifty_tags_are_the_most(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, many(50)));
	assert_refused(f, put(f, json_pack("{ss}", "one", "more")), "LimitExceededException", 410, "50");
	assert_ok(put(f, json_pack("{ss}", "k0", "new")));
}

static void keys_and_values_have_limits(void **state)
{
	registry_fixture *f = *state;
	char long_key[130], long_value[258];
	memset(long_key, 'k', 129);
	long_key[129] = 0;
	memset(long_value, 'v', 257);
	long_value[257] = 0;
	begin(f);
	assert_refused(f, put(f, json_pack("{ss}", "", "v")), "InvalidRequestException", 400, "key");
	assert_refused(f, put(f, json_pack("{ss}", long_key, "v")), "InvalidRequestException", 400, "128");
	assert_refused(f, put(f, json_pack("{ss}", "k", long_value)), "InvalidRequestException", 400, "256");
	assert_refused(f, put(f, json_pack("{si}", "k", 1)), "InvalidRequestException", 400, "string");
	assert_null(zt_registry_tags(f->registry, arn));
}

static void tag(registry_fixture *f, const char *resource)
{
	json_t *tags = json_pack("{ss}", "owner", "a");
	assert_ok(zt_txn_tags_put(f->txn, zt_view_of(resource), tags, &f->error));
	json_decref(tags);
}

static void assert_untagged(registry_fixture *f, const char *resource)
{
	if (zt_registry_tags(f->registry, zt_view_of(resource)))
		fail_msg("%s still has tags", resource);
}

static void the_tags_of_a_deleted_resource_go_with_it(void **state)
{
	registry_fixture *f = *state;
	json_t *configuration = json_object(), *payload = json_pack("{ss s[]}", "sql", "s", "actions");
	zt_role_spec role = { .name = ZT_LIT("r"),
			      .trust_document = ZT_LIT(
				  "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\"}}") };
	const zt_role *made;
	begin(f);
	assert_ok(create_policy(f, "p"));
	assert_ok(zt_txn_function_create(f->txn, ZT_LIT("f"), configuration, "00", &f->error));
	assert_ok(zt_txn_rule_put(f->txn, ZT_LIT("t"), payload, false, &f->error));
	assert_ok(zt_txn_role_create(f->txn, &role, &made, &f->error));
	static const char *const arns[] = { ARN_PREFIX "policy/p", "arn:aws:lambda:eu-west-1:" ACCOUNT ":function:f",
					    ARN_PREFIX "rule/t", "arn:aws:iam::" ACCOUNT ":role/r" };
	for (size_t i = 0; i < ZT_COUNT(arns); i++)
		tag(f, arns[i]);
	assert_ok(zt_txn_policy_delete(f->txn, ZT_LIT("p"), &f->error));
	assert_ok(zt_txn_function_delete(f->txn, ZT_LIT("f"), &f->error));
	assert_ok(zt_txn_rule_delete(f->txn, ZT_LIT("t"), &f->error));
	assert_ok(zt_txn_role_delete(f->txn, ZT_LIT("r"), &f->error));
	for (size_t i = 0; i < ZT_COUNT(arns); i++)
		assert_untagged(f, arns[i]);
	json_decref(configuration);
	json_decref(payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tags_are_added_replaced_and_loaded_again),
		TEST(tags_are_removed_by_key_or_all),
		TEST(no_tags_make_no_record),
		TEST(fifty_tags_are_the_most),
		TEST(keys_and_values_have_limits),
		TEST(the_tags_of_a_deleted_resource_go_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
