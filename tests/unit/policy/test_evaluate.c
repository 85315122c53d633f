#include <string.h>

#include "decide.h"

#define ALLOW_DEVICE                                                                                                  \
	"{" VERSION ",\"Statement\":["                                                                                \
	"{\"Sid\":\"Connect\",\"Effect\":\"Allow\",\"Action\":[\"iot:Connect\"],\"Resource\":[\"" IOT(                \
	    "client/lamp") "\"]},"                                                                                    \
			   "{\"Sid\":\"Talk\",\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Receive\"],"     \
			   "\"Resource\":\"" IOT(                                                                     \
			       "topic/lamp/*") "\"},"                                                                 \
					       "{\"Effect\":\"Deny\",\"Action\":\"iot:Publish\",\"Resource\":\"" IOT( \
						   "topic/lamp/secret*") "\"}]}"

static void test_table_of_decisions(void **state)
{
	(void)state;
	static const struct {
		const char *action, *resource;
		zt_decision_kind expected;
	} cases[] = {
		{ "iot:Connect", IOT("client/lamp"), ZT_DECISION_ALLOW },
		{ "IOT:CONNECT", IOT("client/lamp"), ZT_DECISION_ALLOW },
		{ "iot:Connect", IOT("client/Lamp"), ZT_DECISION_IMPLICIT_DENY },
		{ "iot:Connect", IOT("client/lamp2"), ZT_DECISION_IMPLICIT_DENY },
		{ "iot:Connect", "arn:aws:iot:us-east-1:999999999999:client/lamp", ZT_DECISION_IMPLICIT_DENY },
		{ "iot:Publish", IOT("topic/lamp/on"), ZT_DECISION_ALLOW },
		{ "iot:Publish", IOT("topic/lamp/a/b"), ZT_DECISION_ALLOW },
		{ "iot:Publish", IOT("topic/lamp/secret/a"), ZT_DECISION_EXPLICIT_DENY },
		{ "iot:Receive", IOT("topic/lamp/secret/a"), ZT_DECISION_ALLOW },
		{ "iot:Subscribe", IOT("topicfilter/lamp/on"), ZT_DECISION_IMPLICIT_DENY },
		{ "iot:RetainPublish", IOT("topic/lamp/on"), ZT_DECISION_IMPLICIT_DENY },
		{ "iot:Publish", "", ZT_DECISION_IMPLICIT_DENY },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++)
		assert_case(&(zt_case){ ZT_POLICY_IOT, ALLOW_DEVICE, cases[i].action, cases[i].resource, NULL, NULL },
			    cases[i].expected);
}

static void test_action_wildcards(void **state)
{
	(void)state;
	const char *document =
	    "{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Get*\",\"Resource\":\"*\"}}";
	assert_case(&(zt_case){ ZT_POLICY_IOT, document, "iot:GetThingShadow", IOT("thing/a"), NULL, NULL },
		    ZT_DECISION_ALLOW);
	assert_case(&(zt_case){ ZT_POLICY_IOT, document, "iot:getthingshadow", "", NULL, NULL }, ZT_DECISION_ALLOW);
	assert_case(&(zt_case){ ZT_POLICY_IOT, document, "iot:Publish", IOT("topic/a"), NULL, NULL },
		    ZT_DECISION_IMPLICIT_DENY);
}

static void test_not_action_takes_all_others(void **state)
{
	(void)state;
	const char *document =
	    "{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"Resource\":\"*\"}}";
	assert_case(&(zt_case){ ZT_POLICY_IDENTITY, document, "iot:Publish", IOT("topic/a"), NULL, NULL },
		    ZT_DECISION_ALLOW);
	assert_case(&(zt_case){ ZT_POLICY_IDENTITY, document, "iam:GetRole", "", NULL, NULL },
		    ZT_DECISION_IMPLICIT_DENY);
}

static void test_not_resource_takes_all_others(void **state)
{
	(void)state;
	const char *document =
	    "{" VERSION ",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
	    "{\"Effect\":\"Deny\",\"Action\":\"iot:Publish\",\"NotResource\":\"" IOT("topic/mine/*") "\"}]}";
	assert_case(&(zt_case){ ZT_POLICY_IOT, document, "iot:Publish", IOT("topic/mine/a"), NULL, NULL },
		    ZT_DECISION_ALLOW);
	assert_case(&(zt_case){ ZT_POLICY_IOT, document, "iot:Publish", IOT("topic/other"), NULL, NULL },
		    ZT_DECISION_EXPLICIT_DENY);
}

static void test_deciding_statement_is_named(void **state)
{
	(void)state;
	zt_policy *policy = NULL;
	char text[64];
	zt_decision decision =
	    decide(&(zt_case){ ZT_POLICY_IOT, ALLOW_DEVICE, "iot:Publish", IOT("topic/lamp/on"), NULL, NULL }, &policy);
	assert_int_equal(decision.policy, 1);
	assert_int_equal(decision.statement, 1);
	assert_view(decision.sid, "Talk");
	zt_decision_text(&decision, text, sizeof text);
	assert_string_equal(text, "allowed by statement 2 (Talk)");
	zt_policy_free(policy);
}

static void test_decisions_in_words(void **state)
{
	(void)state;
	char text[64], cut[8];
	zt_decision none = { .kind = ZT_DECISION_IMPLICIT_DENY };
	zt_decision deny = { .kind = ZT_DECISION_EXPLICIT_DENY, .statement = 2 };
	zt_decision_text(&none, text, sizeof text);
	assert_string_equal(text, "no statement allows it");
	zt_decision_text(&deny, text, sizeof text);
	assert_string_equal(text, "denied by statement 3");
	zt_decision_text(&deny, cut, sizeof cut);
	assert_string_equal(cut, "denied ");
}

static void test_deny_in_any_policy_wins(void **state)
{
	(void)state;
	zt_policy *allow = NULL, *deny = NULL;
	assert_ok(zt_policy_parse(
	    ZT_LIT("{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"),
	    ZT_POLICY_IOT, &allow, NULL));
	assert_ok(zt_policy_parse(
	    ZT_LIT("{" VERSION ",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"),
	    ZT_POLICY_IOT, &deny, NULL));
	const zt_policy *policies[] = { allow, deny };
	zt_policy_request request = { .action = ZT_LIT("iot:Connect"), .resource = ZT_LIT(IOT("client/a")) };
	assert_int_equal(zt_policy_evaluate(policies, 1, &request).kind, ZT_DECISION_ALLOW);
	assert_int_equal(zt_policy_evaluate(policies, 2, &request).kind, ZT_DECISION_EXPLICIT_DENY);
	assert_int_equal(zt_policy_evaluate(policies, 0, &request).kind, ZT_DECISION_IMPLICIT_DENY);
	zt_policy_free(allow);
	zt_policy_free(deny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_of_decisions),
		cmocka_unit_test(test_action_wildcards),
		cmocka_unit_test(test_not_action_takes_all_others),
		cmocka_unit_test(test_not_resource_takes_all_others),
		cmocka_unit_test(test_deciding_statement_is_named),
		cmocka_unit_test(test_decisions_in_words),
		cmocka_unit_test(test_deny_in_any_policy_wins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
