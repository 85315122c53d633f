#include "base/capture.h"
#include "zt_cmocka.h"

enum { SOON_MS = 10000 };

static zt_status shell(const char *script, int timeout_ms, size_t most, zt_str *out, int *exit_status)
{
	*out = ZT_STR(most);
	return zt_capture((const char *const[]){ "sh", "-c", script, NULL }, ZT_CAPTURE_OUTPUT, timeout_ms, out,
			  exit_status, NULL);
}

static void gives_output_and_exit_status(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = { 0 };
	int exit_status = -1;
	assert_ok(shell("printf 'one\\ntwo'; exit 7", SOON_MS, 64, &out, &exit_status));
	assert_view(zt_str_view(&out), "one\ntwo");
	assert_int_equal(exit_status, 7);
}

static void both_go_one_way(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	int exit_status = -1;
	const char *const argv[] = { "sh", "-c", "printf out; printf err >&2", NULL };
	assert_ok(zt_capture(argv, ZT_CAPTURE_BOTH, SOON_MS, &out, &exit_status, NULL));
	assert_view(zt_str_view(&out), "outerr");
}

static void words_stay_words(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	int exit_status = -1;
	const char *const argv[] = { "printf", "%s|%s", "a b", "$HOME;x", NULL };
	assert_ok(zt_capture(argv, ZT_CAPTURE_OUTPUT, SOON_MS, &out, &exit_status, NULL));
	assert_view(zt_str_view(&out), "a b|$HOME;x");
}

static void says_when_there_is_no_such_program(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	int exit_status;
	zt_error error = { 0 };
	const char *const argv[] = { "zt-no-such-program", NULL };
	assert_status(zt_capture(argv, ZT_CAPTURE_OUTPUT, SOON_MS, &out, &exit_status, &error), ZT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, "zt-no-such-program"));
}

static void ends_what_prints_without_end(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = { 0 };
	int exit_status;
	assert_status(shell("exec yes", SOON_MS, 1000, &out, &exit_status), ZT_E_LIMIT);
}

static void ends_what_does_not_end(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = { 0 };
	int exit_status;
	assert_status(shell("exec sleep 1000", 50, 64, &out, &exit_status), ZT_E_TIMEOUT);
	/* Closing its output is not ending. */
	zt_str_free(&out);
	assert_status(shell("exec >&-; exec sleep 1000", 50, 64, &out, &exit_status), ZT_E_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_output_and_exit_status),
		cmocka_unit_test(both_go_one_way),
		cmocka_unit_test(words_stay_words),
		cmocka_unit_test(says_when_there_is_no_such_program),
		cmocka_unit_test(ends_what_prints_without_end),
		cmocka_unit_test(ends_what_does_not_end),
	};
	return cmocka_run_group_tests_name("base/capture", tests, NULL, NULL);
}
