/* Where an operator's broker is, and the file with its login. */
#include <stdio.h>
#include <sys/stat.h>

#include "zt_cmocka.h"

#include "base/fs.h"
#include "cloud/broker/remote.h"
#include "unit/cloud/temporary.h"

static zt_status read_url(const char *url, zt_broker_remote *ret)
{
	return zt_broker_remote_read(url, NULL, NULL, ret, NULL);
}

static void expect(const char *url, const char *host, unsigned port, bool tls)
{
	zt_broker_remote remote;
	assert_ok(read_url(url, &remote));
	assert_string_equal(remote.where.host, host);
	assert_int_equal(remote.where.port, port);
	assert_int_equal(remote.where.tls, tls);
	assert_string_equal(remote.username, "");
}

static void with_tls_any_host_will_do(void **state)
{
	(void)state;
	expect("mqtts://broker.example", "broker.example", 8883, true);
	expect("mqtts://broker.example:18883", "broker.example", 18883, true);
	expect("mqtts://192.0.2.1:1", "192.0.2.1", 1, true);
	expect("mqtts://[2001:db8::1]:65535", "2001:db8::1", 65535, true);
}

static void without_tls_only_this_machine(void **state)
{
	zt_broker_remote remote;
	(void)state;
	expect("mqtt://localhost", "localhost", 1883, false);
	expect("mqtt://127.8.9.10:1884", "127.8.9.10", 1884, false);
	expect("mqtt://[::1]:1884", "::1", 1884, false);
	const char *others[] = { "mqtt://broker.example", "mqtt://192.0.2.1", "mqtt://[2001:db8::1]",
				 "mqtt://localhost.example", "mqtt://0.0.0.0" };
	for (size_t i = 0; i < ZT_COUNT(others); i++)
		assert_int_equal(read_url(others[i], &remote), ZT_E_USAGE);
}

static void what_is_no_such_url_is_refused(void **state)
{
	zt_broker_remote remote;
	char long_host[sizeof "mqtts://" + ZT_HOST_MAX + 1] = "mqtts://";
	(void)state;
	memset(long_host + 8, 'a', ZT_HOST_MAX + 1);
	const char *wrong[] = { "",
				"localhost",
				"http://localhost",
				"mqtts://",
				"mqtts://:8883",
				"mqtts://h:",
				"mqtts://h:0",
				"mqtts://h:65536",
				"mqtts://h:18446744073709551617",
				"mqtts://h:1/x",
				"mqtts://h:1x",
				"mqtts://[::1",
				"mqtts://[::1]8883",
				"mqtts://[]",
				long_host };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_int_equal(read_url(wrong[i], &remote), ZT_E_USAGE);
}

static void a_password_in_the_url_is_refused_and_not_repeated(void **state)
{
	zt_broker_remote remote;
	zt_error error = { 0 };
	(void)state;
	assert_int_equal(zt_broker_remote_read("mqtts://me:hush@h", NULL, NULL, &remote, &error), ZT_E_USAGE);
	assert_null(strstr(error.text, "hush"));
	assert_non_null(strstr(error.text, "--broker-credentials"));
}

static zt_status read_login(const char *text, mode_t mode, zt_broker_remote *ret)
{
	zt_temporary folder;
	char path[128];
	zt_temporary_make(&folder);
	(void)snprintf(path, sizeof path, "%s/login", folder.path);
	assert_ok(zt_file_write(path, zt_view_of(text), mode, NULL));
	zt_status status = zt_broker_remote_read("mqtts://h", path, NULL, ret, NULL);
	zt_temporary_remove(&folder);
	return status;
}

static void the_login_is_one_line_of_a_private_file(void **state)
{
	zt_broker_remote remote;
	(void)state;
	assert_ok(read_login("gateway:with:colons\n", 0600, &remote));
	assert_string_equal(remote.username, "gateway");
	assert_true(zt_view_equal(zt_secret_view(&remote.password), ZT_LIT("with:colons")));
	assert_ok(read_login("gateway:", 0400, &remote));
	assert_int_equal(zt_secret_view(&remote.password).n, 0);
}

static void a_login_that_others_can_read_is_refused(void **state)
{
	zt_broker_remote remote;
	(void)state;
	assert_int_equal(read_login("gateway:secret", 0640, &remote), ZT_E_CREDENTIALS);
	assert_int_equal(read_login("gateway:secret", 0604, &remote), ZT_E_CREDENTIALS);
}

static void what_is_no_login_is_refused(void **state)
{
	zt_broker_remote remote;
	char long_name[ZT_BROKER_USERNAME_MAX + 4], long_password[ZT_BROKER_PASSWORD_MAX + 4] = "u:";
	(void)state;
	memset(long_name, 'u', ZT_BROKER_USERNAME_MAX + 1);
	memcpy(long_name + ZT_BROKER_USERNAME_MAX + 1, ":p", 3);
	memset(long_password + 2, 'p', ZT_BROKER_PASSWORD_MAX + 1);
	long_password[ZT_BROKER_PASSWORD_MAX + 3] = 0;
	const char *wrong[] = { "", "\n", "gateway", ":secret", "a:b\nc:d\n", long_name, long_password };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_int_equal(read_login(wrong[i], 0600, &remote), ZT_E_CREDENTIALS);
	assert_int_equal(zt_broker_remote_read("mqtts://h", "/nowhere/login", NULL, &remote, NULL), ZT_E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_tls_any_host_will_do),
		cmocka_unit_test(without_tls_only_this_machine),
		cmocka_unit_test(what_is_no_such_url_is_refused),
		cmocka_unit_test(a_password_in_the_url_is_refused_and_not_repeated),
		cmocka_unit_test(the_login_is_one_line_of_a_private_file),
		cmocka_unit_test(a_login_that_others_can_read_is_refused),
		cmocka_unit_test(what_is_no_login_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
