#include <string.h>

#include "decide.h"

static void assert_malformed(zt_policy_kind kind, const char *document, const char *reason)
{
	zt_policy *policy = NULL;
	zt_error error = { 0 };
	assert_status(zt_policy_parse(zt_view_of(document), kind, &policy, &error), ZT_E_INVALID);
	assert_null(policy);
	assert_string_equal(error.code, kind == ZT_POLICY_IOT ? "MalformedPolicyException" : "MalformedPolicyDocument");
	if (!strstr(error.text, reason))
		fail_msg("\"%s\" does not say \"%s\"", error.text, reason);
}

#define STATEMENT(members) "{" VERSION ",\"Statement\":[{" members "}]}"

static void test_every_malformed_document_is_told_its_reason(void **state)
{
	(void)state;
	static const struct {
		const char *document, *reason;
	} cases[] = {
		{ "", "not JSON" },
		{ "{\"Version\":", "not JSON" },
		{ "[]", "no JSON object" },
		{ "{" VERSION "}", "Statement is missing" },
		{ "{" VERSION ",\"Statement\":[]}", "Statement is an empty list" },
		{ "{" VERSION ",\"Statement\":[1]}", "a statement is no object" },
		{ "{\"Version\":\"2013-10-17\",\"Statement\":[]}", "Version is neither" },
		{ "{" VERSION ",\"Extra\":1,\"Statement\":[]}", "unknown member Extra" },
		{ STATEMENT("\"Effect\":\"allow\",\"Action\":\"iot:Publish\",\"Resource\":\"*\""),
		  "Effect is neither" },
		{ STATEMENT("\"Action\":\"iot:Publish\",\"Resource\":\"*\""), "Effect is neither" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Resource\":\"*\""), "Action is missing" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\""), "Action is an empty list" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":7,\"Resource\":\"*\""), "Action is neither a string" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"Publish\",\"Resource\":\"*\""), "action \"Publish\"" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"NotAction\":\"iot:*\",\"Resource\":\"*\""),
		  "both Action and NotAction" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\""), "Resource is missing" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"topic/a\""),
		  "resource \"topic/a\"" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"NotResource\":\"*\""),
		  "both Resource and NotResource" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Principal\":\"*\""),
		  "Principal has no place" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"When\":{}"),
		  "unknown member When" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"arn:aws:iot:r:a:topic/"
			    "${iot:ClientId\""),
		  "closing brace" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"arn:aws:iot:r:a:topic/${}\""),
		  "without a name" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"arn:aws:iot:r:a:topic/${a b}\""),
		  "no name has" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":[]"),
		  "Condition is no object" },
		{ STATEMENT(
		      "\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{\"StringSame\":{}}"),
		  "unknown condition operator StringSame" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{"
			    "\"NullIfExists\":{\"a:b\":\"true\"}}"),
		  "unknown condition operator NullIfExists" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"a:"
			    "b\":\"yes\"}}"),
		  "not of the operator's type" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{\"IpAddress\":"
			    "{\"a:b\":\"1.2.3.4/33\"}}"),
		  "not of the operator's type" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{"
			    "\"StringEquals\":{\"clientid\":\"x\"}}"),
		  "has no service in front" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{"
			    "\"StringEquals\":{\"a:b\":[]}}"),
		  "no or too many values" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{\"ArnLike\":{"
			    "\"a:b\":\"arn:aws:iot:*:x\"}}"),
		  "fewer parts than an ARN" },
		{ STATEMENT("\"Effect\":\"Allow\",\"Effect\":\"Deny\",\"Action\":\"iot:*\",\"Resource\":\"*\""),
		  "not JSON" },
		{ "{" VERSION
		  ",\"Statement\":[{\"Sid\":\"A\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
		  "{\"Sid\":\"A\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
		  "Sid A is used twice" },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++)
		assert_malformed(ZT_POLICY_IOT, cases[i].document, cases[i].reason);
}

static void test_trust_needs_a_principal(void **state)
{
	(void)state;
	assert_malformed(ZT_POLICY_TRUST, STATEMENT("\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\""),
			 "Principal is missing");
	assert_malformed(
	    ZT_POLICY_TRUST,
	    STATEMENT("\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"lambda\"}"),
	    "no service principal");
	assert_malformed(
	    ZT_POLICY_TRUST,
	    STATEMENT("\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Robot\":\"x\"}"),
	    "unknown kind of principal");
	assert_malformed(ZT_POLICY_TRUST,
			 STATEMENT("\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{}"),
			 "Principal is neither");
}

static void test_document_over_its_size_is_refused(void **state)
{
	(void)state;
	static char document[ZT_POLICY_BYTES_MAX + 2];
	memset(document, ' ', sizeof document - 1);
	assert_malformed(ZT_POLICY_IOT, document, "over 20480 bytes");
}

static void test_too_many_variables_are_refused(void **state)
{
	(void)state;
	char document[1024] = "{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:";
	size_t n = strlen(document);
	for (int i = 0; i < 33; i++, n += 7)
		memcpy(document + n, "${a:bb}", 7);
	memcpy(document + n, "\"}}", 4);
	assert_malformed(ZT_POLICY_IOT, document, "more than 32 variables");
}

/* AWS IoT Core quotas, "Policy document size": white space does not count. */
static void test_length_leaves_out_white_space(void **state)
{
	(void)state;
	assert_int_equal(zt_policy_chars(ZT_LIT("{ \"a\" :\t1\r\n}")), 7);
	assert_int_equal(zt_policy_chars(ZT_LIT("\xC3\xA4")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_malformed_document_is_told_its_reason),
		cmocka_unit_test(test_trust_needs_a_principal),
		cmocka_unit_test(test_document_over_its_size_is_refused),
		cmocka_unit_test(test_too_many_variables_are_refused),
		cmocka_unit_test(test_length_leaves_out_white_space),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
