#include "zt_cmocka.h"

#include "jitr/config.h"

#define CA1 "1111111111111111111111111111111111111111111111111111111111111111"
#define CA2 "2222222222222222222222222222222222222222222222222222222222222222"

static int set_environment(void **state)
{
	(void)state;
	setenv("ZT_CA_IDS", CA1 "," CA2, 1);
	setenv("ZT_TENANTS", "12345678-1234-1234-1234-123456789abc," CA2, 1);
	setenv("ZT_POLICY_NAME", "p", 1);
	setenv("ZT_THING_TYPE", "t", 1);
	setenv("ZT_DATA_ENDPOINT", "x-ats.iot.eu-west-1.amazonaws.com", 1);
	unsetenv("ZT_THING_TEMPLATE");
	return 0;
}

static void reads_the_contract(void **state)
{
	(void)state;
	zt_jitr_config config;
	assert_ok(zt_jitr_config_environment(&config, NULL));
	assert_int_equal(config.ca_count, 2);
	assert_string_equal(zt_jitr_config_ca(&config, ZT_LIT(CA1))->tenant, "12345678-1234-1234-1234-123456789abc");
	assert_string_equal(zt_jitr_config_ca(&config, ZT_LIT(CA2))->tenant, CA2);
	assert_null(zt_jitr_config_ca(&config, ZT_LIT("3")));
	assert_string_equal(config.names.before, "Azure-Sphere-");
	assert_int_equal(config.names.digits_min, 5);
}

static void assert_refused(const char *variable, const char *value)
{
	zt_jitr_config config;
	zt_error error = { 0 };
	set_environment(NULL);
	if (value)
		setenv(variable, value, 1);
	else
		unsetenv(variable);
	assert_status(zt_jitr_config_environment(&config, &error), ZT_E_CONFIG);
}

static void names_what_is_wrong(void **state)
{
	(void)state;
	static const char *const needed[] = { "ZT_CA_IDS", "ZT_TENANTS", "ZT_POLICY_NAME", "ZT_THING_TYPE",
					      "ZT_DATA_ENDPOINT" };
	for (size_t i = 0; i < ZT_COUNT(needed); i++) {
		assert_refused(needed[i], NULL);
		assert_refused(needed[i], "");
	}
	assert_refused("ZT_CA_IDS", CA1 ",short");
	assert_refused("ZT_CA_IDS", CA1);
	assert_refused("ZT_TENANTS", "one");
	assert_refused("ZT_TENANTS", "one,two,three");
	assert_refused("ZT_THING_TEMPLATE", "lamp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_the_contract, set_environment),
		cmocka_unit_test(names_what_is_wrong),
	};
	return cmocka_run_group_tests_name("jitr/config", tests, NULL, NULL);
}
