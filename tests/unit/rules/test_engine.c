/* Which messages set off which rules, and what Lambda gets. */
#include "engine_world.h"

#define ALLOWED PERMISSION("f", "r", "123456789012")

static void test_matching_message_invokes_the_function_with_what_select_made(void **state)
{
	world *w = *state;
	world_function(w, "f", ALLOWED);
	world_rule(w, "r", INVOKE("SELECT *, topic(2) AS id FROM 'a/+' WHERE n > 1", "f"), false);
	world_send(w, "a/b", "{\"n\":2}");
	world_send(w, "a/b", "{\"n\":1}");
	world_send(w, "a/b/c", "{\"n\":2}");
	assert_int_equal(w->invoked_count, 1);
	assert_string_equal(w->invoked[0].target, "f");
	assert_string_equal(w->invoked[0].payload, "{\"n\":2,\"id\":\"b\"}");
	world_acknowledge(w, ZT_OK);
}

/* The whole payload goes on byte by byte. */
static void test_registration_event_arrives_as_it_was_sent(void **state)
{
	world *w = *state;
	const char *event = "{\"certificateId\":\"c1\", "
			    "\"caCertificateId\":\"aa\",\"timestamp\":\"1769860800000\",\"certificateStatus\":null}";
	world_function(w, "f", ALLOWED);
	world_rule(w, "r",
		   INVOKE("SELECT * FROM '$aws/events/certificates/registered/+' WHERE caCertificateId = 'aa'", "f"),
		   false);
	world_send(w, "$aws/events/certificates/registered/aa", event);
	world_send(w, "$aws/events/certificates/registered/bb", "{\"caCertificateId\":\"bb\"}");
	assert_int_equal(w->invoked_count, 1);
	assert_string_equal(w->invoked[0].payload, event);
	world_acknowledge(w, ZT_OK);
}

static void test_every_matching_rule_runs(void **state)
{
	world *w = *state;
	world_function(w, "f",
		       "[{\"Sid\":\"s\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"iot.amazonaws.com\"},"
		       "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" FUNCTION_ARN("f") "\"}]");
	world_rule(w, "r1", INVOKE("SELECT 1 AS n FROM 'a'", "f"), false);
	world_rule(w, "r2", INVOKE("SELECT 2 AS n FROM '#'", "f:$LATEST"), false);
	world_send(w, "a", "{}");
	assert_int_equal(w->invoked_count, 2);
}

static void test_rules_follow_the_registry(void **state)
{
	world *w = *state;
	zt_txn *txn;
	world_function(w, "f", ALLOWED);
	world_rule(w, "r", INVOKE("SELECT 1 AS n FROM 'a'", "f"), false);
	world_rule(w, "r", INVOKE("SELECT 2 AS n FROM 'b'", "f"), true);
	world_send(w, "a", "{}");
	assert_int_equal(w->invoked_count, 0);
	world_send(w, "b", "{}");
	assert_int_equal(w->invoked_count, 1);
	assert_ok(zt_txn_begin(w->registry, &txn));
	assert_ok(zt_txn_rule_enable(txn, ZT_LIT("r"), false, NULL));
	zt_txn_commit(txn, NULL, NULL);
	world_send(w, "b", "{}");
	assert_int_equal(w->invoked_count, 1);
	assert_ok(zt_txn_begin(w->registry, &txn));
	assert_ok(zt_txn_rule_enable(txn, ZT_LIT("r"), true, NULL));
	zt_txn_commit(txn, NULL, NULL);
	world_send(w, "b", "{}");
	assert_int_equal(w->invoked_count, 2);
	assert_ok(zt_txn_begin(w->registry, &txn));
	assert_ok(zt_txn_rule_delete(txn, ZT_LIT("r"), NULL));
	zt_txn_commit(txn, NULL, NULL);
	world_send(w, "b", "{}");
	assert_int_equal(w->invoked_count, 2);
}

/* A change that the registry takes back is taken back here too. */
static void test_aborted_rule_is_gone(void **state)
{
	world *w = *state;
	ZT_JSON_CLEANUP json_t *payload = json_of(INVOKE("SELECT * FROM 'a'", "f"));
	zt_txn *txn;
	world_function(w, "f", ALLOWED);
	assert_ok(zt_txn_begin(w->registry, &txn));
	assert_ok(zt_txn_rule_put(txn, ZT_LIT("r"), payload, false, NULL));
	zt_txn_abort(txn);
	world_send(w, "a", "{}");
	assert_int_equal(w->invoked_count, 0);
}

static void test_rules_of_an_earlier_run_are_taken_up(void **state)
{
	world *w = *state;
	world_function(w, "f", ALLOWED);
	world_rule(w, "r", INVOKE("SELECT * FROM 'a'", "f"), false);
	zt_rules_free(w->rules);
	world_engine(w);
	world_send(w, "a", "{}");
	assert_int_equal(w->invoked_count, 1);
}

/* AWS IoT, "Basic Ingest": that rule alone, whatever its FROM, and the rest as topic. */
static void test_basic_ingest_reaches_its_rule_alone(void **state)
{
	world *w = *state;
	world_function(w, "f", ALLOWED);
	world_rule(w, "r", INVOKE("SELECT topic() AS t", "f"), false);
	world_rule(w, "other", INVOKE("SELECT topic() AS t FROM '$aws/rules/#'", "f"), false);
	world_send(w, "$aws/rules/r/a/b", "{}");
	assert_int_equal(w->invoked_count, 1);
	assert_string_equal(w->invoked[0].payload, "{\"t\":\"a/b\"}");
	world_send(w, "$aws/rules/r", "{}");
	assert_int_equal(w->invoked_count, 2);
	assert_string_equal(w->invoked[1].payload, "{\"t\":\"\"}");
	world_send(w, "a/b", "{}");
	assert_int_equal(w->invoked_count, 2);
}

static void test_function_is_invoked_with_permission_alone(void **state)
{
	world *w = *state;
	static const char *const refused[] = { "[]", PERMISSION("f", "other", "123456789012"),
					       PERMISSION("f", "r", "999999999999"),
					       PERMISSION("g", "r", "123456789012") };
	world_function(w, "f", "[]");
	world_rule(w, "r", INVOKE("SELECT * FROM 'a'", "f"), false);
	for (size_t i = 0; i <= ZT_COUNT(refused); i++) {
		bool allowed = i == ZT_COUNT(refused);
		ZT_JSON_CLEANUP json_t *policy = json_of(allowed ? ALLOWED : refused[i]);
		zt_txn *txn;
		assert_ok(zt_txn_begin(w->registry, &txn));
		assert_ok(zt_txn_function_policy(txn, ZT_LIT("f"), policy, NULL));
		zt_txn_commit(txn, NULL, NULL);
		world_send(w, "a", "{}");
		assert_int_equal(w->invoked_count, allowed);
	}
}

static void test_payload_that_is_no_json_is_not_passed(void **state)
{
	world *w = *state;
	world_function(w, "f", ALLOWED);
	world_rule(w, "r", INVOKE("SELECT * FROM 'a'", "f"), false);
	world_send(w, "a", "binary");
	assert_int_equal(w->invoked_count, 0);
}

/* The acknowledgement may come when the engine is gone. */
static void test_late_acknowledgement_finds_nobody(void **state)
{
	world *w = *state;
	world_function(w, "f", ALLOWED);
	world_rule(w, "r", INVOKE("SELECT * FROM 'a'", "f"), false);
	world_send(w, "a", "{}");
	zt_rules_free(w->rules);
	w->rules = NULL;
	world_acknowledge(w, ZT_E_IO);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(test_matching_message_invokes_the_function_with_what_select_made),
		ENGINE_TEST(test_registration_event_arrives_as_it_was_sent),
		ENGINE_TEST(test_every_matching_rule_runs),
		ENGINE_TEST(test_rules_follow_the_registry),
		ENGINE_TEST(test_aborted_rule_is_gone),
		ENGINE_TEST(test_rules_of_an_earlier_run_are_taken_up),
		ENGINE_TEST(test_basic_ingest_reaches_its_rule_alone),
		ENGINE_TEST(test_function_is_invoked_with_permission_alone),
		ENGINE_TEST(test_payload_that_is_no_json_is_not_passed),
		ENGINE_TEST(test_late_acknowledgement_finds_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
