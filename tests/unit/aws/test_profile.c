#include "zt_cmocka.h"

#include <unistd.h>

#include "aws/profile.h"
#include "base/fs.h"
#include "unit/aws/fake_http.h"

static char folder[] = "/tmp/zt-profile-XXXXXX";
static char credentials_path[64], config_path[64];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(credentials_path, sizeof credentials_path, "%s/credentials", folder);
	(void)snprintf(config_path, sizeof config_path, "%s/config", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return zt_path_remove(folder, NULL) == ZT_OK ? 0 : -1;
}

static int clear(void **state)
{
	(void)state;
	static const char *const variables[] = {
		"AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN",
		"AWS_PROFILE",
		"AWS_DEFAULT_PROFILE",
		"AWS_REGION",
		"AWS_DEFAULT_REGION",
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	};
	for (size_t i = 0; i < ZT_COUNT(variables); i++)
		unsetenv(variables[i]);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials_path, 1);
	setenv("AWS_CONFIG_FILE", config_path, 1);
	(void)unlink(credentials_path);
	(void)unlink(config_path);
	return 0;
}

/* No transport: neither STS nor the machine is asked. */
static zt_status load(const char *profile, const char *region, zt_aws_profile *ret, zt_error *ret_error)
{
	const zt_aws_profile_spec spec = { .profile = profile, .region = region };
	return zt_aws_profile_load(&spec, ret, ret_error);
}

static void write_files(const char *credentials, const char *config)
{
	if (credentials)
		assert_ok(zt_file_write(credentials_path, zt_view_of(credentials), 0600, NULL));
	if (config)
		assert_ok(zt_file_write(config_path, zt_view_of(config), 0600, NULL));
}

static void environment_comes_first(void **state)
{
	(void)state;
	write_files("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n", NULL);
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_SESSION_TOKEN", "token", 1);
	setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
	zt_aws_profile profile;
	assert_ok(load(NULL, NULL, &profile, NULL));
	assert_string_equal(profile.credentials.access_key_id, "ENV");
	assert_view(zt_secret_view(&profile.credentials.token), "token");
	assert_string_equal(profile.region, "eu-west-1");
	assert_string_equal(profile.source, "environment");
	setenv("AWS_REGION", "eu-west-2", 1);
	assert_ok(load("default", NULL, &profile, NULL));
	assert_string_equal(profile.credentials.access_key_id, "FILE");
	assert_string_equal(profile.region, "eu-west-2");
	assert_ok(load(NULL, "ap-south-1", &profile, NULL));
	assert_string_equal(profile.region, "ap-south-1");
}

static void reads_both_files(void **state)
{
	(void)state;
	write_files("# keys\n[other]\naws_access_key_id=X\naws_secret_access_key=x\n[lamp]\r\n"
		    "aws_access_key_id = AKIDLAMP\r\naws_secret_access_key = a/b+c=d\r\n",
		    "[default]\nregion = us-west-1\n[profile lamp]\nregion = eu-north-1\ns3 =\n  region = nested\n"
		    "endpoint_url = http://localhost:1\n");
	setenv("AWS_PROFILE", "lamp", 1);
	zt_aws_profile profile;
	assert_ok(load(NULL, NULL, &profile, NULL));
	assert_string_equal(profile.name, "lamp");
	assert_string_equal(profile.credentials.access_key_id, "AKIDLAMP");
	assert_view(zt_secret_view(&profile.credentials.secret), "a/b+c=d");
	assert_string_equal(profile.region, "eu-north-1");
	assert_string_equal(profile.endpoint_urls[ZT_AWS_IOT], "http://localhost:1");
}

/* AWS SDKs and Tools Reference Guide, "Service-specific endpoints": the services section, then the profile's own. */
static void a_services_section_names_endpoints(void **state)
{
	(void)state;
	write_files(
	    "[default]\naws_access_key_id=A\naws_secret_access_key=s\n",
	    "[default]\nregion = eu-west-1\nservices = lab\nendpoint_url = http://all:1\n"
	    "[services lab]\niot =\n  endpoint_url = http://iot:2\n  other = x\n"
	    "iot_data_plane =\n\tendpoint_url=http://data:3\n[services other]\niam =\n  endpoint_url = http://no\n");
	zt_aws_profile profile;
	assert_ok(load(NULL, NULL, &profile, NULL));
	assert_string_equal(profile.endpoint_urls[ZT_AWS_IOT], "http://iot:2");
	assert_string_equal(profile.endpoint_urls[ZT_AWS_IOT_DATA], "http://data:3");
	assert_string_equal(profile.endpoint_urls[ZT_AWS_IAM], "http://all:1");
	write_files(NULL, "[default]\nregion = eu-west-1\nendpoint_url = http://all:1\n"
			  "ignore_configured_endpoint_urls = true\n");
	assert_ok(load(NULL, NULL, &profile, NULL));
	assert_string_equal(profile.endpoint_urls[ZT_AWS_IOT], "");
}

static fake_http machine;

static zt_status load_from(const fake_answer *answers, size_t count, zt_aws_profile *ret, zt_error *ret_error)
{
	machine = (fake_http){ .answer_count = count };
	memcpy(machine.answers, answers, count * sizeof *answers);
	const zt_aws_profile_spec spec = { .region = "eu-west-1", .http = { fake_perform, &machine } };
	return zt_aws_profile_load(&spec, ret, ret_error);
}

#define SESSION "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}"

static void a_container_has_an_address_of_its_own(void **state)
{
	(void)state;
	const fake_answer answers[] = { { .status = ZT_E_CLOSED }, { .http = 200, .body = SESSION } };
	zt_aws_profile profile;
	setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials?id=1", 1);
	assert_ok(load_from(answers, 2, &profile, NULL));
	assert_string_equal(machine.origin, "http://169.254.170.2");
	assert_string_equal(machine.target, "/v2/credentials?id=1");
	assert_string_equal(profile.credentials.access_key_id, "ASIA1");
}

static void an_instance_is_asked_at_its_own_address(void **state)
{
	(void)state;
	const fake_answer answers[] = { { .http = 200, .body = "TOKEN" },
					{ .http = 200, .body = "role" },
					{ .http = 200, .body = SESSION } };
	zt_aws_profile profile;
	unsetenv("AWS_EC2_METADATA_DISABLED");
	assert_ok(load_from(answers, 3, &profile, NULL));
	assert_string_equal(machine.origin, "http://169.254.169.254");
	assert_string_equal(machine.target, "/latest/meta-data/iam/security-credentials/role");
	assert_non_null(strstr(machine.headers, "x-aws-ec2-metadata-token: TOKEN\n"));
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6", 1);
	assert_ok(load_from(answers, 3, &profile, NULL));
	assert_string_equal(machine.origin, "http://[fd00:ec2::254]");
}

static void an_instance_with_a_role_that_is_a_path_is_refused(void **state)
{
	(void)state;
	const fake_answer answers[] = { { .http = 200, .body = "TOKEN" }, { .http = 200, .body = "../../user-data" } };
	zt_aws_profile profile;
	unsetenv("AWS_EC2_METADATA_DISABLED");
	assert_status(load_from(answers, 2, &profile, NULL), ZT_E_CREDENTIALS);
	assert_int_equal(machine.calls, 2);
}

static void renewal_keeps_the_old_keys_when_it_fails(void **state)
{
	(void)state;
	const fake_answer answers[] = { { .http = 200, .body = SESSION }, { .http = 500 } };
	zt_aws_profile profile;
	setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x", 1);
	assert_ok(load_from(answers, 2, &profile, NULL));
	assert_status(zt_aws_profile_renew(&profile, NULL), ZT_E_CREDENTIALS);
	assert_string_equal(profile.credentials.access_key_id, "ASIA1");
	machine = (fake_http){ .answer_count = 1,
			       .answers = { { .http = 200,
					      .body = "{\"AccessKeyId\":\"ASIA2\","
						      "\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2026-"
						      "01-31T12:00:00Z\"}" } } };
	assert_ok(zt_aws_profile_renew(&profile, NULL));
	assert_string_equal(profile.credentials.access_key_id, "ASIA2");
	assert_true(profile.credentials.expires_ms == FAKE_NOON_MS);
}

/* inih would cut it at 200 characters. */
static void a_long_session_token_is_whole(void **state)
{
	(void)state;
	static char token[2001], text[2400];
	memset(token, 'T', sizeof token - 1);
	(void)snprintf(text, sizeof text,
		       "[default]\naws_access_key_id=A\naws_secret_access_key=s\naws_session_token = %s\n", token);
	write_files(text, "[default]\nregion=us-east-1\n");
	zt_aws_profile profile;
	assert_ok(load(NULL, NULL, &profile, NULL));
	assert_int_equal(profile.credentials.token.n, 2000);
}

static void says_what_is_missing(void **state)
{
	(void)state;
	zt_aws_profile profile;
	zt_error error;
	assert_status(load(NULL, "us-east-1", &profile, &error), ZT_E_CREDENTIALS);
	assert_non_null(strstr(error.text, "AWS_ACCESS_KEY_ID"));
	assert_status(load("nobody", "us-east-1", &profile, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "nobody"));
	write_files("[default]\naws_access_key_id=A\n", NULL);
	assert_status(load(NULL, "us-east-1", &profile, &error), ZT_E_CREDENTIALS);
	write_files("[default]\naws_access_key_id=A\naws_secret_access_key=s\n", NULL);
	assert_status(load(NULL, NULL, &profile, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "Region"));
	setenv("AWS_ACCESS_KEY_ID", "A", 1);
	assert_status(load(NULL, "us-east-1", &profile, &error), ZT_E_CREDENTIALS);
}

static void reads_the_times_that_sources_write(void **state)
{
	(void)state;
	static const char *const noon[] = { "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z",
					    "2026-01-31T13:30:00+01:30", "2026-01-31T07:00:00-05:00",
					    "2026-01-31T12:00:00.000123+00:00" };
	static const char *const wrong[] = { "",
					     "soon",
					     "2026-01-31",
					     "2026-01-31T12:00:00",
					     "2026-01-31T12:00:00+1:00",
					     "2026-01-31T12:00:00+24:00",
					     "2026-01-31T12:00:00Z+01:00" };
	int64_t ms;
	for (size_t i = 0; i < ZT_COUNT(noon); i++) {
		assert_ok(zt_aws_credentials_time(zt_view_of(noon[i]), &ms));
		assert_true(ms == FAKE_NOON_MS);
	}
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_status(zt_aws_credentials_time(zt_view_of(wrong[i]), &ms), ZT_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(environment_comes_first, clear),
		cmocka_unit_test_setup(reads_both_files, clear),
		cmocka_unit_test_setup(a_long_session_token_is_whole, clear),
		cmocka_unit_test_setup(says_what_is_missing, clear),
		cmocka_unit_test_setup(a_services_section_names_endpoints, clear),
		cmocka_unit_test_setup(a_container_has_an_address_of_its_own, clear),
		cmocka_unit_test_setup(an_instance_is_asked_at_its_own_address, clear),
		cmocka_unit_test_setup(an_instance_with_a_role_that_is_a_path_is_refused, clear),
		cmocka_unit_test_setup(renewal_keeps_the_old_keys_when_it_fails, clear),
		cmocka_unit_test_setup(reads_the_times_that_sources_write, clear),
	};
	return cmocka_run_group_tests_name("aws/profile", tests, make_folder, remove_folder);
}
