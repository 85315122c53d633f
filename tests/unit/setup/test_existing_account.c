/* Plan, change and teardown of an account that has been set up before. */
#include "script.h"

/* The documents as AWS gives them back, written from the contracts and not by the set-up. */
#define IOT "arn:aws:iot:us-east-1:123456789012:"
#define DEVICE "${iot:Certificate.Subject.CommonName}"
#define SHADOW "$aws/things/${iot:Connection.Thing.ThingName}/shadow/*"
#define POLICY                                                                                                         \
	"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":["                                                      \
	"{\\\"Sid\\\":\\\"Connect\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"iot:Connect\\\","                \
	"\\\"Resource\\\":\\\"" IOT "client/" DEVICE "\\\"},"                                                          \
	"{\\\"Sid\\\":\\\"Publish\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"iot:Publish\\\","                \
	"\\\"Resource\\\":[\\\"" IOT "topic/dt/" DEVICE "/*\\\",\\\"" IOT "topic/myhome/myroom\\\"]},"                 \
	"{\\\"Sid\\\":\\\"Subscribe\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"iot:Subscribe\\\","            \
	"\\\"Resource\\\":[\\\"" IOT "topicfilter/dt/" DEVICE "/*\\\",\\\"" IOT "topicfilter/zerotouch/" DEVICE        \
	"/identity\\\"]},"                                                                                             \
	"{\\\"Sid\\\":\\\"Receive\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"iot:Receive\\\","                \
	"\\\"Resource\\\":[\\\"" IOT "topic/dt/" DEVICE "/*\\\",\\\"" IOT "topic/zerotouch/" DEVICE "/identity\\\"]}," \
	"{\\\"Sid\\\":\\\"Shadow\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":[\\\"iot:Publish\\\",\\\"iot:"        \
	"Receive\\\"],\\\"Resource\\\":\\\"" IOT "topic/" SHADOW "\\\"},"                                              \
	"{\\\"Sid\\\":\\\"ShadowAnswers\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"iot:Subscribe\\\","        \
	"\\\"Resource\\\":\\\"" IOT "topicfilter/" SHADOW "\\\"}]}"

#define OTHER_CA "00000000000000000000000000000000000000000000000000000000000000ff"
#define CONFIGURATION(ids, tenants, timeout)                                                                           \
	"{\"Configuration\":{\"FunctionName\":\"zerotouch-jitr\",\"Runtime\":\"provided.al2023\","                     \
	"\"Role\":\"arn:aws:iam::123456789012:role/"                                                                   \
	"zerotouch-jitr-us-east-1\",\"Handler\":\"bootstrap\",\"Timeout\":" timeout                                    \
	",\"MemorySize\":128,\"Architectures\":[\"x86_64\"],\"State\":\"Active\",\"LastUpdateStatus\":\"Successful\"," \
	"\"CodeSha256\":\"" ZIP_SHA256 "\",\"Environment\":{\"Variables\":{\"ZT_CA_IDS\":\"" ids                       \
	"\",\"ZT_TENANTS\":\"" tenants                                                                                 \
	"\",\"ZT_POLICY_NAME\":\"zerotouch-device\",\"ZT_THING_TEMPLATE\":\"Azure-Sphere-{device_id:5}\","             \
	"\"ZT_THING_TYPE\":\"zerotouch-device\",\"ZT_DATA_ENDPOINT\":\"abc-ats.iot.us-east-1.amazonaws.com\"}}},"      \
	"\"Tags\":{\"zerotouch\":\"zerotouch\"}}"
/* printf ZIP | openssl dgst -sha256 -binary | base64 */
#define ZIP_SHA256 "6spLMGkoiNAYOit3FDY3Z2kJQTEIznKAjXv3Q4Z5U2o="
#define GUID "0a1b2c3d-0001-4000-8000-000000000001"

#define TAG_PATH(arn) "GET /tags?resourceArn=arn%3Aaws%3Aiot%3Aus-east-1%3A123456789012%3A" arn
#define OURS "{\"tags\":[{\"Key\":\"team\",\"Value\":\"x\"},{\"Key\":\"zerotouch\",\"Value\":\"zerotouch\"}]}"
#define FUNCTION                                                    \
	{                                                           \
		GET_FUNCTION, 200, CONFIGURATION(CA_ID, GUID, "30") \
	}
#define THING_TYPE                                                                        \
	{ "GET /thing-types/zerotouch-device", 200,                                       \
	  "{\"thingTypeName\":\"zerotouch-device\",\"thingTypeArn\":\"" IOT               \
	  "thingtype/zerotouch-device\",\"thingTypeMetadata\":{\"deprecated\":false}}" }, \
	{                                                                                 \
		TAG_PATH("thingtype%2Fzerotouch-device"), 200, OURS                       \
	}
#define IOT_POLICY(document)                                                                                    \
	{                                                                                                       \
		"GET /policies/zerotouch-device", 200,                                                          \
		    "{\"policyName\":\"zerotouch-device\",\"policyArn\":\"" IOT                                 \
		    "policy/zerotouch-device\",\"defaultVersionId\":\"1\",\"policyDocument\":\"" document "\"}" \
	}
#define POLICY_TAG                                               \
	{                                                        \
		TAG_PATH("policy%2Fzerotouch-device"), 200, OURS \
	}
#define ROLE_TAGGED                                                                             \
	"</AssumeRolePolicyDocument><Tags><member><Key>zerotouch</Key><Value>zerotouch</Value>" \
	"</member></Tags></Role></GetRoleResult></GetRoleResponse>"
#define ROLE_OF(service, condition)                                                                              \
	"<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName><AssumeRolePolicyDocument>%7B%22Version%22" \
	"%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22"    \
	"Service%22%3A%22" service ".amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22" condition      \
	"%7D%5D%7D" ROLE_TAGGED
#define OUR_RULE_ALONE                                                                                         \
	"%2C%22Condition%22%3A%7B%22StringEquals%22%3A%7B%22aws%3ASourceAccount%22%3A%22123456789012%22%7D%2C" \
	"%22ArnLike%22%3A%7B%22aws%3ASourceArn%22%3A%22arn%3Aaws%3Aiot%3Aus-east-1%3A123456789012%3Arule%2F"   \
	"zerotouch_jitr%22%7D%7D"
#define LOG_GROUP(name) "{\"logGroups\":[{\"logGroupName\":\"" name "\",\"retentionInDays\":30}]}"
#define LOG_TAGS "{\"tags\":{\"zerotouch\":\"zerotouch\"}}"
#define ROLE                                                                                                  \
	{ "GetRole", 200, ROLE_OF("lambda", "") }, { "GetRole errors", 200, ROLE_OF("iot", OUR_RULE_ALONE) }, \
	    { "DescribeLogGroups", 200, LOG_GROUP("/aws/lambda/zerotouch-jitr") },                            \
	    { "DescribeLogGroups errors", 200, LOG_GROUP("/zerotouch/zerotouch/errors") },                    \
	    { "ListTagsForResource", 200, LOG_TAGS },                                                         \
	{                                                                                                     \
		"ListTagsForResource errors", 200, LOG_TAGS                                                   \
	}
/* The inline policy is compared in a test of its own; here its members are few enough to differ. */
#define NO_DOCUMENT                                                                           \
	"<GetRolePolicyResponse><GetRolePolicyResult><PolicyDocument>%7B%7D</PolicyDocument>" \
	"</GetRolePolicyResult></GetRolePolicyResponse>"
#define ROLE_POLICY                                      \
	{ "GetRolePolicy", 200, NO_DOCUMENT },           \
	{                                                \
		"GetRolePolicy errors", 200, NO_DOCUMENT \
	}
#define RULE(id)                                                                                                       \
	{ "GET /rules/zerotouch_jitr", 200,                                                                            \
	  "{\"ruleArn\":\"" IOT "rule/zerotouch_jitr\",\"rule\":{\"ruleName\":\"zerotouch_jitr\","                     \
	  "\"sql\":\"SELECT * FROM '$aws/events/certificates/registered/+' WHERE caCertificateId = '" id               \
	  "'\",\"description\":"                                                                                       \
	  "\"Registrations of devices, to zerotouch's handler\",\"createdAt\":1.0,\"ruleDisabled\":false,"             \
	  "\"awsIotSqlVersion\":\"2016-03-23\",\"actions\":[{\"lambda\":{\"functionArn\":"                             \
	  "\"arn:aws:lambda:us-east-1:123456789012:function:zerotouch-jitr\"}}],\"errorAction\":{\"cloudwatchLogs\":{" \
	  "\"logGroupName\":\"/zerotouch/zerotouch/errors\",\"batchMode\":false,\"roleArn\":"                          \
	  "\"arn:aws:iam::123456789012:role/zerotouch-errors-us-east-1\"}}}}" },                                       \
	{                                                                                                              \
		TAG_PATH("rule%2Fzerotouch_jitr"), 200, OURS                                                           \
	}
#define PERMISSION                                                                                                     \
	{                                                                                                              \
		"GET /2015-03-31/functions/zerotouch-jitr/policy", 200,                                                \
		    "{\"RevisionId\":\"1\",\"Policy\":\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Id\\\":"               \
		    "\\\"default\\\",\\\"Statement\\\":[{\\\"Sid\\\":"                                                 \
		    "\\\"zerotouch-jitr\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":{\\\"Service\\\":\\\"iot."  \
		    "amazonaws.com\\\"},\\\"Action\\\":"                                                               \
		    "\\\"lambda:InvokeFunction\\\",\\\"Resource\\\":\\\"arn:aws:lambda:us-east-1:123456789012:"        \
		    "function:zerotouch-jitr\\\",\\\"Condition\\\":"                                                   \
		    "{\\\"StringEquals\\\":{\\\"AWS:SourceAccount\\\":\\\"123456789012\\\"},\\\"ArnLike\\\":{\\\"AWS:" \
		    "SourceArn\\\":\\\"" IOT "rule/zerotouch_jitr\\\"}}}]}\"}"                                         \
	}
#define CA(status, automatic)                                                                                \
	{ "GET /cacertificate/" CA_ID, 200,                                                                  \
	  "{\"certificateDescription\":{\"certificateArn\":\"" IOT "cacert/" CA_ID "\",\"status\":\"" status \
	  "\",\"autoRegistrationStatus\":\"" automatic "\"}}" },                                             \
	{                                                                                                    \
		TAG_PATH("cacert%2F" CA_ID), 200, OURS                                                       \
	}

static void test_second_run_finds_nothing_but_what_changed(void **state)
{
	(void)state;
	static const script_line lines[] = { SCRIPT_LOOK,           FUNCTION,    THING_TYPE,
					     IOT_POLICY(POLICY),    POLICY_TAG,  ROLE,
					     ROLE_POLICY,           RULE(CA_ID), PERMISSION,
					     CA("ACTIVE", "ENABLE") };
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	for (size_t i = 0; i < zt_setup_item_count(s.setup); i++) {
		const zt_setup_item *item = zt_setup_item_at(s.setup, i);
		ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(65536);
		if (item->desired)
			assert_ok(zt_json_write(item->desired, &text));
		zt_setup_change expected = item->kind == ZT_SETUP_ROLE_POLICY ? ZT_CHANGE_UPDATE : ZT_CHANGE_NONE;
		if (item->change != expected || !item->there || !item->ours)
			fail_msg("%s: change %d, there %d, ours %d, %s", item->title, item->change, item->there,
				 item->ours, zt_str_text(&text));
	}
	script_close(&s);
}

static void test_other_content_is_changed_with_consent_alone(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		FUNCTION,
		THING_TYPE,
		IOT_POLICY("{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[]}"),
		POLICY_TAG,
		ROLE,
		ROLE_POLICY,
		RULE(OTHER_CA),
		PERMISSION,
		CA("INACTIVE", "ENABLE"),
		{ "GET /policies/zerotouch-device/version", 200,
		  "{\"policyVersions\":[{\"versionId\":\"9\",\"isDefaultVersion\":true},{\"versionId\":\"8\","
		  "\"isDefaultVersion\":false},"
		  "{\"versionId\":\"3\",\"isDefaultVersion\":false},{\"versionId\":\"10\",\"isDefaultVersion\":false},"
		  "{\"versionId\":\"4\",\"isDefaultVersion\":false}]}" },
		{ "DELETE /policies/zerotouch-device/version/3", 200, "" },
		{ "POST /policies/zerotouch-device/version?setAsDefault=true", 200, "{}" },
		{ "PutRolePolicy", 200, "<PutRolePolicyResponse/>" },
		{ "PutRolePolicy errors", 200, "<PutRolePolicyResponse/>" },
		{ "PATCH /rules/zerotouch_jitr", 200, "{}" },
		{ "PUT /cacertificate/" CA_ID "?newStatus=ACTIVE", 200, "" },
	};
	static const char *const expected[] = {
		"GET /policies/zerotouch-device/version",
		"DELETE /policies/zerotouch-device/version/3",
		"POST /policies/zerotouch-device/version?setAsDefault=true",
		"PutRolePolicy",
		"PutRolePolicy errors",
		"PATCH /rules/zerotouch_jitr",
		"PUT /cacertificate/" CA_ID "?newStatus=ACTIVE",
	};
	script s;
	zt_error error = { 0 };
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	size_t planned = s.count;
	assert_status(zt_setup_apply(s.setup, false, &error), ZT_E_CONFLICT);
	assert_non_null(strstr(error.text, "IoT policy zerotouch-device exists with other content"));
	assert_int_equal(s.count, planned);
	if (zt_setup_apply(s.setup, true, &error) != ZT_OK)
		fail_msg("%s", error.text);
	assert_requests(&s, planned, expected, ZT_COUNT(expected));
	assert_int_equal(s.proofs, 0);
	script_close(&s);
}

static void test_difference_shows_only_what_differs(void **state)
{
	(void)state;
	static const script_line lines[] = { SCRIPT_LOOK, { GET_FUNCTION, 200, CONFIGURATION(CA_ID, GUID, "3") },
					     THING_TYPE,  IOT_POLICY(POLICY),
					     POLICY_TAG,  ROLE,
					     ROLE_POLICY, RULE(CA_ID),
					     PERMISSION,  CA("ACTIVE", "DISABLE") };
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	const zt_setup_item *function = script_item(&s, ZT_SETUP_FUNCTION), *ca = script_item(&s, ZT_SETUP_CA);
	assert_int_equal(json_object_size(function->desired), 1);
	assert_int_equal(json_integer_value(json_object_get(function->observed, "Timeout")), 3);
	assert_int_equal(json_integer_value(json_object_get(function->desired, "Timeout")), 30);
	assert_int_equal(json_object_size(ca->desired), 1);
	assert_view(zt_json_view(ca->observed, "autoRegistrationStatus"), "DISABLE");
	script_close(&s);
}

/* A second tenant's set-up must not lock out the first one's devices. */
static void test_cas_that_were_accepted_stay_accepted(void **state)
{
	(void)state;
	static const script_line lines[] = { SCRIPT_LOOK,
					     { GET_FUNCTION, 200, CONFIGURATION(OTHER_CA, "other-tenant", "30") },
					     THING_TYPE,
					     IOT_POLICY(POLICY),
					     POLICY_TAG,
					     ROLE,
					     ROLE_POLICY,
					     RULE(OTHER_CA),
					     PERMISSION,
					     { "GET /cacertificate/" CA_ID, 404, NOT_FOUND },
					     { "GET /cacertificate/" OTHER_CA, 200,
					       "{\"certificateDescription\":{\"certificateArn\":\"" IOT
					       "cacert/" OTHER_CA
					       "\",\"status\":\"INACTIVE\",\"autoRegistrationStatus\":\"DISABLE\"}}" },
					     { TAG_PATH("cacert%2F" OTHER_CA), 200, OURS } };
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	const json_t *environment = json_object_get(script_item(&s, ZT_SETUP_FUNCTION)->desired, "Environment");
	const json_t *variables = json_object_get(environment, "Variables");
	assert_view(zt_json_view(variables, "ZT_CA_IDS"), OTHER_CA "," CA_ID);
	assert_view(zt_json_view(variables, "ZT_TENANTS"), "other-tenant," GUID);
	assert_view(zt_json_view(script_item(&s, ZT_SETUP_RULE)->desired, "sql"),
		    "SELECT * FROM '$aws/events/certificates/registered/+' WHERE caCertificateId = '" OTHER_CA
		    "' OR caCertificateId = '" CA_ID "'");
	/* It is shown, left as it is, and found by teardown. */
	const zt_setup_item *other = script_item(&s, ZT_SETUP_CA);
	assert_string_equal(other->name, OTHER_CA);
	assert_int_equal(other->change, ZT_CHANGE_NONE);
	assert_true(other->there && other->ours);
	assert_int_equal(zt_setup_item_count(s.setup), 13);
	script_close(&s);
}

static void test_teardown_removes_devices_first_and_all_in_reverse(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		FUNCTION,
		THING_TYPE,
		IOT_POLICY(POLICY),
		POLICY_TAG,
		ROLE,
		ROLE_POLICY,
		RULE(CA_ID),
		PERMISSION,
		CA("ACTIVE", "ENABLE"),
		{ "PUT /cacertificate/" CA_ID "?newAutoRegistrationStatus=DISABLE&newStatus=INACTIVE", 200, "" },
		{ "GET /certificates-by-ca/" CA_ID "?pageSize=250", 200,
		  "{\"certificates\":[{\"certificateArn\":\"" IOT
		  "cert/c1\",\"certificateId\":\"c1\",\"status\":\"ACTIVE\"}]}" },
		{ "GET /principals/things?maxResults=250", 200, "{\"things\":[\"lamp\"]}" },
		{ "PUT /certificates/c1?newStatus=INACTIVE", 200, "" },
		{ "DELETE /things/lamp/principals", 200, "{}" },
		{ "GET /things/lamp", 200,
		  "{\"thingName\":\"lamp\",\"thingTypeName\":\"zerotouch-device\",\"attributes\":{\"deviceId\":"
		  "\"aa11\"}}" },
		{ "GET /things/lamp/principals?maxResults=250", 200, "{\"principals\":[]}" },
		{ "POST /topics/zerotouch%2Faa11%2Fidentity?qos=1&retain=true", 200, "{}" },
		{ "DELETE /things/lamp", 200, "{}" },
		{ "DELETE /certificates/c1?forceDelete=true", 200, "" },
		{ "DELETE /cacertificate/" CA_ID, 200, "{}" },
		{ "DELETE /2015-03-31/functions/zerotouch-jitr/policy/zerotouch-jitr", 204, "" },
		{ "DELETE /rules/zerotouch_jitr", 200, "" },
		{ "DeleteRolePolicy errors", 200, "<DeleteRolePolicyResponse/>" },
		{ "DeleteRole errors", 200, "<DeleteRoleResponse/>" },
		{ "DeleteLogGroup errors", 200, "" },
		{ "DELETE /2015-03-31/functions/zerotouch-jitr", 204, "" },
		{ "DeleteRolePolicy", 200, "<DeleteRolePolicyResponse/>" },
		{ "DeleteRole", 200, "<DeleteRoleResponse/>" },
		{ "DeleteLogGroup", 200, "" },
		{ "POST /policy-targets/zerotouch-device?pageSize=250", 200,
		  "{\"targets\":[\"" IOT "cert/foreign\"]}" },
		{ "POST /target-policies/zerotouch-device", 200, "" },
		{ "GET /policies/zerotouch-device/version", 200,
		  "{\"policyVersions\":[{\"versionId\":\"1\",\"isDefaultVersion\":true}]}" },
		{ "DELETE /policies/zerotouch-device", 200, "" },
		{ "GET /things?thingTypeName=zerotouch-device&maxResults=250", 200,
		  "{\"things\":[{\"thingName\":\"lost\"}]}" },
		{ "GET /things/lost", 200,
		  "{\"thingName\":\"lost\",\"thingTypeName\":\"zerotouch-device\",\"attributes\":{}}" },
		{ "GET /things/lost/principals?maxResults=250", 200, "{\"principals\":[]}" },
		{ "DELETE /things/lost", 200, "{}" },
		{ "POST /thing-types/zerotouch-device/deprecate", 200, "{}" },
		{ "DELETE /thing-types/zerotouch-device", 400, "{\"message\":\"wait five minutes\"}" },
	};
	script s;
	zt_error error = { 0 };
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	size_t planned = s.count;
	zt_status status = zt_setup_teardown(s.setup, &error);
	if (status != ZT_E_PARTIAL)
		fail_msg("%s: %s", zt_status_name(status), error.text);
	assert_non_null(strstr(error.text, "five minutes"));
	for (size_t i = planned; i < s.count; i++)
		if (strcmp(s.requests[i].line, lines[ZT_COUNT(lines) - (s.count - i)].request) != 0)
			fail_msg("request %zu is %s", i, s.requests[i].line);
	assert_int_equal(s.count - planned, 30);
	script_close(&s);
}

/* Lambda API Reference, GetFunction: TagsError instead of Tags when lambda:ListTags is denied. */
static void test_hidden_tags_are_told_not_taken_for_none(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		{ GET_FUNCTION, 200,
		  "{\"Configuration\":{},\"TagsError\":{\"ErrorCode\":\"AccessDeniedException\",\"Message\":\"no\"}}" },
		{ "GET /thing-types/zerotouch-device", 404, NOT_FOUND },
		{ "GET /policies/zerotouch-device", 404, NOT_FOUND },
		NO_ROLES_AND_LOGS,
	};
	script s;
	zt_error error = { 0 };
	script_open(&s, lines, ZT_COUNT(lines));
	assert_status(zt_setup_plan(s.setup, &error), ZT_E_DENIED);
	assert_non_null(strstr(error.text, "lambda:ListTags"));
	script_close(&s);
}

static void test_ca_that_only_the_handler_knows_is_no_item(void **state)
{
	(void)state;
	static const script_line lines[] = { SCRIPT_LOOK,
					     { GET_FUNCTION, 200,
					       CONFIGURATION(CA_ID "," OTHER_CA, GUID ",other-tenant", "30") },
					     THING_TYPE,
					     IOT_POLICY(POLICY),
					     POLICY_TAG,
					     ROLE,
					     ROLE_POLICY,
					     RULE(CA_ID),
					     PERMISSION,
					     CA("ACTIVE", "ENABLE"),
					     { "GET /cacertificate/" OTHER_CA, 404, NOT_FOUND } };
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_int_equal(zt_setup_item_count(s.setup), 12);
	script_close(&s);
}

static void test_teardown_leaves_what_is_not_ours(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		{ GET_FUNCTION, 404, NOT_FOUND },
		{ "GET /thing-types/zerotouch-device", 404, NOT_FOUND },
		IOT_POLICY(POLICY),
		{ TAG_PATH("policy%2Fzerotouch-device"), 200,
		  "{\"tags\":[{\"Key\":\"zerotouch\",\"Value\":\"another\"}]}" },
		NO_ROLES_AND_LOGS,
		{ "GET /rules/zerotouch_jitr", 401, NOT_FOUND },
		{ "GET /2015-03-31/functions/zerotouch-jitr/policy", 404, NOT_FOUND },
		{ "GET /cacertificate/" CA_ID, 404, NOT_FOUND },
	};
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_false(script_item(&s, ZT_SETUP_POLICY)->ours);
	size_t planned = s.count;
	assert_ok(zt_setup_teardown(s.setup, NULL));
	assert_int_equal(s.count, planned);
	script_close(&s);
}

#define EXPIRED_CA                                                                                                \
	{ "GET /cacertificate/" OTHER_CA, 200,                                                                    \
	  "{\"certificateDescription\":{\"certificateArn\":\"" IOT "cacert/" OTHER_CA                             \
	  "\",\"status\":\"ACTIVE\",\"autoRegistrationStatus\":\"ENABLE\",\"validity\":{\"notAfter\":999.0}}}" }, \
	{                                                                                                         \
		TAG_PATH("cacert%2F" OTHER_CA), 200, OURS                                                         \
	}
#define NO_PROVISIONING                                                               \
	{ "GetRole jitp", 404, NO_ENTITY }, { "GetRolePolicy jitp", 404, NO_ENTITY }, \
	{                                                                             \
		"GET /provisioning-templates/zerotouch-jitp", 404, NOT_FOUND          \
	}
#define PRUNE_LOOK                                                                                          \
	{ "GET /cacertificates?pageSize=250", 200,                                                          \
	  "{\"certificates\":[{\"certificateArn\":\"" IOT "cacert/" CA_ID "\",\"certificateId\":\"" CA_ID   \
	  "\"},{\"certificateArn\":\"" IOT "cacert/" OTHER_CA "\",\"certificateId\":\"" OTHER_CA "\"}]}" }, \
	{                                                                                                   \
		"GET /policies/zerotouch-device/version", 200,                                              \
		    "{\"policyVersions\":[{\"versionId\":\"1\",\"isDefaultVersion\":true}]}"                \
	}

static void open_pruning(script *s, zt_setup **ret)
{
	zt_setup_spec spec = script_spec(s);
	spec.prune = true;
	s->now_ms = 1000000;
	assert_ok(zt_setup_new(s->client, &spec, ret, NULL));
}

static const zt_setup_item *ca_item(const zt_setup *setup, const char *id)
{
	for (size_t i = 0; i < zt_setup_item_count(setup); i++)
		if (strcmp(zt_setup_item_at(setup, i)->name, id) == 0)
			return zt_setup_item_at(setup, i);
	return NULL;
}

/* The handler forgets an expired CA first; its certificates go with it, and their things stay. */
static void test_prune_removes_an_expired_ca(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		{ GET_FUNCTION, 200, CONFIGURATION(OTHER_CA "," CA_ID, "other-tenant," GUID, "30") },
		THING_TYPE,
		IOT_POLICY(POLICY),
		POLICY_TAG,
		ROLE,
		ROLE_POLICY,
		RULE(CA_ID),
		PERMISSION,
		CA("ACTIVE", "ENABLE"),
		EXPIRED_CA,
		PRUNE_LOOK,
		NO_PROVISIONING,
		{ "PUT /2015-03-31/functions/zerotouch-jitr/configuration", 200, "{}" },
		{ "PutRolePolicy", 200, "<PutRolePolicyResponse/>" },
		{ "PutRolePolicy errors", 200, "<PutRolePolicyResponse/>" },
		{ "PUT /cacertificate/" OTHER_CA "?newAutoRegistrationStatus=DISABLE&newStatus=INACTIVE", 200, "" },
		{ "GET /certificates-by-ca/" OTHER_CA "?pageSize=250", 200,
		  "{\"certificates\":[{\"certificateArn\":\"" IOT
		  "cert/c1\",\"certificateId\":\"c1\",\"status\":\"INACTIVE\"}]}" },
		{ "GET /principals/things?maxResults=250", 200, "{\"things\":[\"lamp\"]}" },
		{ "DELETE /things/lamp/principals", 200, "{}" },
		{ "DELETE /certificates/c1?forceDelete=true", 200, "" },
		{ "DELETE /cacertificate/" OTHER_CA, 200, "{}" },
	};
	script s;
	zt_setup *setup = NULL;
	zt_error error = { 0 };
	script_open(&s, lines, ZT_COUNT(lines));
	open_pruning(&s, &setup);
	if (zt_setup_plan(setup, &error) != ZT_OK)
		fail_msg("%s", error.text);
	assert_int_equal(ca_item(setup, OTHER_CA)->change, ZT_CHANGE_REMOVE);
	assert_int_equal(ca_item(setup, CA_ID)->change, ZT_CHANGE_NONE);
	assert_status(zt_setup_apply(setup, false, &error), ZT_E_CONFLICT);
	if (zt_setup_apply(setup, true, &error) != ZT_OK)
		fail_msg("%s", error.text);
	const script_request *function =
	    script_request_of(&s, "PUT /2015-03-31/functions/zerotouch-jitr/configuration");
	assert_non_null(strstr(function->body, "\"ZT_CA_IDS\":\"" CA_ID "\""));
	assert_string_equal(s.requests[s.count - 1].line, "DELETE /cacertificate/" OTHER_CA);
	zt_setup_free(setup);
	script_close(&s);
}

static void test_an_expired_ca_stays_without_prune(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK, { GET_FUNCTION, 200, CONFIGURATION(OTHER_CA "," CA_ID, "other-tenant," GUID, "30") },
		THING_TYPE,  IOT_POLICY(POLICY),
		POLICY_TAG,  ROLE,
		ROLE_POLICY, RULE(CA_ID),
		PERMISSION,  CA("ACTIVE", "ENABLE"),
		EXPIRED_CA,
	};
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	s.now_ms = 1000000;
	script_plan(&s);
	assert_int_equal(ca_item(s.setup, OTHER_CA)->change, ZT_CHANGE_NONE);
	assert_int_equal(zt_setup_changes(s.setup, ZT_CHANGE_REMOVE), 0);
	script_close(&s);
}

/* AWS IoT Core quotas: ten CA certificates with the same subject. */
static void test_a_full_subject_is_told_with_its_remedy(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		FUNCTION,
		THING_TYPE,
		IOT_POLICY(POLICY),
		POLICY_TAG,
		ROLE,
		ROLE_POLICY,
		RULE(CA_ID),
		PERMISSION,
		{ "GET /cacertificate/" CA_ID, 404, NOT_FOUND },
		{ "PutRolePolicy", 200, "<PutRolePolicyResponse/>" },
		{ "PutRolePolicy errors", 200, "<PutRolePolicyResponse/>" },
		{ "GET /registrationcode", 200, "{\"registrationCode\":\"c0de\"}" },
		{ "POST /cacertificate?allowAutoRegistration=true&setAsActive=true", 410,
		  "{\"code\":\"LimitExceededException\",\"message\":\"ten of them\"}" },
	};
	script s;
	zt_error error = { 0 };
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	assert_status(zt_setup_apply(s.setup, true, &error), ZT_E_LIMIT);
	assert_non_null(strstr(error.text, "ten of them"));
	assert_non_null(strstr(error.text, "setup --prune"));
	script_close(&s);
}

/* Of a name that somebody else has, nothing is changed, with consent neither. */
static void test_somebody_else_s_resource_is_not_changed(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		FUNCTION,
		THING_TYPE,
		IOT_POLICY("{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[]}"),
		{ TAG_PATH("policy%2Fzerotouch-device"), 200, "{\"tags\":[]}" },
		ROLE,
		ROLE_POLICY,
		RULE(CA_ID),
		PERMISSION,
		CA("ACTIVE", "ENABLE"),
	};
	script s;
	zt_error error = { 0 };
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	size_t planned = s.count;
	assert_status(zt_setup_apply(s.setup, true, &error), ZT_E_CONFLICT);
	assert_non_null(strstr(error.text, "is somebody else's"));
	assert_int_equal(s.count, planned);
	script_close(&s);
}

/* What is left of a run that ended between making the group and giving it its retention. */
static void test_a_half_made_log_group_is_finished_without_consent(void **state)
{
	(void)state;
	static const script_line lines[] = {
		SCRIPT_LOOK,
		FUNCTION,
		THING_TYPE,
		IOT_POLICY(POLICY),
		POLICY_TAG,
		{ "GetRole", 200, ROLE_OF("lambda", "") },
		{ "GetRole errors", 200, ROLE_OF("iot", OUR_RULE_ALONE) },
		{ "DescribeLogGroups", 200, "{\"logGroups\":[{\"logGroupName\":\"/aws/lambda/zerotouch-jitr\"}]}" },
		{ "DescribeLogGroups errors", 200, LOG_GROUP("/zerotouch/zerotouch/errors") },
		{ "ListTagsForResource", 200, LOG_TAGS },
		{ "ListTagsForResource errors", 200, LOG_TAGS },
		ROLE_POLICY,
		RULE(CA_ID),
		PERMISSION,
		CA("ACTIVE", "ENABLE"),
	};
	script s;
	script_open(&s, lines, ZT_COUNT(lines));
	script_plan(&s);
	const zt_setup_item *group = script_item(&s, ZT_SETUP_LOG_GROUP);
	assert_int_equal(group->change, ZT_CHANGE_CREATE);
	assert_true(group->there && group->ours);
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_run_finds_nothing_but_what_changed),
		cmocka_unit_test(test_other_content_is_changed_with_consent_alone),
		cmocka_unit_test(test_difference_shows_only_what_differs),
		cmocka_unit_test(test_cas_that_were_accepted_stay_accepted),
		cmocka_unit_test(test_teardown_removes_devices_first_and_all_in_reverse),
		cmocka_unit_test(test_hidden_tags_are_told_not_taken_for_none),
		cmocka_unit_test(test_ca_that_only_the_handler_knows_is_no_item),
		cmocka_unit_test(test_teardown_leaves_what_is_not_ours),
		cmocka_unit_test(test_prune_removes_an_expired_ca),
		cmocka_unit_test(test_an_expired_ca_stays_without_prune),
		cmocka_unit_test(test_a_full_subject_is_told_with_its_remedy),
		cmocka_unit_test(test_somebody_else_s_resource_is_not_changed),
		cmocka_unit_test(test_a_half_made_log_group_is_finished_without_consent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
