/* Asynchronous invocations: accepted when durable, tried as AWS tries them, and none lost. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "net/loop.h"

/* Writes "<request id> <body>" to <folder>/log for each try, then does `what`. */
static void make_logger(fixture *f, const char *name, const char *what, const char *settings)
{
	char program[4096];
	(void)snprintf(program, sizeof program,
		       PYTHON LOOP "    with open('%s/log', 'a') as o: o.write(h['Lambda-Runtime-Aws-Request-Id'] + ' "
				   "' + b.decode() + '\\n')\n"
				   "    %s\n",
		       f->folder.path, what);
	make_function(f, name, program, settings);
}

static const zt_lambda_times quick = { .first_retry_ms = 20, .requeue_ms = 10, .requeue_max_ms = 20 };

static void event_is_accepted_when_its_row_is_durable(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "good", "answer(h, b'null')", NULL);
	invoke_event(&f, "good", "{\"n\":1}");
	assert_int_equal(f.accepted, 0);
	while (f.accepted == 0)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	assert_int_equal(count_events(&f), 1);
	wait_lines(&f, "log", 1, &text);
	assert_non_null(strstr(text.p, " {\"n\":1}\n"));
	wait_events(&f, 0);
	stop(&f);
}

static void failing_event_is_tried_three_times_with_one_id(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "bad", "fail(h, b'{}')", NULL);
	invoke_event(&f, "bad", "{}");
	wait_lines(&f, "log", 3, &text);
	wait_events(&f, 0);
	zt_view rest = zt_str_view(&text), first, line;
	assert_true(zt_view_split(&rest, '\n', &first));
	assert_int_equal(first.n, 36 + 3);
	while (zt_view_split(&rest, '\n', &line))
		if (line.n)
			assert_true(zt_view_equal(line, first));
	stop(&f);
}

static void crash_and_timeout_are_tried_again_too(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "crash", "os._exit(1)", NULL);
	invoke_event(&f, "crash", "{}");
	wait_lines(&f, "log", 3, &text);
	wait_events(&f, 0);
	stop(&f);
}

static void second_try_may_succeed(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "moody", "(answer if os.path.getsize(o.name) > 50 else fail)(h, b'{}')", NULL);
	invoke_event(&f, "moody", "{}");
	wait_events(&f, 1);
	wait_lines(&f, "log", 2, &text);
	wait_events(&f, 0);
	wait_lines(&f, "log", 2, &text);
	stop(&f);
}

static void configured_limits_hold(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "once", "fail(h, b'{}')", "{\"EventInvokeConfig\":{\"MaximumRetryAttempts\":0}}");
	invoke_event(&f, "once", "{}");
	wait_lines(&f, "log", 1, &text);
	wait_events(&f, 0);
	stop(&f);
}

static void waits_are_one_and_two_minutes(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, NULL, 0);
	make_logger(&f, "bad", "fail(h, b'{}')", NULL);
	invoke_event(&f, "bad", "{}");
	const zt_invocation *row;
	for (unsigned attempt = 1; attempt <= 2; attempt++) {
		wait_lines(&f, "log", attempt, &text);
		while ((row = zt_registry_next_invocation(f.registry, ZT_VIEW_EMPTY)) == NULL ||
		       row->attempts < attempt)
			assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
		int64_t wait_ms = row->not_before_ms - zt_registry_now_ms(f.registry);
		assert_true(wait_ms > (attempt * 60 - 10) * 1000 && wait_ms <= attempt * 60 * 1000);
		/* As a process that starts when the time has come. */
		f.ahead_ms += attempt * 60 * 1000;
		restart(&f, NULL);
	}
	wait_lines(&f, "log", 3, &text);
	wait_events(&f, 0);
	stop(&f);
}

static void event_that_could_not_be_tried_waits_without_counting(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "orphan", "answer(h, b'{}')", "{\"Role\":\"arn:aws:iam::123456789012:role/gone\"}");
	invoke_event(&f, "orphan", "{}");
	/* Many more times than an event that fails would be tried. */
	const struct timeval while_it_waits = { 0, 300000 };
	assert_int_equal(event_base_loopexit(f.loop, &while_it_waits), 0);
	assert_int_equal(event_base_dispatch(f.loop), 0);
	assert_int_equal(count_events(&f), 1);
	assert_int_equal(zt_registry_next_invocation(f.registry, ZT_VIEW_EMPTY)->attempts, 0);
	make_logger(&f, "orphan", "answer(h, b'{}')", NULL);
	wait_lines(&f, "log", 1, &text);
	wait_events(&f, 0);
	stop(&f);
}

static void old_event_is_given_up(void **state)
{
	fixture f;
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "orphan", "answer(h, b'{}')", "{\"Role\":\"arn:aws:iam::123456789012:role/gone\"}");
	invoke_event(&f, "orphan", "{}");
	wait_events(&f, 1);
	f.ahead_ms = 6 * 3600 * 1000 + 1000;
	wait_events(&f, 0);
	stop(&f);
}

static void event_of_a_function_that_went_is_forgotten(void **state)
{
	fixture f;
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "gone", "fail(h, b'{}')", NULL);
	invoke_event(&f, "gone", "{}");
	while (f.accepted == 0)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	delete_function(&f, "gone");
	wait_events(&f, 0);
	stop(&f);
}

static void waiting_and_running_events_survive_a_restart(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	(void)state;
	start(&f, &quick, 1);
	make_logger(&f, "f", "time.sleep(100)", "{\"Timeout\":60}");
	for (int i = 0; i < 5; i++)
		invoke_event(&f, "f", "{}");
	wait_lines(&f, "log", 1, &text);
	restart(&f, &quick);
	assert_int_equal(f.accepted, 5);
	assert_int_equal(count_events(&f), 5);
	make_logger(&f, "f", "answer(h, b'{}')", NULL);
	wait_events(&f, 0);
	stop(&f);
}

/* Acceptances that are on their way to the disk when Lambda goes are told, and end as rows. */
static void acceptance_outlives_lambda(void **state)
{
	fixture f;
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "f", "answer(h, b'{}')", NULL);
	invoke_event(&f, "f", "{}");
	restart(&f, &quick);
	assert_int_equal(f.accepted, 1);
	wait_events(&f, 0);
	stop(&f);
}

static void many_events_all_run_once(void **state)
{
	enum { COUNT = 300 };
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(1 << 20);
	char payload[32], want[40];
	(void)state;
	start(&f, &quick, 4);
	make_logger(&f, "f", "answer(h, b'{}')", NULL);
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(payload, sizeof payload, "{\"n\":%d}", i);
		invoke_event(&f, "f", payload);
	}
	wait_lines(&f, "log", COUNT, &text);
	wait_events(&f, 0);
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(want, sizeof want, " {\"n\":%d}\n", i);
		assert_non_null(strstr(text.p, want));
	}
	stop(&f);
}

static void unknown_function_and_large_event_are_refused(void **state)
{
	static char large[1024 * 1024 + 1];
	fixture f;
	zt_error error = { 0 };
	(void)state;
	start(&f, &quick, 0);
	make_function(&f, "echo", ECHO, NULL);
	assert_status(zt_lambda_invoke_async(f.lambda, ZT_LIT("nobody"), ZT_LIT("{}"), NULL, NULL, &error),
		      ZT_E_NOT_FOUND);
	assert_string_equal(error.code, "ResourceNotFoundException");
	zt_view payload = zt_view_make(large, sizeof large);
	assert_status(zt_lambda_invoke_async(f.lambda, ZT_LIT("echo"), payload, NULL, NULL, &error), ZT_E_LIMIT);
	assert_string_equal(error.code, "RequestTooLargeException");
	assert_int_equal(count_events(&f), 0);
	stop(&f);
}

static void no_worker_starts_before_the_endpoint_is_known(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	const zt_lambda_spec spec = { .data_dir = f.folder.path, .times = quick };
	zt_error error;
	(void)state;
	start(&f, &quick, 0);
	make_logger(&f, "f", "answer(h, b'{}')", NULL);
	zt_lambda_free(f.lambda);
	assert_ok(zt_lambda_new(f.loop, f.registry, &spec, &f.lambda, &error));
	invoke_event(&f, "f", "{}");
	const struct timeval a_while = { 0, 200000 };
	assert_int_equal(event_base_loopexit(f.loop, &a_while), 0);
	assert_int_equal(event_base_dispatch(f.loop), 0);
	assert_int_equal(count_events(&f), 1);
	assert_ok(zt_lambda_set_endpoint(f.lambda, "http://127.0.0.1:2"));
	wait_lines(&f, "log", 1, &text);
	wait_events(&f, 0);
	stop(&f);
}

/* Gone, or only waiting for init to look at it. */
static bool runs(pid_t pid)
{
	char path[64], text[256] = { 0 };
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	return n && !strstr(text, ") Z ");
}

static void be_a_parent(fixture *f)
{
	assert_int_equal(prctl(PR_SET_PDEATHSIG, SIGKILL), 0);
	f->loop = zt_loop_new();
	resume(f, &quick);
	invoke_event(f, "f", "{}");
	(void)event_base_dispatch(f->loop);
	_exit(1);
}

static void workers_die_with_their_parent_and_the_event_does_not(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	char program[2048];
	int ended;
	(void)state;
	start(&f, &quick, 0);
	(void)snprintf(program, sizeof program,
		       PYTHON LOOP "    open('%s/pid', 'w').write(str(os.getpid()) + '\\n')\n    time.sleep(100)\n",
		       f.folder.path);
	make_function(&f, "f", program, "{\"Timeout\":60}");
	suspend(&f);
	pid_t parent = fork();
	if (parent == 0)
		be_a_parent(&f);
	wait_lines(&f, "pid", 1, &text);
	pid_t worker = (pid_t)strtol(text.p, NULL, 10);
	assert_true(runs(worker));
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, &ended, 0), parent);
	while (runs(worker))
		(void)usleep(1000);
	resume(&f, &quick);
	assert_int_equal(count_events(&f), 1);
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_is_accepted_when_its_row_is_durable),
		cmocka_unit_test(failing_event_is_tried_three_times_with_one_id),
		cmocka_unit_test(crash_and_timeout_are_tried_again_too),
		cmocka_unit_test(second_try_may_succeed),
		cmocka_unit_test(configured_limits_hold),
		cmocka_unit_test(waits_are_one_and_two_minutes),
		cmocka_unit_test(event_that_could_not_be_tried_waits_without_counting),
		cmocka_unit_test(old_event_is_given_up),
		cmocka_unit_test(event_of_a_function_that_went_is_forgotten),
		cmocka_unit_test(waiting_and_running_events_survive_a_restart),
		cmocka_unit_test(acceptance_outlives_lambda),
		cmocka_unit_test(many_events_all_run_once),
		cmocka_unit_test(unknown_function_and_large_event_are_refused),
		cmocka_unit_test(no_worker_starts_before_the_endpoint_is_known),
		cmocka_unit_test(workers_die_with_their_parent_and_the_event_does_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
