#include "zt_cmocka.h"

#include "unit/aws/fake_http.h"
#include "aws/iam.h"
#include "aws/sts.h"
#include "base/json.h"

static const char identity[] =
    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n <GetCallerIdentityResult>\n"
    "  <Arn>arn:aws:iam::123456789012:user/a&amp;b</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account>\n"
    " </GetCallerIdentityResult>\n <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\n"
    "</GetCallerIdentityResponse>\n";

static zt_aws_client *client_of(fake_http *fake)
{
	zt_aws_client_spec spec = fake_spec(fake);
	zt_aws_client *client = NULL;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	return client;
}

static void caller_identity(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = identity } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	assert_ok(zt_sts_caller_identity(client, &answer, NULL));
	assert_string_equal(fake.method, "POST");
	assert_string_equal(fake.origin, "https://sts.us-east-1.amazonaws.com");
	assert_string_equal(fake.target, "/");
	assert_string_equal(fake.body, "Action=GetCallerIdentity&Version=2011-06-15");
	assert_view(zt_json_view(answer, "Arn"), "arn:aws:iam::123456789012:user/a&b");
	assert_view(zt_json_view(answer, "Account"), "123456789012");
}

/* Made with botocore. */
static void signs_a_form_as_botocore_does(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 404 } }, .answer_count = 1, .wall_ms = FAKE_NOON_MS };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	json_t *answer = NULL;
	assert_status(zt_iam_role_get(client, ZT_LIT("jitr"), &answer, NULL), ZT_E_NOT_FOUND);
	assert_string_equal(fake.body, "Action=GetRole&Version=2010-05-08&RoleName=jitr");
	assert_non_null(strstr(fake.headers, "content-type: application/x-www-form-urlencoded; charset=utf-8\n"));
	assert_non_null(
	    strstr(fake.headers, "Signature=6ba150a21ba248bf52afc1e05ff042c2e7ee316194280f6832ca877b28f3f8bf\n"));
}

static void documents_are_decoded(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200,
					  .body = "<GetRoleResponse "
						  "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/"
						  "\"><GetRoleResult><Role><RoleName>jitr</RoleName>"
						  "<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</"
						  "AssumeRolePolicyDocument>"
						  "<Tags><member><Key>a</Key><Value>1</Value></member><member><Key>b</"
						  "Key><Value/></member></Tags>"
						  "</Role></GetRoleResult></GetRoleResponse>" } },
			   .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	assert_ok(zt_iam_role_get(client, ZT_LIT("jitr"), &answer, NULL));
	const json_t *role = json_object_get(answer, "Role");
	assert_view(zt_json_view(role, "AssumeRolePolicyDocument"), "{\"Version\":\"2012-10-17\"}");
	assert_int_equal(json_array_size(json_object_get(role, "Tags")), 2);
	assert_view(zt_json_view(json_array_get(json_object_get(role, "Tags"), 0), "Key"), "a");
}

static void role_is_created_with_tags(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 409,
					  .body =
					      "<ErrorResponse><Error><Type>Sender</Type><Code>EntityAlreadyExists</"
					      "Code><Message>Role with name jitr already "
					      "exists.</Message></Error><RequestId>abc</RequestId></ErrorResponse>" } },
			   .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	const zt_aws_parameter tags[] = { { "project", ZT_LIT_INIT("zero touch") } };
	zt_iam_role_spec spec = {
		.name = ZT_LIT("jitr"), .trust_document = ZT_LIT("{}"), .tags = tags, .tag_count = 1
	};
	json_t *answer = NULL;
	zt_error error = { 0 };
	assert_status(zt_iam_role_create(client, &spec, &answer, &error), ZT_E_EXISTS);
	assert_string_equal(fake.body,
			    "Action=CreateRole&Version=2010-05-08&RoleName=jitr&AssumeRolePolicyDocument=%7B%7D"
			    "&Tags.member.1.Key=project&Tags.member.1.Value=zero%20touch");
	assert_string_equal(error.code, "EntityAlreadyExists");
	assert_string_equal(error.request_id, "abc");
	assert_string_equal(error.text, "CreateRole: Role with name jitr already exists.");
}

static void throttling_has_another_name_here(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 400,
					  .body = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate "
						  "exceeded</Message></Error></ErrorResponse>" },
					{ .http = 200, .body = identity } },
			   .answer_count = 2 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	assert_ok(zt_sts_caller_identity(client, &answer, NULL));
	assert_int_equal(fake.calls, 2);
}

static void refuses_xml_that_aws_does_not_send(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",
		"x",
		"<a>",
		"<a></b>",
		"<a><b/><b/></a>",
		"<a><member/><b/></a>",
		"<member/>",
		"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<a>\xff</a>",
	};
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		json_t *answer = NULL;
		assert_status(zt_aws_xml_read(zt_view_of(wrong[i]), &answer, NULL), ZT_E_INVALID);
		assert_null(answer);
	}
}

static void depth_is_limited(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str deep = ZT_STR(1000);
	for (int i = 0; i < ZT_AWS_XML_DEPTH_MAX + 1; i++)
		assert_ok(zt_str_put_text(&deep, "<a>"));
	json_t *answer = NULL;
	assert_status(zt_aws_xml_read(zt_str_view(&deep), &answer, NULL), ZT_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caller_identity),
		cmocka_unit_test(signs_a_form_as_botocore_does),
		cmocka_unit_test(documents_are_decoded),
		cmocka_unit_test(role_is_created_with_tags),
		cmocka_unit_test(throttling_has_another_name_here),
		cmocka_unit_test(refuses_xml_that_aws_does_not_send),
		cmocka_unit_test(depth_is_limited),
	};
	return cmocka_run_group_tests_name("aws/query", tests, NULL, NULL);
}
