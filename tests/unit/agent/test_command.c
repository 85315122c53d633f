#include "agent/command.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timefmt.h"
#include "unit/zt_cmocka.h"

enum { DEADLINE_MS = 15 * 1000 };

static zt_agent_command command;
static zt_error error;
static char folder[32];

static int begin(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/zt-command-XXXXXX");
	zt_agent_command_init(&command);
	error = (zt_error){ 0 };
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	zt_agent_command_deinit(&command);
	return zt_path_remove(folder, NULL) == ZT_OK ? 0 : -1;
}

static void start(const char *line, const char *input)
{
	(void)setenv("F", folder, 1);
	assert_ok(zt_agent_command_start(&command, line, zt_view_of(input), &error));
}

/* As the agent waits: on what it is told to poll for, and not for ever. */
static void wait_a_while(void)
{
	struct pollfd ready[ZT_COMMAND_POLLS];
	zt_agent_command_polls(&command, ready);
	(void)poll(ready, ZT_COMMAND_POLLS, 100);
}

static zt_status finish(void)
{
	int64_t until_ms = zt_time_mono_ms() + DEADLINE_MS;
	for (;;) {
		zt_status status = zt_agent_command_step(&command, &error);
		if (status != ZT_E_AGAIN)
			return status;
		assert_true(zt_time_mono_ms() < until_ms);
		wait_a_while();
	}
}

static void input_goes_in_and_output_comes_out(void **state)
{
	(void)state;
	start("tr a-z A-Z", "abc");
	assert_ok(finish());
	assert_view(zt_str_view(&command.output), "ABC");
	assert_false(zt_agent_command_runs(&command));
}

static void an_exit_status_is_told(void **state)
{
	(void)state;
	start("exit 3", "");
	assert_status(finish(), ZT_E_FAILED);
	assert_string_equal(error.text, "the command ended with 3");
}

/* Nobody waits in a step for the end of one that has closed its output: here it ends only after the step. */
static void a_step_does_not_wait_for_its_end(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str go = ZT_STR(64);
	assert_ok(zt_path_join(&go, folder, "go"));
	start("echo x; exec >&-; until [ -e $F/go ]; do sleep 0.01; done", "");
	while (command.out >= 0) {
		assert_status(zt_agent_command_step(&command, &error), ZT_E_AGAIN);
		wait_a_while();
	}
	assert_ok(zt_file_write(zt_str_text(&go), ZT_VIEW_EMPTY, 0600, NULL));
	assert_ok(finish());
	assert_view(zt_str_view(&command.output), "x\n");
}

static void its_end_can_be_polled_for(void **state)
{
	(void)state;
	struct pollfd ready[ZT_COMMAND_POLLS];
	start("exec >&-; sleep 0.1", "");
	while (command.out >= 0)
		assert_status(zt_agent_command_step(&command, &error), ZT_E_AGAIN);
	zt_agent_command_polls(&command, ready);
	assert_int_equal(poll(ready, ZT_COMMAND_POLLS, DEADLINE_MS), 1);
	assert_ok(zt_agent_command_step(&command, &error));
}

static void one_that_closes_its_output_and_stays_is_ended(void **state)
{
	(void)state;
	start("trap '' TERM; exec >&-; sleep 1000", "");
	assert_status(finish(), ZT_E_TIMEOUT);
	assert_false(zt_agent_command_runs(&command));
}

static void one_that_says_too_much_is_ended(void **state)
{
	(void)state;
	start("yes", "");
	assert_status(finish(), ZT_E_LIMIT);
	assert_non_null(strstr(error.text, "131072 bytes"));
}

static void one_at_a_time(void **state)
{
	(void)state;
	start("sleep 1000", "");
	assert_status(zt_agent_command_start(&command, "true", ZT_VIEW_EMPTY, &error), ZT_E_STATE);
}

#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMMAND_TEST(input_goes_in_and_output_comes_out),
		COMMAND_TEST(an_exit_status_is_told),
		COMMAND_TEST(a_step_does_not_wait_for_its_end),
		COMMAND_TEST(its_end_can_be_polled_for),
		COMMAND_TEST(one_that_closes_its_output_and_stays_is_ended),
		COMMAND_TEST(one_that_says_too_much_is_ended),
		COMMAND_TEST(one_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
