#include "zt_cmocka.h"

#include "cloud/account.h"

static const zt_account account = { "aws", "eu-west-1", "123456789012", "localhost" };

static void arns_of_every_service(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(256);
	assert_ok(zt_account_iot_arn(&account, "thing", ZT_LIT("lamp"), &out));
	assert_view(zt_str_view(&out), "arn:aws:iot:eu-west-1:123456789012:thing/lamp");
	zt_str_clear(&out);
	assert_ok(zt_account_role_arn(&account, ZT_LIT("jitr"), &out));
	assert_view(zt_str_view(&out), "arn:aws:iam::123456789012:role/jitr");
	zt_str_clear(&out);
	assert_ok(zt_account_function_arn(&account, ZT_LIT("jitr"), &out));
	assert_view(zt_str_view(&out), "arn:aws:lambda:eu-west-1:123456789012:function:jitr");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(arns_of_every_service) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
