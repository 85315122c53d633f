#include "fixture.h"

#include "cloud/registry/rules.h"

static const zt_view name = ZT_LIT_INIT("jitr");

static zt_status put(registry_fixture *f, const char *rule, bool replace, json_t *payload)
{
	zt_status status = zt_txn_rule_put(f->txn, zt_view_of(rule), payload, replace, &f->error);
	json_decref(payload);
	return status;
}

static json_t *payload_of(const char *sql)
{
	return json_pack("{ss s[{s{ss}}]}", "sql", sql, "actions", "lambda", "functionArn", "arn");
}

static const zt_topic_rule *rule(registry_fixture *f)
{
	return zt_registry_rule(f->registry, name);
}

static void a_rule_is_made_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, "jitr", false,
		      json_pack("{ss s[] ss ss s{s{}} sb}", "sql", "SELECT * FROM 'a'", "actions", "description", "d",
				"awsIotSqlVersion", "2016-03-23", "errorAction", "republish", "ruleDisabled", 1)));
	reload(f);
	assert_string_equal(rule(f)->sql, "SELECT * FROM 'a'");
	assert_string_equal(rule(f)->description, "d");
	assert_string_equal(rule(f)->sql_version, "2016-03-23");
	assert_non_null(json_object_get(rule(f)->error_action, "republish"));
	assert_int_equal(json_array_size(rule(f)->actions), 0);
	assert_true(rule(f)->disabled);
	assert_int_equal(rule(f)->created_ms, fixture_start_ms);
	assert_ptr_equal(zt_registry_next_rule(f->registry, ZT_VIEW_EMPTY), rule(f));
	assert_null(zt_registry_next_rule(f->registry, name));
}

static void what_is_absent_stays_absent(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, "jitr", false, payload_of("SELECT * FROM 'a'")));
	reload(f);
	assert_null(rule(f)->description);
	assert_null(rule(f)->sql_version);
	assert_null(rule(f)->error_action);
	assert_false(rule(f)->disabled);
	assert_int_equal(json_array_size(rule(f)->actions), 1);
}

static void a_taken_or_odd_name_is_refused(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, "jitr", false, payload_of("s")));
	assert_refused(f, put(f, "jitr", false, payload_of("s")), "ResourceAlreadyExistsException", 409, "jitr");
	assert_refused(f, put(f, "a-b", false, payload_of("s")), "InvalidRequestException", 400, "ruleName");
	assert_refused(f, put(f, "x", false, json_object()), "InvalidRequestException", 400, "sql");
}

static void a_thousand_rules_are_the_most(void **state)
{
	registry_fixture *f = *state;
	char other[32];
	begin(f);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(other, sizeof other, "rule_%d", i);
		assert_ok(put(f, other, false, payload_of("s")));
	}
	assert_refused(f, put(f, "one_more", false, payload_of("s")), "InvalidRequestException", 400, "1000");
	assert_ok(put(f, "rule_0", true, payload_of("s")));
}

static void replacing_keeps_the_date(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, "jitr", false, payload_of("old")));
	f->now_ms += 1000;
	assert_ok(put(f, "jitr", true, payload_of("new")));
	assert_string_equal(rule(f)->sql, "new");
	assert_int_equal(rule(f)->created_ms, fixture_start_ms);
}

static void a_rule_is_switched_off_and_on(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put(f, "jitr", false, payload_of("s")));
	assert_ok(zt_txn_rule_enable(f->txn, name, false, &f->error));
	reload(f);
	assert_true(rule(f)->disabled);
	begin(f);
	assert_ok(zt_txn_rule_enable(f->txn, name, true, &f->error));
	assert_false(rule(f)->disabled);
	assert_int_equal(json_array_size(rule(f)->actions), 1);
}

static void an_unknown_rule_is_unauthorized(void **state)
{
	registry_fixture *f = *state;
	const char *words = "Access to topic rule 'jitr' was denied";
	begin(f);
	assert_refused(f, put(f, "jitr", true, payload_of("s")), "UnauthorizedException", 401, words);
	assert_refused(f, zt_txn_rule_enable(f->txn, name, true, &f->error), "UnauthorizedException", 401, words);
	assert_refused(f, zt_txn_rule_delete(f->txn, name, &f->error), "UnauthorizedException", 401, words);
	assert_ok(put(f, "jitr", false, payload_of("s")));
	assert_ok(zt_txn_rule_delete(f->txn, name, &f->error));
	assert_null(rule(f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rule_is_made_and_loaded_again), TEST(what_is_absent_stays_absent),
		TEST(a_taken_or_odd_name_is_refused),  TEST(a_thousand_rules_are_the_most),
		TEST(replacing_keeps_the_date),        TEST(a_rule_is_switched_off_and_on),
		TEST(an_unknown_rule_is_unauthorized),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
