/* What the written documents allow and forbid, decided by evaluating them. */
#include "policy/evaluate.h"
#include "script.h"

#define IOT(rest) "arn:aws:iot:us-east-1:123456789012:" rest
#define CN "aa11"

typedef struct {
	const char *common_name, *thing_name; /* NULL: unknown, as the thing is by HTTPS */
} device;

static bool device_value(void *context, zt_view name, size_t index, zt_view *ret)
{
	const device *d = context;
	bool subject = zt_view_equal_nocase(name, ZT_LIT("iot:Certificate.Subject.CommonName"));
	bool thing = zt_view_equal_nocase(name, ZT_LIT("iot:Connection.Thing.ThingName"));
	const char *value = subject ? d->common_name : thing ? d->thing_name : NULL;
	if (!value || index > 0)
		return false;
	*ret = zt_view_of(value);
	return true;
}

/* The documents of an empty account's plan. */
static zt_policy *compiled(zt_setup_kind kind, const char *member, zt_policy_kind policy_kind)
{
	static const script_line lines[] = {
		SCRIPT_LOOK,
		{ GET_FUNCTION, 404, NOT_FOUND },
		{ "GET /thing-types/zerotouch-device", 404, NOT_FOUND },
		{ "GET /policies/zerotouch-device", 404, NOT_FOUND },
		NO_ROLES_AND_LOGS,
		{ "GET /rules/zerotouch_jitr", 401, NOT_FOUND },
		{ "GET /2015-03-31/functions/zerotouch-jitr/policy", 404, NOT_FOUND },
		{ "GET /cacertificate/" CA_ID, 404, NOT_FOUND },
	};
	script s;
	zt_policy *policy = NULL;
	zt_error error = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(65536);
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_ok(zt_json_write(json_object_get(script_item(&s, kind)->desired, member), &text));
	script_close(&s);
	if (zt_policy_parse(zt_str_view(&text), policy_kind, &policy, &error) != ZT_OK)
		fail_msg("%s in %s", error.text, zt_str_text(&text));
	assert_in_range(zt_policy_chars(zt_str_view(&text)), 1, kind == ZT_SETUP_POLICY ? 2048 : 10240);
	return policy;
}

typedef struct {
	const char *action, *resource;
	bool allowed;
} row;

static void assert_rows(const zt_policy *policy, const row *rows, size_t n, device *who)
{
	for (size_t i = 0; i < n; i++) {
		zt_policy_request request = { .action = zt_view_of(rows[i].action),
					      .resource = zt_view_of(rows[i].resource),
					      .principal = ZT_VIEW_EMPTY,
					      .values = { device_value, who } };
		bool allowed = zt_policy_evaluate(&policy, 1, &request).kind == ZT_DECISION_ALLOW;
		if (allowed != rows[i].allowed)
			fail_msg("%s on %s should be %s", rows[i].action, rows[i].resource,
				 rows[i].allowed ? "allowed" : "forbidden");
	}
}

static void test_device_acts_only_as_itself(void **state)
{
	(void)state;
	const row rows[] = {
		{ "iot:Connect", IOT("client/" CN), true },
		{ "iot:Connect", IOT("client/bb22"), false },
		{ "iot:Connect", IOT("client/*"), false },
		{ "iot:Publish", IOT("topic/dt/" CN "/state"), true },
		{ "iot:Publish", IOT("topic/dt/bb22/state"), false },
		{ "iot:Publish", IOT("topic/dt/" CN), false },
		{ "iot:Publish", IOT("topic/myhome/myroom"), true },
		{ "iot:Publish", IOT("topic/myhome/myroom/x"), false },
		{ "iot:Publish", IOT("topic/other"), false },
		{ "iot:RetainPublish", IOT("topic/dt/" CN "/state"), false },
		{ "iot:Subscribe", IOT("topicfilter/dt/" CN "/#"), true },
		{ "iot:Subscribe", IOT("topicfilter/dt/+/state"), false },
		{ "iot:Subscribe", IOT("topicfilter/dt/#"), false },
		{ "iot:Subscribe", IOT("topicfilter/#"), false },
		{ "iot:Subscribe", IOT("topicfilter/myhome/myroom"), false },
		{ "iot:Receive", IOT("topic/dt/" CN "/state"), true },
		{ "iot:Receive", IOT("topic/dt/bb22/state"), false },
	};
	device who = { CN, "lamp" };
	zt_policy *policy = compiled(ZT_SETUP_POLICY, "policyDocument", ZT_POLICY_IOT);
	assert_rows(policy, rows, ZT_COUNT(rows), &who);
	zt_policy_free(policy);
}

/* docs/contracts.md, "Things": only the handler may publish it, only that device may subscribe to it. */
static void test_identity_message_is_read_by_its_device_and_written_by_none(void **state)
{
	(void)state;
	const row rows[] = {
		{ "iot:Subscribe", IOT("topicfilter/zerotouch/" CN "/identity"), true },
		{ "iot:Receive", IOT("topic/zerotouch/" CN "/identity"), true },
		{ "iot:Subscribe", IOT("topicfilter/zerotouch/bb22/identity"), false },
		{ "iot:Subscribe", IOT("topicfilter/zerotouch/+/identity"), false },
		{ "iot:Receive", IOT("topic/zerotouch/bb22/identity"), false },
		{ "iot:Publish", IOT("topic/zerotouch/" CN "/identity"), false },
		{ "iot:Publish", IOT("topic/$aws/events/certificates/registered/x"), false },
	};
	device who = { CN, "lamp" };
	zt_policy *policy = compiled(ZT_SETUP_POLICY, "policyDocument", ZT_POLICY_IOT);
	assert_rows(policy, rows, ZT_COUNT(rows), &who);
	zt_policy_free(policy);
}

static void test_shadow_is_the_thing_s_own(void **state)
{
	(void)state;
	const row rows[] = {
		{ "iot:Publish", IOT("topic/$aws/things/lamp/shadow/update"), true },
		{ "iot:Receive", IOT("topic/$aws/things/lamp/shadow/update/delta"), true },
		{ "iot:Subscribe", IOT("topicfilter/$aws/things/lamp/shadow/get/+"), true },
		{ "iot:Publish", IOT("topic/$aws/things/other/shadow/update"), false },
		{ "iot:Subscribe", IOT("topicfilter/$aws/things/+/shadow/get/accepted"), false },
	};
	device who = { CN, "lamp" };
	zt_policy *policy = compiled(ZT_SETUP_POLICY, "policyDocument", ZT_POLICY_IOT);
	assert_rows(policy, rows, ZT_COUNT(rows), &who);
	zt_policy_free(policy);
}

static void test_without_thing_name_all_but_the_shadow_works(void **state)
{
	(void)state;
	const row rows[] = {
		{ "iot:Publish", IOT("topic/dt/" CN "/state"), true },
		{ "iot:Publish", IOT("topic/myhome/myroom"), true },
		{ "iot:Publish", IOT("topic/$aws/things/lamp/shadow/update"), false },
		{ "iot:Publish", IOT("topic/$aws/things//shadow/update"), false },
	};
	device who = { CN, NULL };
	zt_policy *policy = compiled(ZT_SETUP_POLICY, "policyDocument", ZT_POLICY_IOT);
	assert_rows(policy, rows, ZT_COUNT(rows), &who);
	zt_policy_free(policy);
}

static void test_subject_with_a_wildcard_gains_nothing(void **state)
{
	(void)state;
	const row rows[] = {
		{ "iot:Connect", IOT("client/*"), false },
		{ "iot:Connect", IOT("client/aa11"), false },
		{ "iot:Publish", IOT("topic/dt/aa11/state"), false },
	};
	device who = { "*", NULL };
	zt_policy *policy = compiled(ZT_SETUP_POLICY, "policyDocument", ZT_POLICY_IOT);
	assert_rows(policy, rows, ZT_COUNT(rows), &who);
	zt_policy_free(policy);
}

static void test_handler_may_do_its_work_and_no_more(void **state)
{
	(void)state;
	const row rows[] = {
		{ "iot:DescribeCertificate", IOT("cert/00ff"), true },
		{ "iot:UpdateCertificate", IOT("cert/00ff"), true },
		{ "iot:AttachPolicy", IOT("policy/zerotouch-device"), true },
		{ "iot:AttachPolicy", IOT("policy/admin"), false },
		{ "iot:CreateThing", IOT("thing/lamp"), true },
		{ "iot:RegisterThing", "*", true },
		{ "iot:Publish", IOT("topic/zerotouch/aa11/identity"), true },
		{ "iot:RetainPublish", IOT("topic/zerotouch/aa11/identity"), true },
		{ "iot:Publish", IOT("topic/dt/aa11/state"), false },
		{ "iot:CreatePolicy", IOT("policy/zerotouch-device"), false },
		{ "iot:DeletePolicy", IOT("policy/zerotouch-device"), false },
		{ "iot:UpdateCACertificate", IOT("cacert/00ff"), false },
		{ "iot:DescribeCertificate", "arn:aws:iot:us-east-1:999999999999:cert/00ff", false },
		{ "iam:PassRole", "arn:aws:iam::123456789012:role/x", false },
		{ "logs:PutLogEvents",
		  "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/zerotouch-jitr:log-stream:a", true },
		{ "logs:CreateLogStream",
		  "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/zerotouch-jitr:log-stream:", true },
		{ "logs:CreateLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/zerotouch-jitr",
		  false },
		{ "logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/other:log-stream:a",
		  false },
	};
	device who = { NULL, NULL };
	zt_policy *policy = compiled(ZT_SETUP_ROLE_POLICY, "PolicyDocument", ZT_POLICY_IDENTITY);
	assert_rows(policy, rows, ZT_COUNT(rows), &who);
	zt_policy_free(policy);
}

/* AWS IoT Core quotas, "Policy document size". */
static void test_device_policy_over_2048_characters_is_refused(void **state)
{
	(void)state;
	static const script_line lines[] = { SCRIPT_LOOK,
					     { GET_FUNCTION, 404, NOT_FOUND },
					     { "GET /thing-types/zerotouch-device", 404, NOT_FOUND } };
	static char topic[201];
	static zt_view topics[ZT_SETUP_TOPICS_MAX];
	script s;
	zt_setup *setup = NULL;
	zt_error error = { 0 };
	memset(topic, 't', sizeof topic - 1);
	for (size_t i = 0; i < ZT_COUNT(topics); i++)
		topics[i] = zt_view_of(topic);
	script_open(&s, lines, ZT_COUNT(lines));
	zt_setup_spec spec = script_spec(&s);
	spec.topics = topics;
	spec.topic_count = ZT_COUNT(topics);
	assert_ok(zt_setup_new(s.client, &spec, &setup, NULL));
	assert_status(zt_setup_plan(setup, &error), ZT_E_LIMIT);
	assert_non_null(strstr(error.text, "AWS allows 2048"));
	assert_status(zt_setup_apply(setup, true, NULL), ZT_E_STATE);
	zt_setup_free(setup);
	script_close(&s);
}

static void test_operator_may_touch_what_is_named_so_and_no_more(void **state)
{
	(void)state;
	static const script_line lines[] = { SCRIPT_LOOK };
	static const row rows[] = {
		{ "iam:PassRole", "arn:aws:iam::123456789012:role/zerotouch-jitr-us-east-1", true },
		{ "iam:PassRole", "arn:aws:iam::123456789012:role/admin", false },
		{ "iam:PutRolePolicy", "arn:aws:iam::123456789012:role/admin", false },
		{ "iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/zerotouch-jitr-us-east-1", false },
		{ "iot:CreatePolicy", IOT("policy/zerotouch-device"), true },
		{ "iot:CreatePolicy", IOT("policy/other"), false },
		{ "iot:ListTagsForResource", IOT("rule/zerotouch_jitr"), true },
		{ "iot:DeleteTopicRule", IOT("rule/other"), false },
		{ "iot:RegisterCACertificate", "*", true },
		{ "iot:Publish", IOT("topic/zerotouch/aa11/identity"), true },
		{ "iot:Publish", IOT("topic/dt/aa11/x"), false },
		{ "lambda:CreateFunction", "arn:aws:lambda:us-east-1:123456789012:function:zerotouch-jitr", true },
		{ "lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:123456789012:function:other", false },
	};
	script s;
	json_t *document = NULL;
	zt_policy *policy = NULL;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(65536);
	script_open(&s, lines, ZT_COUNT(lines));
	assert_ok(zt_setup_operator_policy(s.client, ZT_VIEW_EMPTY, &document, NULL));
	assert_ok(zt_json_write(document, &text));
	assert_ok(zt_policy_parse(zt_str_view(&text), ZT_POLICY_IDENTITY, &policy, NULL));
	device nobody = { NULL, NULL };
	assert_rows(policy, rows, ZT_COUNT(rows), &nobody);
	/* IAM quotas: a managed policy has at most 6,144 characters. */
	assert_in_range(text.n, 1, 6144);
	zt_policy_free(policy);
	json_decref(document);
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_acts_only_as_itself),
		cmocka_unit_test(test_identity_message_is_read_by_its_device_and_written_by_none),
		cmocka_unit_test(test_shadow_is_the_thing_s_own),
		cmocka_unit_test(test_without_thing_name_all_but_the_shadow_works),
		cmocka_unit_test(test_subject_with_a_wildcard_gains_nothing),
		cmocka_unit_test(test_device_policy_over_2048_characters_is_refused),
		cmocka_unit_test(test_handler_may_do_its_work_and_no_more),
		cmocka_unit_test(test_operator_may_touch_what_is_named_so_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
