/* What each operation sends: method, path, query and members as AWS's API models have them. */
#include "zt_cmocka.h"

#include "unit/aws/fake_http.h"
#include "aws/iot_ca.h"
#include "aws/iot_certificate.h"
#include "aws/iot_data.h"
#include "aws/iot_policy.h"
#include "aws/iot_rule.h"
#include "aws/iot_thing.h"
#include "aws/lambda.h"
#include "base/json.h"

static fake_http fake;
static zt_aws_client *client;

static int set_up(void **state)
{
	(void)state;
	fake = (fake_http){ .answers = { { .http = 200, .body = "{}" } }, .answer_count = 1 };
	zt_aws_client_spec spec = fake_spec(&fake);
	spec.data_endpoint = "abc-ats.iot.us-east-1.amazonaws.com";
	return zt_aws_client_new(&spec, &client, NULL) == ZT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	zt_aws_client_free(client);
	return 0;
}

static void assert_sent(const char *method, const char *target, const char *body)
{
	assert_string_equal(fake.method, method);
	assert_string_equal(fake.target, target);
	assert_string_equal(fake.body, body);
}

static json_t *parsed(const char *text)
{
	json_t *json = NULL;
	assert_ok(zt_json_parse(zt_view_of(text), &json, NULL));
	return json;
}

static zt_status ignore(void *context, const json_t *item, zt_error *ret_error)
{
	(void)context;
	(void)item;
	(void)ret_error;
	return ZT_OK;
}

static void ca_certificates(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_iot_ca_spec spec = {
		.ca_pem = ZT_LIT("CA"), .proof_pem = ZT_LIT("P"), .active = true, .auto_registration = true
	};
	assert_ok(zt_iot_ca_register(client, &spec, &answer, NULL));
	assert_sent("POST", "/cacertificate?allowAutoRegistration=true&setAsActive=true",
		    "{\"caCertificate\":\"CA\",\"verificationCertificate\":\"P\"}");
	spec.proof_pem = ZT_VIEW_EMPTY;
	json_decref(ZT_STEAL(answer));
	assert_ok(zt_iot_ca_register(client, &spec, &answer, NULL));
	assert_sent("POST", "/cacertificate?allowAutoRegistration=true&setAsActive=true",
		    "{\"caCertificate\":\"CA\",\"certificateMode\":\"SNI_ONLY\"}");
	zt_iot_ca_update update = { .status = ZT_LIT("INACTIVE"), .auto_registration = ZT_LIT("DISABLE") };
	assert_ok(zt_iot_ca_change(client, ZT_LIT("ab"), &update, NULL));
	assert_sent("PUT", "/cacertificate/ab?newAutoRegistrationStatus=DISABLE&newStatus=INACTIVE", "{}");
	assert_ok(zt_iot_ca_delete(client, ZT_LIT("ab"), NULL));
	assert_sent("DELETE", "/cacertificate/ab", "");
	assert_ok(zt_iot_ca_each(client, ignore, NULL, NULL));
	assert_sent("GET", "/cacertificates?pageSize=250", "");
}

static void registration_code(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str code = ZT_STR(64);
	assert_status(zt_iot_registration_code_get(client, &code, NULL), ZT_E_PROTOCOL);
	fake.answers[0].body = "{\"registrationCode\":\"0123\"}";
	assert_ok(zt_iot_registration_code_get(client, &code, NULL));
	assert_sent("GET", "/registrationcode", "");
	assert_string_equal(zt_str_text(&code), "0123");
}

static void certificates(void **state)
{
	(void)state;
	assert_ok(zt_iot_certificate_update(client, ZT_LIT("ab"), ZT_LIT("ACTIVE"), NULL));
	assert_sent("PUT", "/certificates/ab?newStatus=ACTIVE", "");
	assert_ok(zt_iot_certificate_delete(client, ZT_LIT("ab"), true, NULL));
	assert_sent("DELETE", "/certificates/ab?forceDelete=true", "");
	assert_ok(zt_iot_certificate_each(client, ZT_LIT("ca"), ignore, NULL, NULL));
	assert_sent("GET", "/certificates-by-ca/ca?pageSize=250", "");
	assert_ok(zt_iot_certificate_each(client, ZT_VIEW_EMPTY, ignore, NULL, NULL));
	assert_sent("GET", "/certificates?pageSize=250", "");
	json_t *answer = NULL;
	assert_status(zt_iot_certificate_describe(client, ZT_LIT("ab"), &answer, NULL), ZT_E_PROTOCOL);
	assert_sent("GET", "/certificates/ab", "");
}

static void policies(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *answer = NULL;
	assert_ok(zt_iot_policy_create(client, ZT_LIT("p@x"), ZT_LIT("{}"), NULL, &answer, NULL));
	assert_sent("POST", "/policies/p%40x", "{\"policyDocument\":\"{}\"}");
	assert_ok(zt_iot_policy_attach(client, ZT_LIT("p"), ZT_LIT("arn:c"), NULL));
	assert_sent("PUT", "/target-policies/p", "{\"target\":\"arn:c\"}");
	assert_ok(zt_iot_policy_detach(client, ZT_LIT("p"), ZT_LIT("arn:c"), NULL));
	assert_sent("POST", "/target-policies/p", "{\"target\":\"arn:c\"}");
	assert_ok(zt_iot_policy_each_of(client, ZT_LIT("arn:c"), ignore, NULL, NULL));
	assert_sent("POST", "/attached-policies/arn%3Ac?pageSize=250", "");
	assert_ok(zt_iot_policy_version_delete(client, ZT_LIT("p"), ZT_LIT("2"), NULL));
	assert_sent("DELETE", "/policies/p/version/2", "");
}

static void things(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *attributes = parsed("{\"deviceId\":\"d\"}");
	zt_iot_thing_spec spec = { .type = ZT_LIT("T"), .attributes = attributes };
	assert_ok(zt_iot_thing_create(client, ZT_LIT("a:b"), &spec, NULL, NULL));
	assert_sent("POST", "/things/a%3Ab",
		    "{\"thingTypeName\":\"T\",\"attributePayload\":{\"attributes\":{\"deviceId\":\"d\"}}}");
	spec.type = ZT_VIEW_EMPTY;
	assert_ok(zt_iot_thing_update(client, ZT_LIT("n"), &spec, 3, NULL));
	assert_sent("PATCH", "/things/n",
		    "{\"attributePayload\":{\"attributes\":{\"deviceId\":\"d\"},\"merge\":true},"
		    "\"expectedVersion\":3}");
	assert_ok(zt_iot_thing_attach(client, ZT_LIT("n"), ZT_LIT("arn:c"), true, NULL));
	assert_sent("PUT", "/things/n/principals?thingPrincipalType=EXCLUSIVE_THING", "");
	assert_non_null(strstr(fake.headers, "x-amzn-principal: arn:c\n"));
	assert_non_null(strstr(fake.headers, "SignedHeaders=host;x-amz-date;x-amzn-principal,"));
	assert_ok(zt_iot_thing_detach(client, ZT_LIT("n"), ZT_LIT("arn:c"), NULL));
	assert_sent("DELETE", "/things/n/principals", "");
	zt_iot_thing_filter filter = { .attribute = ZT_LIT("deviceId"), .value = ZT_LIT("d") };
	assert_ok(zt_iot_thing_each(client, &filter, ignore, NULL, NULL));
	assert_sent("GET", "/things?attributeName=deviceId&attributeValue=d&maxResults=250", "");
	assert_ok(zt_iot_thing_register(client, ZT_LIT("{}"), attributes, NULL, NULL));
	assert_sent("POST", "/things", "{\"templateBody\":\"{}\",\"parameters\":{\"deviceId\":\"d\"}}");
	assert_ok(zt_iot_thing_type_deprecate(client, ZT_LIT("T"), false, NULL));
	assert_sent("POST", "/thing-types/T/deprecate", "{\"undoDeprecate\":false}");
}

static void rules(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *payload = parsed("{\"sql\":\"SELECT *\",\"actions\":[]}");
	assert_ok(zt_iot_rule_create(client, ZT_LIT("r"), payload, ZT_LIT("a=b"), NULL));
	assert_sent("POST", "/rules/r", "{\"sql\":\"SELECT *\",\"actions\":[]}");
	assert_non_null(strstr(fake.headers, "x-amz-tagging: a=b\n"));
	fake.answers[0] = (fake_answer){ .http = 401, .header = "x-amzn-errortype", .value = "UnauthorizedException" };
	json_t *answer = NULL;
	assert_status(zt_iot_rule_get(client, ZT_LIT("r"), &answer, NULL), ZT_E_NOT_FOUND);
}

static void endpoint(void **state)
{
	(void)state;
	fake.answers[0].body = "{\"endpointAddress\":\"x-ats.iot\"}";
	ZT_CLEANUP(zt_str_free) zt_str host = ZT_STR(255);
	assert_ok(zt_iot_endpoint_describe(client, ZT_LIT("iot:Data-ATS"), &host, NULL));
	assert_sent("GET", "/endpoint?endpointType=iot%3AData-ATS", "");
	assert_string_equal(zt_str_text(&host), "x-ats.iot");
}

static void data_plane(void **state)
{
	(void)state;
	fake.answers[0].body = "not JSON";
	assert_ok(zt_iot_publish(client, ZT_LIT("a/b"), ZT_LIT("{\"a\":1}"), 1, true, NULL));
	assert_sent("POST", "/topics/a%2Fb?qos=1&retain=true", "{\"a\":1}");
	assert_string_equal(fake.origin, "https://abc-ats.iot.us-east-1.amazonaws.com");
	assert_non_null(strstr(fake.headers, "/us-east-1/iotdata/aws4_request"));
}

static void data_plane_needs_its_endpoint(void **state)
{
	(void)state;
	zt_aws_client_spec spec = fake_spec(&fake);
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *blind = NULL;
	assert_ok(zt_aws_client_new(&spec, &blind, NULL));
	assert_status(zt_iot_publish(blind, ZT_LIT("a"), ZT_VIEW_EMPTY, 0, false, NULL), ZT_E_CONFIG);
	assert_int_equal(fake.calls, 0);
}

static void functions(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *body = parsed("{\"FunctionName\":\"f\"}"), *answer = NULL;
	assert_ok(zt_lambda_function_create(client, body, ZT_LIT("zip"), &answer, NULL));
	assert_sent("POST", "/2015-03-31/functions", "{\"FunctionName\":\"f\",\"Code\":{\"ZipFile\":\"emlw\"}}");
	assert_int_equal(json_object_size(body), 1);
	json_decref(ZT_STEAL(answer));
	assert_ok(zt_lambda_function_update_code(client, ZT_LIT("f"), ZT_LIT("zip"), ZT_LIT("arm64"), &answer, NULL));
	assert_sent("PUT", "/2015-03-31/functions/f/code", "{\"ZipFile\":\"emlw\",\"Architectures\":[\"arm64\"]}");
	assert_ok(zt_lambda_permission_remove(client, ZT_LIT("arn:f"), ZT_LIT("s"), NULL));
	assert_sent("DELETE", "/2015-03-31/functions/arn%3Af/policy/s", "");
}

static void text_that_is_no_utf8_is_never_sent(void **state)
{
	(void)state;
	json_t *answer = NULL;
	assert_status(zt_iot_policy_create(client, ZT_LIT("p"), ZT_LIT("\xff"), NULL, &answer, NULL), ZT_E_INVALID);
	assert_int_equal(fake.calls, 0);
}

static void a_header_with_a_line_break_is_never_sent(void **state)
{
	(void)state;
	assert_status(zt_iot_thing_detach(client, ZT_LIT("n"), ZT_LIT("arn:c\r\nx-amzn-other: y"), NULL), ZT_E_INVALID);
	assert_int_equal(fake.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ca_certificates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(registration_code, set_up, tear_down),
		cmocka_unit_test_setup_teardown(certificates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(policies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(things, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(endpoint, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_plane, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_plane_needs_its_endpoint, set_up, tear_down),
		cmocka_unit_test_setup_teardown(functions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_that_is_no_utf8_is_never_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_header_with_a_line_break_is_never_sent, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("aws/operations", tests, NULL, NULL);
}
