#include <string.h>

#include "decide.h"

#define PUBLISH_TO(topic)                                                                                           \
	"{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"" IOT("topic/") \
	    topic "\"}}"

/* Publishes to topic/<topic> under a document, with one list of values. */
static void assert_publish(const char *document, const char *topic, const char *const *values, bool allowed)
{
	char resource[2048];
	(void)snprintf(resource, sizeof resource, "%s%s", IOT("topic/"), topic);
	assert_case(&(zt_case){ ZT_POLICY_IOT, document, "iot:Publish", resource, NULL, values },
		    allowed ? ZT_DECISION_ALLOW : ZT_DECISION_IMPLICIT_DENY);
}

static void test_variable_is_replaced_by_its_value(void **state)
{
	(void)state;
	const char *const values[] = { "iot:Certificate.Subject.CommonName=ab12", "iot:ClientId=lamp", NULL };
	const char *document = PUBLISH_TO("dt/${iot:Certificate.Subject.CommonName}/*");
	assert_publish(document, "dt/ab12/state", values, true);
	assert_publish(document, "dt/ab13/state", values, false);
	assert_publish(PUBLISH_TO("${iot:ClientId}${iot:clientid}"), "lamplamp", values, true);
	assert_publish(PUBLISH_TO("*/${iot:ClientId}"), "a/lamp/lamp", values, true);
	assert_publish(PUBLISH_TO("*/${iot:ClientId}"), "a/lamp/lam", values, false);
}

static void test_empty_value_behind_a_star_takes_the_rest(void **state)
{
	(void)state;
	const char *const values[] = { "iot:ClientId=", NULL };
	assert_publish(PUBLISH_TO("a/*${iot:ClientId}"), "a/bc", values, true);
	assert_publish(PUBLISH_TO("a/${iot:ClientId}"), "a/b", values, false);
}

static void test_missing_variable_matches_nothing(void **state)
{
	(void)state;
	const char *const values[] = { NULL };
	assert_publish(PUBLISH_TO("${iot:Connection.Thing.ThingName}"), "", values, false);
	assert_publish(PUBLISH_TO("${iot:Connection.Thing.ThingName}"), "${iot:Connection.Thing.ThingName}", values,
		       false);
	assert_publish(PUBLISH_TO("*${iot:Connection.Thing.ThingName}"), "a", values, false);
}

static void assert_lacking(const char *document, const char *action, const char *const *values, const char *expected)
{
	zt_policy *policy = NULL;
	const zt_policy_request request = { .action = zt_view_of(action),
					    .values = { listed_value, (void *)(uintptr_t)values } };
	assert_ok(zt_policy_parse(zt_view_of(document), ZT_POLICY_IOT, &policy, NULL));
	const zt_policy *policies[] = { NULL, policy };
	assert_view(zt_policy_lacking(policies, 2, &request), expected);
	zt_policy_free(policy);
}

static void test_who_asks_is_told_which_variable_lacks_a_value(void **state)
{
	(void)state;
	const char *document = PUBLISH_TO("${iot:ClientId}/${iot:Connection.Thing.ThingName}");
	const char *const client[] = { "iot:ClientId=lamp", NULL };
	const char *const odd[] = { "iot:ClientId=lamp", "iot:Connection.Thing.ThingName=a+b", NULL };
	const char *const both[] = { "iot:ClientId=lamp", "iot:Connection.Thing.ThingName=L", NULL };
	assert_lacking(document, "iot:Publish", client, "iot:Connection.Thing.ThingName");
	assert_lacking(document, "iot:Publish", odd, "iot:Connection.Thing.ThingName");
	assert_lacking(document, "iot:Publish", both, "");
	assert_lacking(document, "iot:Connect", client, "");
	assert_lacking(PUBLISH_TO("${*}/a"), "iot:Publish", client, "");
}

/* A Deny on everything but a device's own topics must not deny those when it cannot tell which they are. */
static void test_missing_variable_under_not_resource_drops_the_statement(void **state)
{
	(void)state;
	const char *document =
	    "{" VERSION ",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"NotResource\":\"" IOT(
		"topic/${iot:ClientId}") "\"}}";
	const char *const none[] = { NULL };
	const char *const values[] = { "iot:ClientId=lamp", NULL };
	assert_publish(document, "other", none, false);
	assert_publish(document, "other", values, true);
	assert_publish(document, "lamp", values, false);
}

/* AWS IoT, "certificate policy variables": values that hold * $ + ? # are not substituted. */
static void test_values_with_special_characters_are_not_substituted(void **state)
{
	(void)state;
	static const char *const pairs[] = { "iot:ClientId=a*", "iot:ClientId=a$", "iot:ClientId=a+", "iot:ClientId=a?",
					     "iot:ClientId=a#" };
	for (size_t i = 0; i < ZT_COUNT(pairs); i++) {
		const char *const values[] = { pairs[i], NULL };
		assert_publish(PUBLISH_TO("${iot:ClientId}"), strchr(pairs[i], '=') + 1, values, false);
		assert_publish(PUBLISH_TO("${iot:ClientId}"), "ab", values, false);
	}
}

static void test_value_of_1024_bytes_is_the_longest(void **state)
{
	(void)state;
	char pair[2048] = "iot:ClientId=";
	size_t n = strlen(pair);
	const char *const values[] = { pair, NULL };
	memset(pair + n, 'x', 1024);
	assert_publish(PUBLISH_TO("${iot:ClientId}"), pair + n, values, true);
	pair[n + 1024] = 'x';
	assert_publish(PUBLISH_TO("${iot:ClientId}"), pair + n, values, false);
}

static void test_escapes_are_literal(void **state)
{
	(void)state;
	const char *const values[] = { NULL };
	assert_publish(PUBLISH_TO("a${*}b"), "a*b", values, true);
	assert_publish(PUBLISH_TO("a${*}b"), "axb", values, false);
	assert_publish(PUBLISH_TO("a${?}b"), "axb", values, false);
	assert_publish(PUBLISH_TO("a${$}b"), "a$b", values, true);
	assert_publish(PUBLISH_TO("$aws/$b"), "$aws/$b", values, true);
}

/* IAM, "Version": variables need 2012-10-17; before, they are plain text. */
static void test_older_version_has_no_variables(void **state)
{
	(void)state;
	const char *document = "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"" IOT(
	    "topic/${iot:ClientId}") "\"}}";
	const char *const values[] = { "iot:ClientId=lamp", NULL };
	assert_publish(document, "lamp", values, false);
	assert_publish(document, "${iot:ClientId}", values, true);
}

static void test_numbered_values_of_a_certificate(void **state)
{
	(void)state;
	const char *const values[] = { "iot:Certificate.Subject.Organization=first",
				       "iot:Certificate.Subject.Organization=second",
				       "iot:Certificate.Subject.Organization=third", NULL };
	assert_publish(PUBLISH_TO("${iot:Certificate.Subject.Organization}"), "first", values, true);
	assert_publish(PUBLISH_TO("${iot:Certificate.Subject.Organization.1}"), "second", values, true);
	assert_publish(PUBLISH_TO("${iot:Certificate.Subject.Organization.2}"), "third", values, true);
	assert_publish(PUBLISH_TO("${iot:Certificate.Subject.Organization.3}"), "first", values, false);
	assert_publish(PUBLISH_TO("${iot:Certificate.Subject.Organization.List}"), "first", values, false);
}

/* IAM, "specifying default values". */
static void test_default_value(void **state)
{
	(void)state;
	const char *const none[] = { NULL };
	const char *const values[] = { "aws:PrincipalTag/team=yellow", NULL };
	assert_publish(PUBLISH_TO("${aws:PrincipalTag/team, 'company-wide'}"), "company-wide", none, true);
	assert_publish(PUBLISH_TO("${aws:PrincipalTag/team, 'company-wide'}"), "yellow", values, true);
	assert_publish(PUBLISH_TO("${aws:PrincipalTag/team, 'company-wide'}"), "company-wide", values, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variable_is_replaced_by_its_value),
		cmocka_unit_test(test_empty_value_behind_a_star_takes_the_rest),
		cmocka_unit_test(test_missing_variable_matches_nothing),
		cmocka_unit_test(test_who_asks_is_told_which_variable_lacks_a_value),
		cmocka_unit_test(test_missing_variable_under_not_resource_drops_the_statement),
		cmocka_unit_test(test_values_with_special_characters_are_not_substituted),
		cmocka_unit_test(test_value_of_1024_bytes_is_the_longest),
		cmocka_unit_test(test_escapes_are_literal),
		cmocka_unit_test(test_older_version_has_no_variables),
		cmocka_unit_test(test_numbered_values_of_a_certificate),
		cmocka_unit_test(test_default_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
