#include "zt_cmocka.h"

#include <unistd.h>

#include "aws/profile.h"
#include "base/fs.h"

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
		"AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY",       "AWS_SESSION_TOKEN",
		"AWS_PROFILE",        "AWS_DEFAULT_PROFILE",         "AWS_REGION",
		"AWS_DEFAULT_REGION", "AWS_WEB_IDENTITY_TOKEN_FILE",
	};
	for (size_t i = 0; i < ZT_COUNT(variables); i++)
		unsetenv(variables[i]);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials_path, 1);
	setenv("AWS_CONFIG_FILE", config_path, 1);
	(void)unlink(credentials_path);
	(void)unlink(config_path);
	return 0;
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
	assert_ok(zt_aws_profile_load(NULL, NULL, &profile, NULL));
	assert_string_equal(profile.credentials.access_key_id, "ENV");
	assert_view(zt_secret_view(&profile.credentials.token), "token");
	assert_string_equal(profile.region, "eu-west-1");
	assert_string_equal(profile.source, "environment");
	setenv("AWS_REGION", "eu-west-2", 1);
	assert_ok(zt_aws_profile_load("default", NULL, &profile, NULL));
	assert_string_equal(profile.credentials.access_key_id, "FILE");
	assert_string_equal(profile.region, "eu-west-2");
	assert_ok(zt_aws_profile_load(NULL, "ap-south-1", &profile, NULL));
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
	assert_ok(zt_aws_profile_load(NULL, NULL, &profile, NULL));
	assert_string_equal(profile.name, "lamp");
	assert_string_equal(profile.credentials.access_key_id, "AKIDLAMP");
	assert_view(zt_secret_view(&profile.credentials.secret), "a/b+c=d");
	assert_string_equal(profile.region, "eu-north-1");
	assert_string_equal(profile.endpoint_url, "http://localhost:1");
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
	assert_ok(zt_aws_profile_load(NULL, NULL, &profile, NULL));
	assert_int_equal(profile.credentials.token.n, 2000);
}

static void says_what_is_missing(void **state)
{
	(void)state;
	zt_aws_profile profile;
	zt_error error;
	assert_status(zt_aws_profile_load(NULL, "us-east-1", &profile, &error), ZT_E_CREDENTIALS);
	assert_non_null(strstr(error.text, "AWS_ACCESS_KEY_ID"));
	assert_status(zt_aws_profile_load("nobody", "us-east-1", &profile, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "nobody"));
	write_files("[default]\naws_access_key_id=A\n", NULL);
	assert_status(zt_aws_profile_load(NULL, "us-east-1", &profile, &error), ZT_E_CREDENTIALS);
	write_files("[default]\naws_access_key_id=A\naws_secret_access_key=s\n", NULL);
	assert_status(zt_aws_profile_load(NULL, NULL, &profile, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "Region"));
	setenv("AWS_ACCESS_KEY_ID", "A", 1);
	assert_status(zt_aws_profile_load(NULL, "us-east-1", &profile, &error), ZT_E_CREDENTIALS);
}

static void names_the_provider_that_it_does_not_know(void **state)
{
	(void)state;
	write_files(NULL, "[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n"
			  "[profile sso]\nsso_session = corp\n");
	zt_aws_profile profile;
	zt_error error;
	assert_status(zt_aws_profile_load("deploy", "us-east-1", &profile, &error), ZT_E_UNSUPPORTED);
	assert_non_null(strstr(error.text, "role_arn"));
	assert_status(zt_aws_profile_load("sso", "us-east-1", &profile, &error), ZT_E_UNSUPPORTED);
	assert_non_null(strstr(error.text, "SSO"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(environment_comes_first, clear),
		cmocka_unit_test_setup(reads_both_files, clear),
		cmocka_unit_test_setup(a_long_session_token_is_whole, clear),
		cmocka_unit_test_setup(says_what_is_missing, clear),
		cmocka_unit_test_setup(names_the_provider_that_it_does_not_know, clear),
	};
	return cmocka_run_group_tests_name("aws/profile", tests, make_folder, remove_folder);
}
