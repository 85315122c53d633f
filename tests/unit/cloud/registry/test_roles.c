#include "fixture.h"

#include "cloud/registry/roles.h"

#define TRUST                                                                                                   \
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda." \
	"amazonaws.com\"},"                                                                                     \
	"\"Action\":\"sts:AssumeRole\"}]}"
#define OTHER_TRUST                                                                                                \
	"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"iot.amazonaws.com\"},\"Action\":\"sts:" \
	"AssumeRole\"}}"
#define GRANT "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}}"
#define LOGS "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

static const zt_view name = ZT_LIT_INIT("jitr");

static zt_status create_with(registry_fixture *f, zt_role_spec spec)
{
	const zt_role *role;
	return zt_txn_role_create(f->txn, &spec, &role, &f->error);
}

static void create(registry_fixture *f)
{
	begin(f);
	if (create_with(f, (zt_role_spec){ .name = name, .trust_document = ZT_LIT(TRUST) }) != ZT_OK)
		fail_msg("%s: %s", f->error.code, f->error.text);
}

static const zt_role *role(registry_fixture *f)
{
	return zt_registry_role(f->registry, name);
}

static void a_role_is_made_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	char id[22];
	begin(f);
	assert_ok(create_with(f, (zt_role_spec){ .name = name,
						 .path = ZT_LIT("/fleet/"),
						 .description = ZT_LIT("registers"),
						 .trust_document = ZT_LIT(TRUST),
						 .max_session_s = 7200 }));
	memcpy(id, role(f)->id, sizeof id);
	reload(f);
	assert_string_equal(role(f)->id, id);
	assert_int_equal(strlen(id), 21);
	assert_int_equal(strncmp(id, "AROA", 4), 0);
	assert_int_equal(strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 21);
	assert_string_equal(role(f)->path, "/fleet/");
	assert_string_equal(role(f)->description, "registers");
	assert_string_equal(role(f)->trust_document, TRUST);
	assert_non_null(role(f)->trust);
	assert_int_equal(role(f)->max_session_s, 7200);
	assert_int_equal(role(f)->created_ms, fixture_start_ms);
	assert_int_equal(json_array_size(role(f)->attached), 0);
	assert_ptr_equal(zt_registry_next_role(f->registry, ZT_VIEW_EMPTY), role(f));
	assert_null(zt_registry_next_role(f->registry, name));
}

static void defaults_are_those_of_iam(void **state)
{
	registry_fixture *f = *state;
	create(f);
	assert_string_equal(role(f)->path, "/");
	assert_int_equal(role(f)->max_session_s, 3600);
	assert_null(role(f)->description);
}

static void a_taken_name_is_refused(void **state)
{
	registry_fixture *f = *state;
	create(f);
	assert_refused(f, create_with(f, (zt_role_spec){ .name = name, .trust_document = ZT_LIT(TRUST) }),
		       "EntityAlreadyExists", 409, "Role with name jitr already exists.");
}

static void fields_are_checked(void **state)
{
	registry_fixture *f = *state;
	zt_view trust = ZT_LIT(TRUST);
	begin(f);
	assert_refused(f, create_with(f, (zt_role_spec){ .name = ZT_LIT("a/b"), .trust_document = trust }),
		       "ValidationError", 400, "roleName");
	assert_refused(f,
		       create_with(f, (zt_role_spec){ .name = name, .path = ZT_LIT("fleet"), .trust_document = trust }),
		       "ValidationError", 400, "path");
	assert_refused(f,
		       create_with(f, (zt_role_spec){ .name = name, .trust_document = trust, .max_session_s = 3599 }),
		       "ValidationError", 400, "3600");
	assert_refused(f,
		       create_with(f, (zt_role_spec){ .name = name, .trust_document = trust, .max_session_s = 43201 }),
		       "ValidationError", 400, "43200");
	assert_refused(
	    f, create_with(f, (zt_role_spec){ .name = name, .description = ZT_LIT("\xff"), .trust_document = trust }),
	    "ValidationError", 400, "description");
	assert_refused(f, create_with(f, (zt_role_spec){ .name = name, .trust_document = ZT_LIT("{}") }),
		       "MalformedPolicyDocument", 400, "");
	assert_refused(f, create_with(f, (zt_role_spec){ .name = name, .trust_document = ZT_LIT(GRANT) }),
		       "MalformedPolicyDocument", 400, "Principal");
	assert_null(role(f));
}

static void a_path_has_a_pattern(void **state)
{
	registry_fixture *f = *state;
	zt_role_spec spec = { .name = name, .path = ZT_LIT("/a b/"), .trust_document = ZT_LIT(TRUST) };
	begin(f);
	assert_refused(f, create_with(f, spec), "ValidationError", 400, "u002F");
}

static void a_trust_policy_has_a_limit(void **state)
{
	registry_fixture *f = *state;
	zt_str document = ZT_STR(8192);
	assert_ok(
	    zt_str_put_text(&document, "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:"));
	while (document.n < 2048 - 2)
		assert_ok(zt_str_put_u8(&document, 'A'));
	assert_ok(zt_str_put_text(&document, "\"}}"));
	zt_view trust = zt_str_view(&document);
	create(f);
	assert_refused(f, zt_txn_role_trust(f->txn, name, trust, &f->error), "LimitExceeded", 409, "2048");
	assert_refused(f, create_with(f, (zt_role_spec){ .name = ZT_LIT("other"), .trust_document = trust }),
		       "LimitExceeded", 409, "2048");
	zt_str_free(&document);
}

static void a_thousand_roles_are_the_most(void **state)
{
	registry_fixture *f = *state;
	char other[32];
	create(f);
	for (int i = 1; i <= 1000; i++) {
		(void)snprintf(other, sizeof other, "role-%d", i);
		zt_role_spec spec = { .name = zt_view_of(other), .trust_document = ZT_LIT(TRUST) };
		if (i < 1000)
			assert_ok(create_with(f, spec));
		else
			assert_refused(f, create_with(f, spec), "LimitExceeded", 409, "RolesPerAccount: 1000");
	}
}

static void the_trust_policy_can_be_replaced(void **state)
{
	registry_fixture *f = *state;
	create(f);
	assert_refused(f, zt_txn_role_trust(f->txn, name, ZT_LIT("{"), &f->error), "MalformedPolicyDocument", 400, "");
	assert_refused(f, zt_txn_role_trust(f->txn, ZT_LIT("x"), ZT_LIT(TRUST), &f->error), "NoSuchEntity", 404,
		       "The role with name x cannot be found.");
	assert_ok(zt_txn_role_trust(f->txn, name, ZT_LIT(OTHER_TRUST), &f->error));
	reload(f);
	assert_string_equal(role(f)->trust_document, OTHER_TRUST);
}

static zt_status put_policy(registry_fixture *f, const char *policy, const char *document)
{
	return zt_txn_role_policy_put(f->txn, name, zt_view_of(policy), zt_view_of(document), &f->error);
}

static void inline_policies_are_put_in_order_and_replaced(void **state)
{
	registry_fixture *f = *state;
	create(f);
	assert_ok(put_policy(f, "write", GRANT));
	assert_ok(put_policy(f, "log", GRANT));
	assert_ok(
	    put_policy(f, "write", "{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]}"));
	reload(f);
	assert_int_equal(role(f)->policy_count, 2);
	assert_string_equal(role(f)->policies[0].name, "log");
	assert_string_equal(role(f)->policies[1].name, "write");
	assert_non_null(strstr(role(f)->policies[1].document, "Deny"));
	assert_non_null(role(f)->policies[1].compiled);
}

static void a_bad_inline_policy_changes_nothing(void **state)
{
	registry_fixture *f = *state;
	create(f);
	assert_refused(f, put_policy(f, "write", "[]"), "MalformedPolicyDocument", 400, "");
	assert_refused(f, put_policy(f, "a b", GRANT), "ValidationError", 400, "policyName");
	assert_refused(f, zt_txn_role_policy_put(f->txn, ZT_LIT("x"), ZT_LIT("p"), ZT_LIT(GRANT), &f->error),
		       "NoSuchEntity", 404, "x");
	assert_int_equal(role(f)->policy_count, 0);
}

static void inline_policies_together_have_a_limit(void **state)
{
	registry_fixture *f = *state;
	static const char head[] =
	    "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"arn:aws:iot:r:a:topic/",
			  tail[] = "\"}}";
	zt_str document = ZT_STR(16384);
	assert_ok(zt_str_put_text(&document, head));
	while (document.n + sizeof tail - 1 < 5120)
		assert_ok(zt_str_put_u8(&document, 'x'));
	assert_ok(zt_str_put_text(&document, tail));
	create(f);
	assert_ok(put_policy(f, "a", zt_str_text(&document)));
	assert_ok(put_policy(f, "b", zt_str_text(&document)));
	assert_ok(put_policy(f, "b", zt_str_text(&document)));
	assert_refused(f, put_policy(f, "c", GRANT), "LimitExceeded", 409, "10240");
	zt_str_free(&document);
}

static void a_role_with_policies_is_not_deleted(void **state)
{
	registry_fixture *f = *state;
	create(f);
	assert_ok(put_policy(f, "write", GRANT));
	assert_refused(f, zt_txn_role_delete(f->txn, name, &f->error), "DeleteConflict", 409,
		       "Cannot delete entity, must delete policies first.");
	assert_ok(zt_txn_role_policy_delete(f->txn, name, ZT_LIT("write"), &f->error));
	assert_refused(f, zt_txn_role_policy_delete(f->txn, name, ZT_LIT("write"), &f->error), "NoSuchEntity", 404,
		       "The role policy with name write cannot be found.");
	assert_ok(zt_txn_role_attach(f->txn, name, ZT_LIT(LOGS), true, &f->error));
	assert_refused(f, zt_txn_role_delete(f->txn, name, &f->error), "DeleteConflict", 409,
		       "Cannot delete entity, must detach all policies first.");
	assert_ok(zt_txn_role_attach(f->txn, name, ZT_LIT(LOGS), false, &f->error));
	assert_ok(zt_txn_role_delete(f->txn, name, &f->error));
	assert_refused(f, zt_txn_role_delete(f->txn, name, &f->error), "NoSuchEntity", 404, "jitr");
}

static void only_awss_managed_policies_are_attached(void **state)
{
	registry_fixture *f = *state;
	zt_view mine = ZT_LIT("arn:aws:iam::" ACCOUNT ":policy/mine");
	create(f);
	assert_ok(zt_txn_role_attach(f->txn, name, ZT_LIT(LOGS), true, &f->error));
	assert_ok(zt_txn_role_attach(f->txn, name, ZT_LIT(LOGS), true, &f->error));
	assert_refused(f, zt_txn_role_attach(f->txn, name, mine, true, &f->error), "NoSuchEntity", 404,
		       "not attachable");
	assert_refused(f, zt_txn_role_attach(f->txn, name, mine, false, &f->error), "NoSuchEntity", 404,
		       "was not found");
	reload(f);
	assert_int_equal(json_array_size(role(f)->attached), 1);
	assert_string_equal(json_string_value(json_array_get(role(f)->attached, 0)), LOGS);
}

static void ten_managed_policies_are_the_most(void **state)
{
	registry_fixture *f = *state;
	char arn[64];
	create(f);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(arn, sizeof arn, "arn:aws:iam::aws:policy/p%d", i);
		assert_ok(zt_txn_role_attach(f->txn, name, zt_view_of(arn), true, &f->error));
	}
	assert_refused(f, zt_txn_role_attach(f->txn, name, ZT_LIT(LOGS), true, &f->error), "LimitExceeded", 409,
		       "PoliciesPerRole: 10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_role_is_made_and_loaded_again),
		TEST(defaults_are_those_of_iam),
		TEST(a_taken_name_is_refused),
		TEST(fields_are_checked),
		TEST(a_path_has_a_pattern),
		TEST(a_trust_policy_has_a_limit),
		TEST(a_thousand_roles_are_the_most),
		TEST(the_trust_policy_can_be_replaced),
		TEST(inline_policies_are_put_in_order_and_replaced),
		TEST(a_bad_inline_policy_changes_nothing),
		TEST(inline_policies_together_have_a_limit),
		TEST(a_role_with_policies_is_not_deleted),
		TEST(only_awss_managed_policies_are_attached),
		TEST(ten_managed_policies_are_the_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
