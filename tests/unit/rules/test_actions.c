/* Republish, error actions, and what CreateTopicRule takes. */
#include "engine_world.h"

#define ROLE_ARN "arn:aws:iam::123456789012:role/republish"
#define REPUBLISH(sql, topic)                                                                               \
	"{\"sql\":\"" sql "\",\"actions\":[{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"" topic \
	"\",\"qos\":1}}]}"
#define TRUST(service)                                                                                           \
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"" service \
	"\"},\"Action\":\"sts:AssumeRole\"}]}"
#define MAY_PUBLISH(topic)                                                                                          \
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":" \
	"\"arn:aws:iot:us-east-1:123456789012:topic/" topic "\"}]}"

static void make_role(world *w, const char *trust, const char *policy)
{
	zt_txn *txn;
	zt_error error = { 0 };
	zt_role_spec spec = { .name = ZT_LIT("republish"), .trust_document = zt_view_of(trust) };
	const zt_role *role;
	assert_ok(zt_txn_begin(w->registry, &txn));
	if (zt_txn_role_create(txn, &spec, &role, &error) != ZT_OK ||
	    zt_txn_role_policy_put(txn, ZT_LIT("republish"), ZT_LIT("p"), zt_view_of(policy), &error) != ZT_OK)
		fail_msg("%s", error.text);
	zt_txn_commit(txn, NULL, NULL);
}

static void test_republish_fills_its_template(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("*"));
	world_rule(w, "r", REPUBLISH("SELECT color AS c FROM 'a/+'", "out/${topic(2)}/${color}"), false);
	world_send(w, "a/b", "{\"color\":\"red\"}");
	assert_int_equal(w->published_count, 1);
	assert_string_equal(w->published[0].target, "out/b/red");
	assert_string_equal(w->published[0].payload, "{\"c\":\"red\"}");
	assert_int_equal(w->published[0].qos, 1);
}

/* Braces of literals and in strings do not end an expression. */
static void test_template_may_hold_braces(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("*"));
	world_rule(
	    w, "r",
	    REPUBLISH("SELECT * FROM 'a'", "${get({'k':{'l':'x'}}, 'k').l}/${regexp_substr('aab', 'a{2}')}/${'}'}"),
	    false);
	world_send(w, "a", "{}");
	assert_int_equal(w->published_count, 1);
	assert_string_equal(w->published[0].target, "x/aa/}");
}

static void test_two_dollars_are_one(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("*"));
	world_rule(w, "r", REPUBLISH("SELECT * FROM 'a'", "$$aws/things/lamp/shadow/update"), false);
	world_send(w, "a", "{}");
	assert_string_equal(w->published[0].target, "$aws/things/lamp/shadow/update");
}

static void test_republish_needs_the_role(void **state)
{
	world *w = *state;
	world_rule(w, "r", REPUBLISH("SELECT * FROM 'a'", "out"), false);
	world_send(w, "a", "{}");
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("elsewhere"));
	world_send(w, "a", "{}");
	assert_int_equal(w->published_count, 0);
}

static void test_role_must_trust_the_service(void **state)
{
	world *w = *state;
	make_role(w, TRUST("lambda.amazonaws.com"), MAY_PUBLISH("*"));
	world_rule(w, "r", REPUBLISH("SELECT * FROM 'a'", "out"), false);
	world_send(w, "a", "{}");
	assert_int_equal(w->published_count, 0);
}

static void test_rules_that_set_one_another_off_end(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("*"));
	world_rule(w, "r", REPUBLISH("SELECT * FROM 'a'", "a"), false);
	w->loop_back = true;
	world_send(w, "a", "{}");
	assert_in_range(w->published_count, 1, 8);
}

#define ERROR_ACTION ",\"errorAction\":{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"errors/${topic()}\"}}}"

static json_t *error_of(world *w)
{
	assert_int_equal(w->published_count, 1);
	assert_string_equal(w->published[0].target, "errors/a");
	return json_of(w->published[0].payload);
}

/* AWS IoT, "error handling": the form of the message. */
static void test_error_action_tells_what_failed(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("errors/*"));
	world_rule(w, "r",
		   "{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[{\"lambda\":{\"functionArn\":\"" FUNCTION_ARN(
		       "missing") "\"}}]" ERROR_ACTION,
		   false);
	world_send(w, "a", "{\"n\":1}");
	ZT_JSON_CLEANUP json_t *message = error_of(w);
	const json_t *failure = json_array_get(json_object_get(message, "failures"), 0);
	assert_view(zt_json_view(message, "ruleName"), "r");
	assert_view(zt_json_view(message, "topic"), "a");
	assert_view(zt_json_view(message, "clientId"), "lamp");
	assert_view(zt_json_view(message, "base64OriginalPayload"), "eyJuIjoxfQ==");
	assert_int_equal(zt_json_view(message, "cloudwatchTraceId").n, 36);
	assert_int_equal(json_array_size(json_object_get(message, "failures")), 1);
	assert_view(zt_json_view(failure, "failedAction"), "LambdaAction");
	assert_view(zt_json_view(failure, "failedResource"), FUNCTION_ARN("missing"));
	assert_view(zt_json_view(failure, "errorMessage"), "Function not found: " FUNCTION_ARN("missing"));
}

static void test_invocation_that_is_never_durable_is_told(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("errors/*"));
	world_function(w, "f", PERMISSION("f", "r", "123456789012"));
	world_rule(w, "r",
		   "{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[{\"lambda\":{\"functionArn\":\"" FUNCTION_ARN(
		       "f") "\"}}]" ERROR_ACTION,
		   false);
	world_send(w, "a", "{}");
	assert_int_equal(w->published_count, 0);
	world_acknowledge(w, ZT_E_DISK_FULL);
	ZT_JSON_CLEANUP json_t *message = error_of(w);
	const json_t *failure = json_array_get(json_object_get(message, "failures"), 0);
	assert_view(zt_json_view(failure, "errorMessage"), "no space left on the disk");
}

static void test_invocation_that_is_refused_is_told(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("errors/*"));
	world_function(w, "f", PERMISSION("f", "r", "123456789012"));
	world_rule(
	    w, "r",
	    "{\"sql\":\"SELECT VALUE 'refuse' FROM 'a'\",\"actions\":[{\"lambda\":{\"functionArn\":\"" FUNCTION_ARN(
		"f") "\"}}]" ERROR_ACTION,
	    false);
	world_send(w, "a", "{}");
	ZT_JSON_CLEANUP json_t *message = error_of(w);
	const json_t *failure = json_array_get(json_object_get(message, "failures"), 0);
	assert_view(zt_json_view(failure, "errorMessage"), "too many");
}

/* One failure does not keep the other actions from running. */
static void test_other_actions_run_after_a_failure(void **state)
{
	world *w = *state;
	make_role(w, TRUST("iot.amazonaws.com"), MAY_PUBLISH("*"));
	world_rule(w, "r",
		   "{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[{\"republish\":{\"roleArn\":\"" ROLE_ARN
		   "\",\"topic\":\"broken\"}},"
		   "{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"bad/+/topic\"}},"
		   "{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"good\"}}]}",
		   false);
	world_send(w, "a", "{}");
	assert_int_equal(w->published_count, 1);
	assert_string_equal(w->published[0].target, "good");
}

static void assert_payload_refused(const char *payload, const char *code, const char *reason)
{
	ZT_JSON_CLEANUP json_t *json = json_of(payload);
	zt_error error = { 0 };
	if (zt_rules_check(json, &error) != ZT_E_INVALID)
		fail_msg("%s was taken", payload);
	assert_string_equal(error.code, code);
	if (!strstr(error.text, reason))
		fail_msg("\"%s\" does not say \"%s\"", error.text, reason);
}

#define WITH_ACTION(action) "{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[" action "]}"

static void test_payload_is_checked(void **state)
{
	(void)state;
	static const struct {
		const char *payload, *code, *reason;
	} cases[] = {
		{ "[]", "InvalidRequestException", "no sql" },
		{ "{\"actions\":[]}", "InvalidRequestException", "no sql" },
		{ "{\"sql\":\"SELECT\",\"actions\":[]}", "SqlParseException", "an expression expected" },
		{ "{\"sql\":\"SELECT * FROM 'a'\"}", "InvalidRequestException", "actions: not a list" },
		{ "{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[],\"awsIotSqlVersion\":\"2020-01-01\"}",
		  "InvalidRequestException", "version" },
		{ WITH_ACTION("{}"), "InvalidRequestException", "exactly one member" },
		{ WITH_ACTION("{\"dynamoDB\":{}}"), "InvalidRequestException",
		  "dynamoDB: no action of this kind is supported here" },
		{ WITH_ACTION("{\"lambda\":{\"functionArn\":\"f\"}}"), "InvalidRequestException",
		  "no ARN of a function" },
		{ WITH_ACTION("{\"republish\":{\"roleArn\":\"x\",\"topic\":\"t\"}}"), "InvalidRequestException",
		  "no ARN of a role" },
		{ WITH_ACTION("{\"republish\":{\"roleArn\":\"" ROLE_ARN "\"}}"), "InvalidRequestException",
		  "topic is missing" },
		{ WITH_ACTION("{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"t\",\"qos\":2}}"),
		  "InvalidRequestException", "qos" },
		{ WITH_ACTION("{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"${nosuch()}\"}}"),
		  "InvalidRequestException", "no function nosuch" },
		{ WITH_ACTION("{\"republish\":{\"roleArn\":\"" ROLE_ARN "\",\"topic\":\"${a\"}}"),
		  "InvalidRequestException", "closing brace" },
		{ "{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[],\"errorAction\":{\"sqs\":{}}}",
		  "InvalidRequestException", "sqs" },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++)
		assert_payload_refused(cases[i].payload, cases[i].code, cases[i].reason);
	ZT_JSON_CLEANUP json_t *good =
	    json_of("{\"sql\":\"SELECT * FROM 'a'\",\"actions\":[],\"awsIotSqlVersion\":\"2016-03-23\"}");
	assert_ok(zt_rules_check(good, NULL));
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_republish_fills_its_template),
		WORLD_TEST(test_template_may_hold_braces),
		WORLD_TEST(test_two_dollars_are_one),
		WORLD_TEST(test_republish_needs_the_role),
		WORLD_TEST(test_role_must_trust_the_service),
		WORLD_TEST(test_rules_that_set_one_another_off_end),
		WORLD_TEST(test_error_action_tells_what_failed),
		WORLD_TEST(test_invocation_that_is_never_durable_is_told),
		WORLD_TEST(test_invocation_that_is_refused_is_told),
		WORLD_TEST(test_other_actions_run_after_a_failure),
		cmocka_unit_test(test_payload_is_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
