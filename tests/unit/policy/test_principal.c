#include "decide.h"

#define TRUST(principal) \
	"{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":" principal ",\"Action\":\"sts:AssumeRole\"}}"

static void assert_trust(const char *document, const char *principal, zt_decision_kind expected)
{
	assert_case(&(zt_case){ ZT_POLICY_TRUST, document, "sts:AssumeRole", "", principal, NULL }, expected);
}

static void test_service_is_trusted_by_name(void **state)
{
	(void)state;
	const char *document = TRUST("{\"Service\":\"lambda.amazonaws.com\"}");
	assert_trust(document, "lambda.amazonaws.com", ZT_DECISION_ALLOW);
	assert_trust(document, "iot.amazonaws.com", ZT_DECISION_IMPLICIT_DENY);
	assert_trust(TRUST("{\"Service\":[\"iot.amazonaws.com\",\"lambda.amazonaws.com\"]}"), "lambda.amazonaws.com",
		     ZT_DECISION_ALLOW);
}

static void test_aws_principals(void **state)
{
	(void)state;
	const char *role = "arn:aws:iam::123456789012:role/r", *other = "arn:aws:iam::999999999999:role/r";
	assert_trust(TRUST("{\"AWS\":\"arn:aws:iam::123456789012:role/r\"}"), role, ZT_DECISION_ALLOW);
	assert_trust(TRUST("{\"AWS\":\"arn:aws:iam::123456789012:root\"}"), role, ZT_DECISION_ALLOW);
	assert_trust(TRUST("{\"AWS\":\"123456789012\"}"), role, ZT_DECISION_ALLOW);
	assert_trust(TRUST("{\"AWS\":\"123456789012\"}"), other, ZT_DECISION_IMPLICIT_DENY);
	assert_trust(TRUST("{\"AWS\":\"arn:aws:iam::123456789012:root\"}"), other, ZT_DECISION_IMPLICIT_DENY);
	assert_trust(TRUST("{\"AWS\":\"*\"}"), other, ZT_DECISION_ALLOW);
	assert_trust(TRUST("\"*\""), "lambda.amazonaws.com", ZT_DECISION_ALLOW);
}

/* What AddPermission writes: only this rule of this account may invoke. */
static void test_invoke_permission_is_bound_to_rule_and_account(void **state)
{
	(void)state;
	const char *document =
	    "{" VERSION ",\"Id\":\"default\",\"Statement\":[{\"Sid\":\"rule-1\",\"Effect\":\"Allow\","
	    "\"Principal\":{\"Service\":\"iot.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\","
	    "\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\",\"Condition\":{"
	    "\"StringEquals\":{\"AWS:SourceAccount\":\"123456789012\"},"
	    "\"ArnLike\":{\"AWS:SourceArn\":\"" IOT("rule/jitr") "\"}}}]}";
	static const struct {
		const char *function, *arn, *account;
		zt_decision_kind expected;
	} cases[] = {
		{ "f", "aws:SourceArn=" IOT("rule/jitr"), "aws:SourceAccount=123456789012", ZT_DECISION_ALLOW },
		{ "f", "aws:SourceArn=" IOT("rule/other"), "aws:SourceAccount=123456789012",
		  ZT_DECISION_IMPLICIT_DENY },
		{ "f", "aws:SourceArn=" IOT("rule/jitr"), "aws:SourceAccount=999999999999", ZT_DECISION_IMPLICIT_DENY },
		{ "g", "aws:SourceArn=" IOT("rule/jitr"), "aws:SourceAccount=123456789012", ZT_DECISION_IMPLICIT_DENY },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++) {
		char resource[128];
		(void)snprintf(resource, sizeof resource, "arn:aws:lambda:us-east-1:123456789012:function:%s",
			       cases[i].function);
		const char *const values[] = { cases[i].arn, cases[i].account, NULL };
		assert_case(&(zt_case){ ZT_POLICY_TRUST, document, "lambda:InvokeFunction", resource,
					"iot.amazonaws.com", values },
			    cases[i].expected);
	}
}

static void test_not_principal_takes_all_others(void **state)
{
	(void)state;
	const char *document =
	    "{" VERSION ",\"Statement\":{\"Effect\":\"Deny\",\"NotPrincipal\":{\"Service\":\"lambda.amazonaws.com\"},"
	    "\"Action\":\"*\"}}";
	assert_trust(document, "iot.amazonaws.com", ZT_DECISION_EXPLICIT_DENY);
	assert_trust(document, "lambda.amazonaws.com", ZT_DECISION_IMPLICIT_DENY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service_is_trusted_by_name),
		cmocka_unit_test(test_aws_principals),
		cmocka_unit_test(test_invoke_permission_is_bound_to_rule_and_account),
		cmocka_unit_test(test_not_principal_takes_all_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
