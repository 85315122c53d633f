#include "zt_cmocka.h"

#include "aws/endpoint.h"

static const char *const variables[] = { "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IOT", "AWS_ENDPOINT_URL_IOT_DATA_PLANE",
					 "AWS_ENDPOINT_URL_IAM", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" };

static int clear_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(variables); i++)
		unsetenv(variables[i]);
	return 0;
}

static void assert_origin(zt_aws_service service, const char *region, const char *url, const char *profile,
			  const char *origin, const char *signing_region)
{
	zt_aws_endpoint endpoint;
	assert_ok(zt_aws_endpoint_resolve(service, region, url, profile, &endpoint, NULL));
	assert_string_equal(endpoint.origin, origin);
	assert_string_equal(endpoint.signing_region, signing_region);
}

/* Hosts from the AWS General Reference. */
static void gives_the_hosts_of_each_partition(void **state)
{
	(void)state;
	assert_origin(ZT_AWS_IOT, "eu-west-1", NULL, NULL, "https://iot.eu-west-1.amazonaws.com", "eu-west-1");
	assert_origin(ZT_AWS_LAMBDA, "eu-west-1", NULL, NULL, "https://lambda.eu-west-1.amazonaws.com", "eu-west-1");
	assert_origin(ZT_AWS_STS, "eu-west-1", NULL, NULL, "https://sts.eu-west-1.amazonaws.com", "eu-west-1");
	assert_origin(ZT_AWS_IAM, "eu-west-1", NULL, NULL, "https://iam.amazonaws.com", "us-east-1");
	assert_origin(ZT_AWS_IOT, "cn-north-1", NULL, NULL, "https://iot.cn-north-1.amazonaws.com.cn", "cn-north-1");
	assert_origin(ZT_AWS_IAM, "cn-northwest-1", NULL, NULL, "https://iam.cn-north-1.amazonaws.com.cn",
		      "cn-north-1");
	assert_origin(ZT_AWS_IAM, "us-gov-east-1", NULL, NULL, "https://iam.us-gov.amazonaws.com", "us-gov-west-1");
	assert_origin(ZT_AWS_IOT_DATA, "eu-west-1", NULL, NULL, "", "eu-west-1");
}

static void argument_wins_over_environment_over_profile(void **state)
{
	(void)state;
	const char *profile = "http://profile:1";
	assert_origin(ZT_AWS_IOT, "us-east-1", "", profile, "http://profile:1", "us-east-1");
	setenv("AWS_ENDPOINT_URL", "http://all:2/", 1);
	assert_origin(ZT_AWS_IOT, "us-east-1", NULL, profile, "http://all:2", "us-east-1");
	setenv("AWS_ENDPOINT_URL_IOT", "https://iot.example:3", 1);
	assert_origin(ZT_AWS_IOT, "us-east-1", NULL, profile, "https://iot.example:3", "us-east-1");
	assert_origin(ZT_AWS_IOT_DATA, "us-east-1", NULL, profile, "http://all:2", "us-east-1");
	assert_origin(ZT_AWS_IOT, "us-east-1", "http://given:4", profile, "http://given:4", "us-east-1");
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	assert_origin(ZT_AWS_IOT, "us-east-1", NULL, NULL, "https://iot.us-east-1.amazonaws.com", "us-east-1");
}

static void refuses_what_is_no_origin(void **state)
{
	(void)state;
	static const char *const wrong[] = { "localhost:4566", "ftp://x",    "http://",    "https://a/b",
					     "http://a?x",     "http://u@h", "http://a b", "http://a\r\nx: y" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		zt_aws_endpoint endpoint;
		assert_status(zt_aws_endpoint_resolve(ZT_AWS_IOT, "us-east-1", wrong[i], NULL, &endpoint, NULL),
			      ZT_E_CONFIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(gives_the_hosts_of_each_partition, clear_environment),
		cmocka_unit_test_setup(argument_wins_over_environment_over_profile, clear_environment),
		cmocka_unit_test_setup(refuses_what_is_no_origin, clear_environment),
	};
	return cmocka_run_group_tests_name("aws/endpoint", tests, NULL, clear_environment);
}
