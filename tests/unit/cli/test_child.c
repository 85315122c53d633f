#include "cli/child.h"
#include "zt_cmocka.h"

enum { SOON_MS = 10000 };

static void start(zt_child *child, const char *script)
{
	*child = ZT_CHILD_NONE;
	assert_ok(zt_child_start(child, (const char *const[]){ "/bin/sh", "-c", script, NULL }, NULL, NULL));
}

static void test_reads_lines_then_the_end(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_child_stop) zt_child child;
	ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(64);
	int exit_status = -1;
	start(&child, "printf 'one\\ntwo\\n'; exit 7");
	assert_ok(zt_child_line(&child, SOON_MS, &line));
	assert_view(zt_str_view(&line), "one");
	zt_str_clear(&line);
	assert_ok(zt_child_line(&child, SOON_MS, &line));
	assert_view(zt_str_view(&line), "two");
	assert_status(zt_child_line(&child, SOON_MS, &line), ZT_E_CLOSED);
	assert_ok(zt_child_finish(&child, SOON_MS, NULL, &exit_status));
	assert_int_equal(exit_status, 7);
}

static void test_gives_the_rest_at_the_end(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_child_stop) zt_child child;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	int exit_status = -1;
	start(&child, "printf 'no newline'");
	assert_ok(zt_child_finish(&child, SOON_MS, &out, &exit_status));
	assert_view(zt_str_view(&out), "no newline");
	assert_int_equal(exit_status, 0);
}

static void test_a_silent_child_runs_into_the_deadline_and_can_be_stopped(void **state)
{
	(void)state;
	zt_child child;
	ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(64);
	int exit_status = -1;
	start(&child, "exec sleep 100");
	assert_status(zt_child_line(&child, 1, &line), ZT_E_TIMEOUT);
	assert_true(zt_child_runs(&child, &exit_status));
	zt_child_stop(&child);
	assert_false(zt_child_runs(&child, &exit_status));
}

static void test_names_a_program_that_is_not_there(void **state)
{
	(void)state;
	zt_child child = ZT_CHILD_NONE;
	zt_error error = { 0 };
	assert_status(zt_child_start(&child, (const char *const[]){ "no-such-program", NULL }, NULL, &error),
		      ZT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, "no-such-program"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_lines_then_the_end),
		cmocka_unit_test(test_gives_the_rest_at_the_end),
		cmocka_unit_test(test_a_silent_child_runs_into_the_deadline_and_can_be_stopped),
		cmocka_unit_test(test_names_a_program_that_is_not_there),
	};
	return cmocka_run_group_tests_name("cli/child", tests, NULL, NULL);
}
