#include "base/arn.h"

#include "zt_cmocka.h"

static void a_name_is_taken_apart(void **state)
{
	(void)state;
	zt_arn arn;
	assert_ok(zt_arn_parse(ZT_LIT("arn:aws:iot:us-east-1:123456789012:thing/lamp"), &arn));
	assert_view(arn.partition, "aws");
	assert_view(arn.service, "iot");
	assert_view(arn.region, "us-east-1");
	assert_view(arn.account, "123456789012");
	assert_view(arn.resource, "thing/lamp");
}

static void region_and_account_may_be_empty(void **state)
{
	(void)state;
	zt_arn arn;
	assert_ok(zt_arn_parse(ZT_LIT("arn:aws:iam::123456789012:role/r"), &arn));
	assert_view(arn.region, "");
	assert_ok(zt_arn_parse(ZT_LIT("arn:aws:s3:::bucket"), &arn));
	assert_view(arn.account, "");
	assert_view(arn.resource, "bucket");
}

static void the_resource_keeps_its_colons_and_slashes(void **state)
{
	(void)state;
	zt_arn arn;
	assert_ok(zt_arn_parse(ZT_LIT("arn:aws:lambda:r:1:function:f:2"), &arn));
	assert_view(arn.resource, "function:f:2");
	assert_ok(zt_arn_parse(ZT_LIT("arn:aws:iot:r:1:topic/a/b:c"), &arn));
	assert_view(arn.resource, "topic/a/b:c");
}

static void what_is_no_arn_is_refused(void **state)
{
	(void)state;
	zt_arn arn = { .service = ZT_LIT("untouched") };
	static const char *const wrong[] = { "",
					     "arn",
					     "arn:",
					     "arn:aws:iot:r:1",
					     "arn:aws:iot:r:1:",
					     "arn::iot:r:1:x",
					     "arn:aws::r:1:x",
					     "ARN:aws:iot:r:1:x",
					     " arn:aws:iot:r:1:x",
					     "*" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_status(zt_arn_parse(zt_view_of(wrong[i]), &arn), ZT_E_INVALID);
	assert_view(arn.service, "untouched");
}

static void a_name_over_the_limit_is_refused(void **state)
{
	(void)state;
	zt_arn arn;
	char text[ZT_ARN_MAX + 1];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	memcpy(text, "arn:aws:iot:r:1:", 16);
	assert_status(zt_arn_parse(zt_view_of(text), &arn), ZT_E_INVALID);
	text[sizeof text - 2] = 0;
	assert_ok(zt_arn_parse(zt_view_of(text), &arn));
}

static void a_name_is_put_together(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(100);
	zt_arn arn = { ZT_LIT("aws"), ZT_LIT("iam"), ZT_VIEW_EMPTY, ZT_LIT("1"), ZT_LIT("role/r") };
	assert_ok(zt_arn_put(&arn, &out));
	assert_view(zt_str_view(&out), "arn:aws:iam::1:role/r");
}

static void a_resource_has_a_type_and_a_name(void **state)
{
	(void)state;
	zt_view name = ZT_LIT("untouched");
	zt_arn arn = { .resource = ZT_LIT("thing/a/b") };
	assert_true(zt_arn_resource_of(&arn, ZT_LIT("thing"), &name));
	assert_view(name, "a/b");
	arn.resource = ZT_LIT("function:f");
	assert_true(zt_arn_resource_of(&arn, ZT_LIT("function"), &name));
	assert_view(name, "f");
	static const char *const wrong[] = { "thing", "thing/", "things/a", "thinga", "" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		arn.resource = zt_view_of(wrong[i]);
		assert_false(zt_arn_resource_of(&arn, ZT_LIT("thing"), &name));
	}
	assert_view(name, "f");
}

static void a_region_tells_its_partition(void **state)
{
	(void)state;
	assert_view(zt_arn_partition_of_region(ZT_LIT("us-east-1")), "aws");
	assert_view(zt_arn_partition_of_region(ZT_LIT("cn-north-1")), "aws-cn");
	assert_view(zt_arn_partition_of_region(ZT_LIT("us-gov-west-1")), "aws-us-gov");
	assert_view(zt_arn_partition_of_region(ZT_VIEW_EMPTY), "aws");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_taken_apart),
		cmocka_unit_test(region_and_account_may_be_empty),
		cmocka_unit_test(the_resource_keeps_its_colons_and_slashes),
		cmocka_unit_test(what_is_no_arn_is_refused),
		cmocka_unit_test(a_name_over_the_limit_is_refused),
		cmocka_unit_test(a_name_is_put_together),
		cmocka_unit_test(a_resource_has_a_type_and_a_name),
		cmocka_unit_test(a_region_tells_its_partition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
