#include "zt_cmocka.h"

#include "base/json.h"
#include "jitr/register.h"
#include "unit/aws/fake_http.h"

static const zt_jitr_config config = {
	.cas = { { "c1", "tenant-a" } },
	.ca_count = 1,
	.policy = "p",
	.thing_type = "T",
};
static const zt_jitr_certificate certificate = {
	.id = "id1", .ca_id = "c1", .arn = "arn:aws:iot:r:1:cert/id1", .device_id = "dev", .not_before_s = 77
};

static zt_aws_client *client_of(fake_http *fake)
{
	zt_aws_client_spec spec = fake_spec(fake);
	zt_aws_client *client = NULL;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	return client;
}

static json_t *parsed(zt_view text)
{
	json_t *json = NULL;
	assert_ok(zt_json_parse(text, &json, NULL));
	return json;
}

static const char *at(const json_t *json, const char *a, const char *b, const char *c)
{
	return json_string_value(json_object_get(json_object_get(json_object_get(json, a), b), c));
}

/* AWS IoT Developer Guide, "Provisioning templates". */
static void template_is_a_provisioning_template(void **state)
{
	(void)state;
	zt_jitr_overrides overrides = zt_jitr_overrides_of(ZT_JITR_REGISTER_NEW);
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(10240);
	assert_ok(zt_jitr_template(&overrides, false, &text));
	ZT_JSON_CLEANUP json_t *template = parsed(zt_str_view(&text));
	assert_int_equal(json_object_size(json_object_get(template, "Parameters")), 7);
	assert_string_equal(at(template, "Parameters", "notBefore", "Type"), "String");
	const json_t *resources = json_object_get(template, "Resources");
	assert_view(zt_json_view(json_object_get(resources, "thing"), "Type"), "AWS::IoT::Thing");
	assert_string_equal(at(resources, "thing", "OverrideSettings", "AttributePayload"), "FAIL");
	assert_string_equal(at(resources, "certificate", "OverrideSettings", "Status"), "DO_NOTHING");
	assert_string_equal(at(json_object_get(resources, "policy"), "Properties", "PolicyName", "Ref"), "policy");
}

static void sends_one_call(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = "{}" } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_jitr_thing thing = { .name = "lamp" };
	zt_jitr_act act = { .client = client, .config = &config, .certificate = &certificate, .thing = &thing };
	assert_ok(zt_jitr_register(&act, ZT_JITR_REGISTER_ACTIVE, NULL));
	assert_int_equal(fake.calls, 1);
	assert_string_equal(fake.target, "/things");
	ZT_JSON_CLEANUP json_t *body = parsed(zt_view_of(fake.body));
	const json_t *parameters = json_object_get(body, "parameters");
	assert_view(zt_json_view(parameters, "name"), "lamp");
	assert_view(zt_json_view(parameters, "type"), "T");
	assert_view(zt_json_view(parameters, "certificate"), "id1");
	assert_view(zt_json_view(parameters, "device"), "dev");
	assert_view(zt_json_view(parameters, "notBefore"), "77");
	assert_view(zt_json_view(parameters, "tenant"), "tenant-a");
	assert_view(zt_json_view(parameters, "policy"), "p");
	assert_false(act.plain);
}

static void names_the_certificate_before(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = "{}" } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_jitr_thing thing = { .name = "lamp", .exists = true, .certificate_id = "id0", .predecessor = "old" };
	zt_jitr_act act = { .client = client, .config = &config, .certificate = &certificate, .thing = &thing };
	static const struct {
		const char *current, *predecessor;
	} rows[] = { { "id0", "id0" }, { "id1", "old" } };
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		zt_text_cut(thing.certificate_id, sizeof thing.certificate_id, zt_view_of(rows[i].current));
		assert_ok(zt_jitr_register(&act, ZT_JITR_REGISTER_AGAIN, NULL));
		ZT_JSON_CLEANUP json_t *body = parsed(zt_view_of(fake.body));
		assert_view(zt_json_view(json_object_get(body, "parameters"), "predecessor"), rows[i].predecessor);
		ZT_JSON_CLEANUP json_t *template = parsed(zt_json_view(body, "templateBody"));
		assert_int_equal(json_object_size(json_object_get(template, "Parameters")), 8);
		const json_t *properties =
		    json_object_get(json_object_get(json_object_get(template, "Resources"), "thing"), "Properties");
		assert_string_equal(at(properties, "AttributePayload", "predecessor", "Ref"), "predecessor");
	}
}

static void plain_calls_take_its_place(void **state)
{
	(void)state;
	fake_answer refusal = { .http = 400,
				.header = "x-amzn-errortype",
				.value = "ResourceRegistrationFailureException" };
	fake_http fake = { .answers = { refusal, { .http = 200 } }, .answer_count = 2 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_jitr_thing thing = { .name = "lamp" };
	zt_jitr_act act = { .client = client, .config = &config, .certificate = &certificate, .thing = &thing };
	assert_ok(zt_jitr_register(&act, ZT_JITR_REGISTER_NEW, NULL));
	/* RegisterThing, CreateThing, AttachThingPrincipal, AttachPolicy. */
	assert_int_equal(fake.calls, 4);
	assert_string_equal(fake.target, "/target-policies/p");
	assert_true(act.plain && act.attached);
	fake.calls = 0;
	act.attached = false;
	thing.exists = true;
	thing.version = 4;
	assert_ok(zt_jitr_register(&act, ZT_JITR_REGISTER_ACTIVE, NULL));
	/* UpdateThing instead, and UpdateCertificate behind it all. */
	assert_int_equal(fake.calls, 5);
	assert_string_equal(fake.target, "/certificates/id1?newStatus=ACTIVE");
}

static void somebody_faster_means_look_again(void **state)
{
	(void)state;
	fake_answer refusal = { .http = 400 },
		    conflict = { .http = 409, .header = "x-amzn-errortype", .value = "ResourceAlreadyExistsException" };
	fake_http fake = { .answers = { refusal, conflict }, .answer_count = 2 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_jitr_thing thing = { .name = "lamp" };
	zt_jitr_act act = { .client = client, .config = &config, .certificate = &certificate, .thing = &thing };
	assert_status(zt_jitr_register(&act, ZT_JITR_REGISTER_NEW, NULL), ZT_E_AGAIN);
	assert_int_equal(fake.calls, 2);
}

static void throttling_is_not_taken_for_a_refusal(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 429 } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_jitr_thing thing = { .name = "lamp" };
	zt_jitr_act act = { .client = client, .config = &config, .certificate = &certificate, .thing = &thing };
	assert_status(zt_jitr_register(&act, ZT_JITR_REGISTER_NEW, NULL), ZT_E_THROTTLED);
	assert_string_equal(fake.target, "/things");
	assert_false(act.plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(template_is_a_provisioning_template),
		cmocka_unit_test(sends_one_call),
		cmocka_unit_test(names_the_certificate_before),
		cmocka_unit_test(plain_calls_take_its_place),
		cmocka_unit_test(somebody_faster_means_look_again),
		cmocka_unit_test(throttling_is_not_taken_for_a_refusal),
	};
	return cmocka_run_group_tests_name("jitr/register", tests, NULL, NULL);
}
