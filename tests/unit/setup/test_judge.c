/* The doctor's judgement of what was seen, without an account. The breaks that a local world can have are in
 * tests/interop/setup/doctor.py; these are the others. */
#include "setup/judge.h"
#include "zt_cmocka.h"

#define CA_ID "1111111111111111111111111111111111111111111111111111111111111111"
#define CERT_ID "2222222222222222222222222222222222222222222222222222222222222222"

/* What a test may change before it judges. */
typedef struct {
	zt_setup setup;
	zt_setup_item item;
	zt_diagnosis d;
} bench;

static void open_bench(bench *b, const char *name, json_t *observed)
{
	*b = (bench){ .setup = { .account = "123456789012", .accepted_count = 1, .device_name = "zerotouch-device" } };
	(void)snprintf(b->setup.accepted[0].id, sizeof b->setup.accepted[0].id, "%s", CA_ID);
	b->item = (zt_setup_item){ .there = observed != NULL, .observed = observed };
	(void)snprintf(b->item.name, sizeof b->item.name, "%s", name);
	b->d = (zt_diagnosis){
		.setup = &b->setup, .findings = json_array(), .now_ms = 2000000, .again = "zerotouch setup"
	};
}

static const char *member_of_only(const bench *b, const char *member)
{
	assert_int_equal(json_array_size(b->d.findings), 1);
	return zt_json_text(json_array_get(b->d.findings, 0), member);
}

static void close_bench(bench *b)
{
	json_decref(b->item.observed);
	json_decref(b->d.findings);
}

static json_t *ca(int not_after)
{
	return json_pack("{s:s, s:s, s:i}", "status", "ACTIVE", "autoRegistrationStatus", "ENABLE", "notAfter",
			 not_after);
}

static void test_a_ca_has_expired_at_its_end(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, CA_ID, ca(2000));
	assert_ok(zt_judge_ca(&b.d, &b.item));
	assert_string_equal(member_of_only(&b, "finding"), "CaExpired");
	assert_string_equal(member_of_only(&b, "evidence"), "notAfter is 1970-01-01T00:33:20Z");
	close_bench(&b);
}

static void test_a_ca_is_fine_a_second_before(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, CA_ID, ca(2001));
	assert_ok(zt_judge_ca(&b.d, &b.item));
	assert_int_equal(json_array_size(b.d.findings), 0);
	close_bench(&b);
}

static void test_two_faults_of_one_ca_are_two_findings(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, CA_ID, json_pack("{s:s, s:s}", "status", "INACTIVE", "autoRegistrationStatus", "DISABLE"));
	assert_ok(zt_judge_ca(&b.d, &b.item));
	assert_int_equal(json_array_size(b.d.findings), 2);
	close_bench(&b);
}

static void test_a_function_that_failed(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "zerotouch-jitr", json_pack("{s:s}", "State", "Failed"));
	assert_ok(zt_judge_function(&b.d, &b.item));
	assert_string_equal(member_of_only(&b, "finding"), "FunctionNotActive");
	assert_string_equal(member_of_only(&b, "evidence"), "Failed");
	close_bench(&b);
}

static void test_a_thing_type_that_is_gone(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "zerotouch-device", NULL);
	assert_ok(zt_judge_thing_type(&b.d, &b.item));
	assert_string_equal(member_of_only(&b, "finding"), "ThingTypeMissing");
	close_bench(&b);
}

static void test_a_certificate_has_expired(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "", NULL);
	ZT_JSON_CLEANUP json_t *certificate =
	    json_pack("{s:s, s:s, s:s, s:{s:i}}", "certificateId", CERT_ID, "certificateArn", "arn", "status", "ACTIVE",
		      "validity", "notAfter", 1999);
	ZT_JSON_CLEANUP json_t *thing = json_pack("{s:s, s:{s:s, s:s}}", "thingName", "lamp", "attributes", "deviceId",
						  "d1", "certificateId", CERT_ID);
	const zt_seen_device seen = { "d1", certificate, true, thing };
	assert_ok(zt_judge_device(&b.d, &seen));
	assert_string_equal(member_of_only(&b, "finding"), "CertificateExpired");
	close_bench(&b);
}

static void test_eight_cas_of_a_subject_are_not_near_the_limit(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "", NULL);
	assert_ok(zt_judge_subject(&b.d, "Lamps", 8));
	assert_int_equal(json_array_size(b.d.findings), 0);
	assert_ok(zt_judge_subject(&b.d, "Lamps", 9));
	assert_string_equal(member_of_only(&b, "finding"), "CasNearLimit");
	assert_string_equal(member_of_only(&b, "evidence"), "9 of 10");
	close_bench(&b);
}

static void test_a_denied_call_names_its_action(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "", NULL);
	const zt_error error = { ZT_E_DENIED, 403, "AccessDeniedException", "r1",
				 "GetPolicy: User: arn:aws:iam::123456789012:user/iot:x is not authorized to perform: "
				 "iot:GetPolicy on resource: arn:aws:iot:us-east-1:123456789012:policy/p" };
	assert_ok(zt_finding_of_error(b.d.findings, "p", &error));
	assert_string_equal(member_of_only(&b, "finding"), "ActionDenied");
	assert_string_equal(member_of_only(&b, "about"), "iot:GetPolicy");
	assert_ok(zt_finding_of_error(b.d.findings, "q", &error));
	assert_string_equal(member_of_only(&b, "about"), "iot:GetPolicy");
	close_bench(&b);
}

static void test_what_is_no_cause_stays_an_error(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "", NULL);
	const zt_error error = { ZT_E_USAGE, 0, "", "", "wrong" };
	assert_int_equal(zt_finding_of_error(b.d.findings, "x", &error), ZT_E_USAGE);
	assert_int_equal(json_array_size(b.d.findings), 0);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_ca_has_expired_at_its_end),
		cmocka_unit_test(test_a_ca_is_fine_a_second_before),
		cmocka_unit_test(test_two_faults_of_one_ca_are_two_findings),
		cmocka_unit_test(test_a_function_that_failed),
		cmocka_unit_test(test_a_thing_type_that_is_gone),
		cmocka_unit_test(test_a_certificate_has_expired),
		cmocka_unit_test(test_eight_cas_of_a_subject_are_not_near_the_limit),
		cmocka_unit_test(test_a_denied_call_names_its_action),
		cmocka_unit_test(test_what_is_no_cause_stays_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
