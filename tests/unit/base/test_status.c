#include "zerotouch/status.h"

#include <errno.h>

#include "base/error.h"
#include "zt_cmocka.h"

static void a_status_has_name_text_and_exit_status(void **state)
{
	(void)state;
	assert_string_equal(zt_status_name(ZT_E_SPACE), "ZT_E_SPACE");
	assert_string_equal(zt_status_text(ZT_E_SPACE), "buffer too small");
	assert_int_equal(zt_status_exit(ZT_OK), 0);
	assert_int_equal(zt_status_exit(ZT_E_USAGE), 2);
	assert_int_equal(zt_status_exit(ZT_E_CHANGES), 20);
	assert_int_equal(zt_status_exit(ZT_E_CANCELLED), 130);
}

static void only_what_can_pass_is_retryable(void **state)
{
	(void)state;
	assert_true(zt_status_retryable(ZT_E_THROTTLED));
	assert_true(zt_status_retryable(ZT_E_TIMEOUT));
	assert_false(zt_status_retryable(ZT_E_DENIED));
	assert_false(zt_status_retryable(ZT_OK));
}

static void what_is_no_status_is_an_internal_error(void **state)
{
	(void)state;
	assert_string_equal(zt_status_name((zt_status)-1), "ZT_E_INTERNAL");
	assert_string_equal(zt_status_name(ZT_STATUS_COUNT), "ZT_E_INTERNAL");
}

static void no_failure_ends_a_program_with_zero(void **state)
{
	(void)state;
	for (int status = ZT_OK + 1; status < ZT_STATUS_COUNT; status++)
		assert_in_range(zt_status_exit((zt_status)status), 1, 255);
}

static void an_error_is_filled_and_its_status_returned(void **state)
{
	(void)state;
	zt_error error = { .http = 7, .code = "old", .text = "old" };
	assert_status(zt_error_set(&error, ZT_E_DENIED, "no %s", "entry"), ZT_E_DENIED);
	assert_int_equal(error.status, ZT_E_DENIED);
	assert_string_equal(error.text, "no entry");
	assert_string_equal(error.code, "");
	assert_int_equal(error.http, 0);
	assert_status(zt_error_set(NULL, ZT_E_DENIED, "nobody looks"), ZT_E_DENIED);
}

static void a_services_code_is_kept(void **state)
{
	(void)state;
	zt_error error = { 0 };
	assert_status(zt_error_coded(&error, ZT_E_NOT_FOUND, "ResourceNotFoundException", "no thing %d", 7),
		      ZT_E_NOT_FOUND);
	assert_string_equal(error.code, "ResourceNotFoundException");
	assert_string_equal(error.text, "no thing 7");
}

static void a_sentence_is_told_to_whoever_asks(void **state)
{
	(void)state;
	const char *why = NULL;
	assert_status(zt_because(&why, ZT_E_LIMIT, "too long"), ZT_E_LIMIT);
	assert_string_equal(why, "too long");
	assert_status(zt_because(NULL, ZT_E_INVALID, "wrong"), ZT_E_INVALID);
}

static void long_text_is_cut(void **state)
{
	(void)state;
	zt_error error = { 0 };
	char text[1000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	(void)zt_error_set(&error, ZT_E_FAILED, "%s", text);
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
	errno = EACCES;
	(void)zt_error_errno(&error, ZT_E_FAILED, "%s", text);
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

static void errno_is_put_behind_the_text(void **state)
{
	(void)state;
	zt_error error = { 0 };
	errno = EACCES;
	assert_status(zt_error_errno(&error, ZT_E_IO, "cannot open x"), ZT_E_IO);
	assert_string_equal(error.text, "cannot open x: Permission denied");
}

static void a_full_disk_has_a_status_of_its_own(void **state)
{
	(void)state;
	zt_error error = { 0 };
	errno = ENOSPC;
	assert_status(zt_error_errno(&error, ZT_E_IO, "cannot write x"), ZT_E_DISK_FULL);
	assert_int_equal(error.status, ZT_E_DISK_FULL);
	errno = EDQUOT;
	assert_status(zt_error_errno(NULL, ZT_E_IO, "cannot write x"), ZT_E_DISK_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_has_name_text_and_exit_status),
		cmocka_unit_test(only_what_can_pass_is_retryable),
		cmocka_unit_test(what_is_no_status_is_an_internal_error),
		cmocka_unit_test(no_failure_ends_a_program_with_zero),
		cmocka_unit_test(an_error_is_filled_and_its_status_returned),
		cmocka_unit_test(a_services_code_is_kept),
		cmocka_unit_test(a_sentence_is_told_to_whoever_asks),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(errno_is_put_behind_the_text),
		cmocka_unit_test(a_full_disk_has_a_status_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
