#include <sys/stat.h>

#include "base/fs.h"
#include "port/linux/device_files.h"
#include "port/linux/identity_files.h"
#include "unit/port/bench.h"

static zt_device_files files;
static zt_error error;

static int fresh(void **state)
{
	bool made;
	(void)state;
	assert_ok(zt_path_remove(bench_path("state"), NULL));
	assert_ok(zt_device_files_init(&files, bench_path("state")));
	assert_ok(zt_device_files_make(&files, &made, NULL));
	assert_true(made);
	return 0;
}

static int gone(void **state)
{
	(void)state;
	zt_device_files_deinit(&files);
	return 0;
}

static unsigned mode_of(const char *path)
{
	struct stat seen;
	assert_int_equal(stat(path, &seen), 0);
	return seen.st_mode & 0777;
}

static zt_str text_of(const char *path)
{
	zt_str text = ZT_STR(65536);
	assert_ok(zt_file_read(path, &text, NULL));
	return text;
}

static void assert_same_file(const char *a, const char *b)
{
	zt_str left = text_of(a), right = text_of(b);
	assert_string_equal(zt_str_text(&left), zt_str_text(&right));
	zt_str_free(&left);
	zt_str_free(&right);
}

static zt_status replace(const char *certificate, const char *key)
{
	zt_str pem = text_of(bench_path(certificate)), key_pem = text_of(bench_path(key));
	zt_status status = zt_device_files_replace(&files, zt_str_view(&pem), zt_str_view(&key_pem), &error);
	zt_str_free(&pem);
	zt_str_free(&key_pem);
	return status;
}

static void folder_and_keys_are_closed_to_others(void **state)
{
	(void)state;
	assert_int_equal(mode_of(bench_path("state")), 0700);
	assert_int_equal(mode_of(zt_str_text(&files.root_key)), 0600);
	assert_ok(replace("client.pem", "client.key"));
	assert_int_equal(mode_of(zt_str_text(&files.identity)), 0700);
	assert_int_equal(mode_of(zt_str_text(&files.tls_key)), 0600);
}

static void the_root_key_is_made_once(void **state)
{
	(void)state;
	zt_str before = text_of(zt_str_text(&files.root_key));
	bool made;
	assert_ok(zt_device_files_make(&files, &made, NULL));
	assert_false(made);
	zt_str after = text_of(zt_str_text(&files.root_key));
	assert_string_equal(zt_str_text(&before), zt_str_text(&after));
	zt_str_free(&before);
	zt_str_free(&after);
}

static void a_root_key_that_others_can_read_is_not_used(void **state)
{
	(void)state;
	zt_key *key = NULL;
	assert_ok(zt_device_files_root_key(&files, &key, &error));
	zt_key_free(key);
	assert_int_equal(chmod(zt_str_text(&files.root_key), 0640), 0);
	assert_status(zt_device_files_root_key(&files, &key, &error), ZT_E_CREDENTIALS);
	assert_non_null(strstr(error.text, "chmod 600"));
}

static void a_missing_or_damaged_root_key_is_told(void **state)
{
	(void)state;
	zt_key *key = NULL;
	assert_ok(zt_file_write(zt_str_text(&files.root_key), ZT_LIT("-----BEGIN PRIVATE KEY-----\nMIG"), 0600, NULL));
	assert_status(zt_device_files_root_key(&files, &key, &error), ZT_E_CREDENTIALS);
	assert_ok(zt_path_remove(zt_str_text(&files.root_key), NULL));
	assert_status(zt_device_files_root_key(&files, &key, &error), ZT_E_CREDENTIALS);
	assert_non_null(strstr(error.text, "zerotouch-device init"));
}

static void certificate_and_key_are_replaced_together(void **state)
{
	(void)state;
	assert_ok(replace("client.pem", "client.key"));
	assert_same_file(zt_str_text(&files.certificate), bench_path("client.pem"));
	assert_ok(replace("client-2.pem", "client-2.key"));
	assert_same_file(zt_str_text(&files.certificate), bench_path("client-2.pem"));
	assert_same_file(zt_str_text(&files.tls_key), bench_path("client-2.key"));
	assert_same_file(bench_path("state/certificate.pem"), bench_path("client-2.pem"));
	assert_same_file(bench_path("state/tls-key.pem"), bench_path("client-2.key"));
}

static void a_pair_that_does_not_belong_together_changes_nothing(void **state)
{
	(void)state;
	assert_ok(replace("client.pem", "client.key"));
	assert_status(replace("client-2.pem", "client.key"), ZT_E_INVALID);
	assert_same_file(zt_str_text(&files.certificate), bench_path("client.pem"));
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	assert_ok(replace("client.pem", "client.key"));
	assert_ok(replace("client-2.pem", "client-2.key"));
	assert_status(replace("client-2.pem", "client.key"), ZT_E_INVALID);
	struct stat seen;
	assert_int_equal(stat(bench_path("state"), &seen), 0);
	/* A folder's link count is 2 and one for each folder in it: `identity` alone. */
	assert_int_equal(seen.st_nlink, 3);
}

static void another_certificate_is_another_generation(void **state)
{
	(void)state;
	zt_identity_files seen;
	zt_identity identity =
	    zt_identity_from_files(&seen, &(zt_identity_source){ .certificate_file = zt_str_text(&files.certificate),
								 .key_file = zt_str_text(&files.tls_key) });
	zt_identity_info first, again, second;
	assert_status(identity.current(identity.context, &first), ZT_E_NOT_FOUND);
	assert_ok(replace("client.pem", "client.key"));
	assert_ok(identity.current(identity.context, &first));
	assert_string_equal(first.name, "device-1");
	assert_in_range(first.not_after_ms - first.not_before_ms, 2 * 86400000LL, 2 * 86400000LL + 1000);
	assert_ok(identity.current(identity.context, &again));
	assert_int_equal(first.generation, again.generation);
	assert_ok(replace("client-2.pem", "client-2.key"));
	assert_ok(identity.current(identity.context, &second));
	assert_int_not_equal(first.generation, second.generation);
	zt_identity_files_deinit(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(folder_and_keys_are_closed_to_others, fresh, gone),
		cmocka_unit_test_setup_teardown(the_root_key_is_made_once, fresh, gone),
		cmocka_unit_test_setup_teardown(a_root_key_that_others_can_read_is_not_used, fresh, gone),
		cmocka_unit_test_setup_teardown(a_missing_or_damaged_root_key_is_told, fresh, gone),
		cmocka_unit_test_setup_teardown(certificate_and_key_are_replaced_together, fresh, gone),
		cmocka_unit_test_setup_teardown(a_pair_that_does_not_belong_together_changes_nothing, fresh, gone),
		cmocka_unit_test_setup_teardown(nothing_is_left_behind, fresh, gone),
		cmocka_unit_test_setup_teardown(another_certificate_is_another_generation, fresh, gone),
	};
	return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
