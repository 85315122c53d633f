#include "base/codec.h"
#include "script.h"

#define CREATED_ROLE                                                                                            \
	"<CreateRoleResponse><CreateRoleResult><Role><RoleName>zerotouch-jitr-us-east-1</RoleName><Arn>x</Arn>" \
	"<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></Role></CreateRoleResult></CreateRoleResponse>"
#define LAG "{\"Type\":\"User\",\"Message\":\"The role defined for the function cannot be assumed by Lambda.\"}"
#define SETTLED "{\"Configuration\":{\"State\":\"Active\",\"LastUpdateStatus\":\"Successful\"}}"
#define ROLE "zerotouch-jitr-us-east-1"
#define OBSERVATION                                                                                             \
	SCRIPT_LOOK, { GET_FUNCTION, 404, NOT_FOUND }, { "GET /thing-types/zerotouch-device", 404, NOT_FOUND }, \
	    { "GET /policies/zerotouch-device", 404, NOT_FOUND }, NO_ROLES_AND_LOGS,                            \
	    { "GET /rules/zerotouch_jitr", 401, NOT_FOUND },                                                    \
	    { "GET /2015-03-31/functions/zerotouch-jitr/policy", 404, NOT_FOUND },                              \
	{                                                                                                       \
		"GET /cacertificate/" CA_ID, 404, NOT_FOUND                                                     \
	}
#define CREATION                                                                                                     \
	{ "POST /thing-types/zerotouch-device", 200, "{}" }, { "POST /policies/zerotouch-device", 200, "{}" },       \
	    { "CreateRole", 200, CREATED_ROLE }, { "PutRolePolicy", 200, "<PutRolePolicyResponse/>" },               \
	    { "CreateRole errors", 200, CREATED_ROLE }, { "PutRolePolicy errors", 200, "<PutRolePolicyResponse/>" }, \
	    { "CreateLogGroup", 200, "" }, { "PutRetentionPolicy", 200, "" }, { "CreateLogGroup errors", 200, "" },  \
	    { "PutRetentionPolicy errors", 200, "" }, { "POST /rules/zerotouch_jitr", 200, "{}" },                   \
	    { "POST /2015-03-31/functions/zerotouch-jitr/policy", 201, "{}" },                                       \
	    { "GET /registrationcode", 200, "{\"registrationCode\":\"c0de\"}" },                                     \
	{                                                                                                            \
		"POST /cacertificate?allowAutoRegistration=true&setAsActive=true", 200,                              \
		    "{\"certificateId\":\"" CA_ID "\"}"                                                              \
	}

static const script_line lines[] = {
	OBSERVATION,
	CREATION,
	{ "POST /2015-03-31/functions", 400, LAG },
	{ "POST /2015-03-31/functions", 400, LAG },
	{ "POST /2015-03-31/functions", 201, "{}" },
	{ GET_FUNCTION, 200, "{\"Configuration\":{\"State\":\"Pending\"}}" },
	{ GET_FUNCTION, 200, SETTLED },
};

static void test_plan_of_an_empty_account_creates_everything(void **state)
{
	(void)state;
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_int_equal(zt_setup_item_count(s.setup), 12);
	assert_int_equal(zt_setup_changes(s.setup, ZT_CHANGE_CREATE), 12);
	assert_string_equal(zt_setup_account(s.setup), "123456789012");
	assert_string_equal(zt_setup_endpoint(s.setup), "abc-ats.iot.us-east-1.amazonaws.com");
	for (size_t i = 0; i < s.count; i++)
		if (strncmp(s.requests[i].line, "GET ", 4) != 0 && strncmp(s.requests[i].line, "Get", 3) != 0 &&
		    strncmp(s.requests[i].line, "Describe", 8) != 0)
			fail_msg("a plan changes something: %s", s.requests[i].line);
	script_close(&s);
}

/* The CA comes last, when everything that its devices need is there; a new role is waited for by trying. */
static void test_apply_makes_everything_in_order(void **state)
{
	(void)state;
	static const char *const expected[] = {
		"POST /thing-types/zerotouch-device",
		"POST /policies/zerotouch-device",
		"CreateLogGroup",
		"PutRetentionPolicy",
		"CreateRole",
		"PutRolePolicy",
		"POST /2015-03-31/functions",
		"POST /2015-03-31/functions",
		"POST /2015-03-31/functions",
		GET_FUNCTION,
		GET_FUNCTION,
		"CreateLogGroup errors",
		"PutRetentionPolicy errors",
		"CreateRole errors",
		"PutRolePolicy errors",
		"POST /rules/zerotouch_jitr",
		"POST /2015-03-31/functions/zerotouch-jitr/policy",
		"GET /registrationcode",
		"POST /cacertificate?allowAutoRegistration=true&setAsActive=true",
	};
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	size_t planned = s.count;
	zt_error error = { 0 };
	if (zt_setup_apply(s.setup, false, &error) != ZT_OK)
		fail_msg("%s", error.text);
	assert_requests(&s, planned, expected, ZT_COUNT(expected));
	assert_int_equal(s.proofs, 1);
	assert_int_equal(s.slept_ms, 1000 + 2000 + 250);
	assert_int_equal(zt_setup_changes(s.setup, ZT_CHANGE_NONE), 12);
	assert_string_equal(
	    s.events,
	    "thing type…ok; IoT policy…ok; log group…ok; IAM role…ok; role policy…ok; Lambda function…ok; "
	    "log group…ok; IAM role…ok; role policy…ok; topic rule…ok; invoke permission…ok; CA certificate…ok; ");
	script_close(&s);
}

static json_t *body_of(const script *s, const char *line)
{
	json_t *body = NULL;
	assert_ok(zt_json_parse(zt_view_of(script_request_of(s, line)->body), &body, NULL));
	return body;
}

static void assert_json(const json_t *value, const char *expected)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(65536);
	ZT_JSON_CLEANUP json_t *wanted = NULL;
	assert_ok(zt_json_parse(zt_view_of(expected), &wanted, NULL));
	assert_ok(zt_json_write(value, &text));
	if (!json_equal(value, wanted))
		fail_msg("%s\nis not\n%s", zt_str_text(&text), expected);
}

/* Members and their places by AWS's API references of IoT, Lambda and IAM. */
static void test_requests_are_as_the_api_wants_them(void **state)
{
	(void)state;
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_ok(zt_setup_apply(s.setup, false, NULL));

	ZT_JSON_CLEANUP json_t *ca = body_of(&s, "POST /cacertificate?allowAutoRegistration=true&setAsActive=true");
	assert_view(zt_json_view(ca, "caCertificate"), CA_PEM);
	assert_view(zt_json_view(ca, "verificationCertificate"), "PROOF");
	assert_json(json_object_get(ca, "tags"), "[{\"Key\":\"zerotouch\",\"Value\":\"zerotouch\"}]");

	ZT_JSON_CLEANUP json_t *rule = body_of(&s, "POST /rules/zerotouch_jitr");
	assert_json(
	    rule,
	    "{\"sql\":\"SELECT * FROM '$aws/events/certificates/registered/+' WHERE caCertificateId = '" CA_ID "'\","
	    "\"description\":\"Registrations of devices, to zerotouch's "
	    "handler\",\"actions\":[{\"lambda\":{\"functionArn\":"
	    "\"arn:aws:lambda:us-east-1:123456789012:function:zerotouch-jitr\"}}],\"awsIotSqlVersion\":\"2016-03-23\","
	    "\"ruleDisabled\":false,\"errorAction\":{\"cloudwatchLogs\":{\"logGroupName\":\"/zerotouch/zerotouch/"
	    "errors\","
	    "\"roleArn\":\"arn:aws:iam::123456789012:role/zerotouch-errors-us-east-1\"}}}");

	ZT_JSON_CLEANUP json_t *group = body_of(&s, "CreateLogGroup");
	assert_json(group, "{\"logGroupName\":\"/aws/lambda/zerotouch-jitr\",\"tags\":{\"zerotouch\":\"zerotouch\"}}");
	ZT_JSON_CLEANUP json_t *retention = body_of(&s, "PutRetentionPolicy errors");
	assert_json(retention, "{\"logGroupName\":\"/zerotouch/zerotouch/errors\",\"retentionInDays\":30}");
	assert_non_null(strstr(script_request_of(&s, "POST /rules/zerotouch_jitr")->headers,
			       "x-amz-tagging: zerotouch=zerotouch\n"));

	ZT_JSON_CLEANUP json_t *permission = body_of(&s, "POST /2015-03-31/functions/zerotouch-jitr/policy");
	assert_json(permission, "{\"StatementId\":\"zerotouch-jitr\",\"Action\":\"lambda:InvokeFunction\","
				"\"Principal\":\"iot.amazonaws.com\","
				"\"SourceArn\":\"arn:aws:iot:us-east-1:123456789012:rule/"
				"zerotouch_jitr\",\"SourceAccount\":\"123456789012\"}");

	ZT_JSON_CLEANUP json_t *function = body_of(&s, "POST /2015-03-31/functions");
	assert_json(json_object_get(function, "Code"), "{\"ZipFile\":\"WklQ\"}");
	(void)json_object_del(function, "Code");
	assert_json(
	    function,
	    "{\"FunctionName\":\"zerotouch-jitr\",\"Runtime\":\"provided.al2023\",\"Handler\":\"bootstrap\","
	    "\"Role\":\"arn:aws:iam::123456789012:role/" ROLE "\",\"Timeout\":30,\"MemorySize\":128,"
	    "\"Architectures\":[\"x86_64\"],\"Tags\":{\"zerotouch\":\"zerotouch\"},"
	    "\"Description\":\"Just-in-time registration of devices by zerotouch\",\"Environment\":{\"Variables\":{"
	    "\"ZT_CA_IDS\":\"" CA_ID "\",\"ZT_TENANTS\":\"0a1b2c3d-0001-4000-8000-000000000001\","
	    "\"ZT_POLICY_NAME\":\"zerotouch-device\",\"ZT_THING_TEMPLATE\":\"Azure-Sphere-{device_id:5}\","
	    "\"ZT_THING_TYPE\":\"zerotouch-device\",\"ZT_DATA_ENDPOINT\":\"abc-ats.iot.us-east-1.amazonaws.com\"}}}");
	script_close(&s);
}

static void test_trust_names_lambda_alone(void **state)
{
	(void)state;
	script s;
	ZT_CLEANUP(zt_str_free) zt_str form = ZT_STR(16384);
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_ok(zt_setup_apply(s.setup, false, NULL));
	assert_ok(zt_percent_decode(zt_view_of(script_request_of(&s, "CreateRole")->body), true, &form));
	assert_non_null(strstr(zt_str_text(&form), "RoleName=" ROLE));
	assert_non_null(strstr(zt_str_text(&form),
			       "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
			       "{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"));
	assert_non_null(strstr(zt_str_text(&form), "Tags.member.1.Key=zerotouch&Tags.member.1.Value=zerotouch"));
	script_close(&s);
}

static void test_role_that_never_becomes_assumable_ends_in_the_error(void **state)
{
	(void)state;
	static const script_line stuck[] = { OBSERVATION, CREATION, { "POST /2015-03-31/functions", 400, LAG } };
	script s;
	zt_error error = { 0 };
	script_open(&s, stuck, ZT_COUNT(stuck));
	script_plan(&s);
	assert_status(zt_setup_apply(s.setup, false, &error), ZT_E_INVALID);
	assert_non_null(strstr(error.text, "cannot be assumed"));
	assert_in_range(s.slept_ms, 100000, ZT_SETUP_ASSUME_BUDGET_MS);
	assert_int_equal(script_item(&s, ZT_SETUP_FUNCTION)->change, ZT_CHANGE_CREATE);
	assert_int_equal(script_item(&s, ZT_SETUP_ROLE)->change, ZT_CHANGE_NONE);
	script_close(&s);
}

static void test_denied_call_stops_with_the_service_s_words(void **state)
{
	(void)state;
	static const script_line denied[] = { OBSERVATION,
					      { "POST /thing-types/zerotouch-device", 403,
						"{\"message\":\"not authorized to perform: iot:CreateThingType\"}" } };
	script s;
	zt_error error = { 0 };
	script_open(&s, denied, ZT_COUNT(denied));
	script_plan(&s);
	assert_status(zt_setup_apply(s.setup, false, &error), ZT_E_DENIED);
	assert_non_null(strstr(error.text, "iot:CreateThingType"));
	assert_string_equal(s.events, "thing type…ZT_E_DENIED; ");
	script_close(&s);
}

static void test_nothing_is_applied_without_a_plan(void **state)
{
	(void)state;
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	assert_status(zt_setup_apply(s.setup, true, NULL), ZT_E_STATE);
	assert_status(zt_setup_teardown(s.setup, NULL), ZT_E_STATE);
	assert_int_equal(s.count, 0);
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_of_an_empty_account_creates_everything),
		cmocka_unit_test(test_apply_makes_everything_in_order),
		cmocka_unit_test(test_requests_are_as_the_api_wants_them),
		cmocka_unit_test(test_trust_names_lambda_alone),
		cmocka_unit_test(test_role_that_never_becomes_assumable_ends_in_the_error),
		cmocka_unit_test(test_denied_call_stops_with_the_service_s_words),
		cmocka_unit_test(test_nothing_is_applied_without_a_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
