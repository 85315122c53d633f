/* Without a connection: reports wait, and what they say must not be lost. */
#include <signal.h>

#include "agent/run.h"
#include "base/timefmt.h"
#include "unit/zt_cmocka.h"

enum { DEADLINE_MS = 15 * 1000 };

static zt_agent_run_state run;

static int begin(void **state)
{
	(void)state;
	run = (zt_agent_run_state){ .shadow_command = "cat", .thing_name = "lamp" };
	assert_ok(zt_run_shadow_begin(&run, NULL));
	assert_ok(zt_shadow_init(&run.shadow.shadow, ZT_LIT("lamp"), ZT_VIEW_EMPTY, NULL));
	run.shadow.named = true;
	return 0;
}

static int end(void **state)
{
	(void)state;
	zt_agent_command_deinit(&run.applying);
	zt_str_free(&run.difference);
	zt_str_free(&run.change);
	return 0;
}

static void delta(const char *payload)
{
	const zt_event event = { .kind = ZT_EVENT_RECEIVED,
				 .message = { ZT_LIT("$aws/things/lamp/shadow/update/delta"), zt_view_of(payload), 1,
					      false } };
	zt_run_shadow_take(&run, &event);
}

static void let_the_command_end(void)
{
	int64_t until_ms = zt_time_mono_ms() + DEADLINE_MS;
	while (zt_agent_command_runs(&run.applying)) {
		struct pollfd ready[ZT_COMMAND_POLLS];
		assert_true(zt_time_mono_ms() < until_ms);
		zt_agent_command_polls(&run.applying, ready);
		(void)poll(ready, ZT_COMMAND_POLLS, 100);
		zt_run_shadow_step(&run);
	}
}

static void what_the_command_said_waits_for_the_connection(void **state)
{
	(void)state;
	delta("{\"state\":{\"on\":true},\"version\":2}");
	let_the_command_end();
	assert_true(run.want_update);
	assert_view(zt_str_view(&run.change), "{\"on\":true}");
}

static void a_delta_that_comes_before_the_report_is_out_loses_nothing(void **state)
{
	(void)state;
	delta("{\"state\":{\"on\":true},\"version\":2}");
	let_the_command_end();
	run.shadow_command = "exit 1";
	delta("{\"state\":{\"lux\":3},\"version\":3}");
	let_the_command_end();
	assert_true(run.want_update);
	assert_view(zt_str_view(&run.change), "{\"on\":true}");
	/* And it is asked for afterwards. */
	assert_true(run.want_get);
}

static void a_command_that_fails_reports_nothing(void **state)
{
	(void)state;
	run.shadow_command = "echo '{}'; exit 1";
	delta("{\"state\":{\"on\":true},\"version\":2}");
	let_the_command_end();
	assert_false(run.want_update);
}

int main(void)
{
	/* As the agent's connection does: a command need not read its input. */
	(void)signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_command_said_waits_for_the_connection, begin, end),
		cmocka_unit_test_setup_teardown(a_delta_that_comes_before_the_report_is_out_loses_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_command_that_fails_reports_nothing, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
