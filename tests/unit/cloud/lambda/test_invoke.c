/* Synchronous invocations: what a worker gets, what comes of it, how it fails, and how many there are. */
#include <signal.h>
#include <unistd.h>

#include "base/json.h"
#include "fixture.h"

static void answer_comes_back(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "echo", ECHO, NULL);
	expect(&f, "echo", "{\"a\":[1,2,\"\xc3\xa4\"]}", "{\"a\":[1,2,\"\xc3\xa4\"]}");
	stop(&f);
}

static void shell_and_curl_will_do(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "shell",
		      "#!/bin/sh\nset -eu\nAPI=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\n"
		      "while r=$(curl -sSfi $API/next); do\n"
		      "  id=$(echo \"$r\" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p' | tr -d '\\r')\n"
		      "  printf '{\"seen\":%s}' \"$(echo \"$r\" | tail -n 1)\" | curl -sSf --data-binary @- "
		      "$API/$id/response >&2\n"
		      "done\n",
		      NULL);
	expect(&f, "shell", "{\"n\":1}", "{\"seen\":{\"n\":1}}");
	expect(&f, "shell", "{\"n\":2}", "{\"seen\":{\"n\":2}}");
	stop(&f);
}

static void warm_worker_serves_again(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "count", PYTHON "n = 0\n" LOOP "    n += 1\n    answer(h, str(n).encode())\n", NULL);
	expect(&f, "count", "{}", "1");
	expect(&f, "count", "{}", "2");
	expect(&f, "count", "{}", "3");
	stop(&f);
}

static void headers_say_what_aws_says(void **state)
{
	fixture f;
	outcome o;
	(void)state;
	start(&f, NULL, 0);
	make_function(
	    &f, "heads",
	    PYTHON LOOP
	    "    answer(h, json.dumps({k.lower(): v for k, v in h.items()} | {'now': time.time()}).encode())\n",
	    "{\"Timeout\":7}");
	invoke(&f, "heads", "{}", &o);
	wait_outcome(&f, &o);
	zt_error error;
	ZT_JSON_CLEANUP json_t *heads = NULL;
	assert_ok(zt_json_parse(zt_str_view(&o.payload), &heads, &error));
	assert_string_equal(zt_json_text(heads, "content-type"), "application/json");
	assert_string_equal(zt_json_text(heads, "lambda-runtime-invoked-function-arn"),
			    "arn:aws:lambda:eu-west-1:123456789012:function:heads");
	assert_int_equal(strlen(zt_json_text(heads, "lambda-runtime-aws-request-id")), 36);
	double left_s = strtod(zt_json_text(heads, "lambda-runtime-deadline-ms"), NULL) / 1000 -
			json_number_value(json_object_get(heads, "now"));
	assert_true(left_s > 0 && left_s <= 7);
	/* Root=1-8 hex-24 hex;Parent=16 hex;Sampled=0 (AWS X-Ray, "tracing header"). */
	unsigned epoch;
	char root[25], parent[17];
	int end = 0;
	const char *trace = zt_json_text(heads, "lambda-runtime-trace-id");
	assert_int_equal(
	    sscanf(trace, "Root=1-%8x-%24[0-9a-f];Parent=%16[0-9a-f];Sampled=0%n", &epoch, root, parent, &end), 3);
	assert_int_equal(strlen(root), 24);
	assert_int_equal(strlen(parent), 16);
	assert_int_equal((size_t)end, strlen(trace));
	outcome_free(&o);
	stop(&f);
}

static void environment_is_aws_s_and_nothing_else(void **state)
{
	fixture f;
	outcome o;
	(void)state;
	assert_int_equal(setenv("ZT_PARENT_SECRET", "not for workers", 1), 0);
	start(&f, NULL, 0);
	make_function(
	    &f, "env", PYTHON LOOP "    answer(h, json.dumps(dict(os.environ) | {'cwd': os.getcwd()}).encode())\n",
	    "{\"MemorySize\":256,\"Environment\":{\"Variables\":{\"ZT_CA_IDS\":\"a,b\",\"AWS_REGION\":\"mars\","
	    "\"AWS_SESSION_TOKEN\":\"forged\"}}}");
	invoke(&f, "env", "{}", &o);
	wait_outcome(&f, &o);
	zt_error error;
	ZT_JSON_CLEANUP json_t *env = NULL;
	assert_ok(zt_json_parse(zt_str_view(&o.payload), &env, &error));
	static const char *const exact[][2] = {
		{ "_HANDLER", "the.handler" },
		{ "AWS_REGION", "eu-west-1" },
		{ "AWS_DEFAULT_REGION", "eu-west-1" },
		{ "AWS_LAMBDA_FUNCTION_NAME", "env" },
		{ "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST" },
		{ "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256" },
		{ "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/env" },
		{ "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand" },
		{ "LAMBDA_RUNTIME_DIR", "/var/runtime" },
		{ "TZ", ":UTC" },
		{ "LANG", "en_US.UTF-8" },
		{ "PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin" },
		{ "AWS_ENDPOINT_URL", "http://127.0.0.1:1" },
		{ "ZT_CA_IDS", "a,b" },
	};
	for (size_t i = 0; i < ZT_COUNT(exact); i++) {
		const char *got = zt_json_text(env, exact[i][0]);
		if (!got || strcmp(got, exact[i][1]) != 0)
			fail_msg("%s is %s", exact[i][0], got ? got : "absent");
	}
	assert_string_equal(zt_json_text(env, "LAMBDA_TASK_ROOT"), zt_json_text(env, "cwd"));
	assert_non_null(strstr(zt_json_text(env, "AWS_LAMBDA_LOG_STREAM_NAME"), "/[$LATEST]"));
	assert_non_null(strstr(zt_json_text(env, "LD_LIBRARY_PATH"), zt_json_text(env, "LAMBDA_TASK_ROOT")));
	assert_null(zt_json_text(env, "AWS_EXECUTION_ENV"));
	assert_null(zt_json_text(env, "ZT_PARENT_SECRET"));
	/* The credentials are a session of the role. */
	const zt_access_key *key = zt_registry_access_key(f.registry, zt_json_view(env, "AWS_ACCESS_KEY_ID"));
	assert_non_null(key);
	assert_string_equal(key->role, "role");
	assert_string_equal(key->principal_arn, "arn:aws:sts::123456789012:assumed-role/role/env");
	assert_true(zt_view_equal(zt_secret_view(&key->secret), zt_json_view(env, "AWS_SECRET_ACCESS_KEY")));
	assert_true(zt_view_equal(zt_secret_view(&key->token), zt_json_view(env, "AWS_SESSION_TOKEN")));
	outcome_free(&o);
	stop(&f);
}

static void fail_with(fixture *f, const char *function, const char *words, const char *more_words)
{
	outcome o;
	invoke(f, function, "{}", &o);
	wait_outcome(f, &o);
	assert_ok(o.status);
	assert_string_equal(o.error, "Unhandled");
	if (!strstr(zt_str_text(&o.payload), words) || !strstr(zt_str_text(&o.payload), more_words))
		fail_msg("%s", zt_str_text(&o.payload));
	outcome_free(&o);
}

static void error_of_the_function_is_handed_on(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(
	    &f, "bad",
	    PYTHON LOOP "    fail(h, b'{\"errorMessage\":\"no\",\"errorType\":\"Mine\",\"stackTrace\":[]}')\n", NULL);
	fail_with(&f, "bad", "{\"errorMessage\":\"no\",\"errorType\":\"Mine\",\"stackTrace\":[]}", "");
	stop(&f);
}

static void crash_is_an_exit_error(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "exits", PYTHON LOOP "    sys.exit(3)\n", NULL);
	fail_with(&f, "exits", "\"Runtime.ExitError\"", "Error: Runtime exited with error: exit status 3");
	make_function(&f, "killed", PYTHON LOOP "    os.kill(os.getpid(), 9)\n", NULL);
	fail_with(&f, "killed", "\"Runtime.ExitError\"", "Error: Runtime exited with error: signal: killed");
	make_function(&f, "leaves", PYTHON LOOP "    sys.exit(0)\n", NULL);
	fail_with(&f, "leaves", "\"Runtime.ExitError\"", "Error: Runtime exited without providing a reason");
	stop(&f);
}

static void crash_before_the_first_poll_fails_the_invocation(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "stillborn", "#!/bin/sh\nexit 4\n", NULL);
	fail_with(&f, "stillborn", "\"Runtime.ExitError\"", "exit status 4");
	stop(&f);
}

static void error_of_the_start_is_handed_on(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "sick",
		      PYTHON "r = post('init/error', b'{\"errorMessage\":\"no config\",\"errorType\":\"Sick\"}')\n"
			     "assert r == (202, b'{\"status\":\"OK\"}'), r\nsys.exit(1)\n",
		      NULL);
	fail_with(&f, "sick", "{\"errorMessage\":\"no config\",\"errorType\":\"Sick\"}", "");
	/* One that says so and stays is ended. */
	make_function(&f, "stays", PYTHON "post('init/error', b'{\"errorType\":\"Stays\"}')\ntime.sleep(100)\n", NULL);
	fail_with(&f, "stays", "{\"errorType\":\"Stays\"}", "");
	stop(&f);
}

static void what_is_no_program_is_an_invalid_entrypoint(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "text", "neither ELF nor #!\n", NULL);
	fail_with(&f, "text", "\"Runtime.InvalidEntrypoint\"", "bootstrap");
	make_function(&f, "missing", "#!/no/such/interpreter\n", NULL);
	fail_with(&f, "missing", "\"Runtime.InvalidEntrypoint\"", "bootstrap");
	stop(&f);
}

static void timeout_is_told_and_the_next_one_has_a_new_worker(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "slow",
		      PYTHON LOOP "    if b == b'{}': time.sleep(100)\n    answer(h, str(os.getpid()).encode())\n",
		      "{\"Timeout\":1}");
	outcome o;
	invoke(&f, "slow", "{}", &o);
	wait_outcome(&f, &o);
	assert_string_equal(o.error, "Unhandled");
	/* {"errorMessage":"2026-01-31T12:00:00.123Z <request id> Task timed out after 1.00 seconds", ...} */
	assert_non_null(strstr(zt_str_text(&o.payload), "Z "));
	assert_non_null(strstr(zt_str_text(&o.payload), " Task timed out after 1.00 seconds\""));
	assert_non_null(strstr(zt_str_text(&o.payload), "\"errorType\":\"Sandbox.Timedout\""));
	outcome_free(&o);
	invoke(&f, "slow", "{\"fast\":1}", &o);
	wait_outcome(&f, &o);
	assert_string_equal(o.error, "");
	outcome_free(&o);
	stop(&f);
}

static void start_that_takes_too_long_is_ended(void **state)
{
	fixture f;
	const zt_lambda_times times = { .init_ms = 100 };
	(void)state;
	start(&f, &times, 0);
	make_function(&f, "never", "#!/bin/sh\nexec sleep 100\n", NULL);
	fail_with(&f, "never", "\"Sandbox.Timedout\"", "not ready in time");
	stop(&f);
}

static void log_tail_is_what_this_invocation_wrote(void **state)
{
	fixture f;
	outcome o;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "talks",
		      PYTHON LOOP
		      "    print('out ' + b.decode(), flush=True)\n    print('err', file=sys.stderr, flush=True)\n"
		      "    answer(h, b)\n",
		      NULL);
	for (int i = 0; i < 2; i++) {
		const char *number = i ? "2" : "1";
		invoke(&f, "talks", number, &o);
		wait_outcome(&f, &o);
		assert_string_equal(zt_str_text(&o.log), i ? "out 2\nerr\n" : "out 1\nerr\n");
		outcome_free(&o);
	}
	stop(&f);
}

static void log_tail_keeps_the_last_four_kilobytes(void **state)
{
	fixture f;
	outcome o;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "floods",
		      PYTHON LOOP
		      "    for i in range(1000): print('line %d' % i)\n    sys.stdout.flush()\n    answer(h, b)\n",
		      NULL);
	invoke(&f, "floods", "{}", &o);
	wait_outcome(&f, &o);
	assert_true(o.log.n > 4000 && o.log.n <= 4096);
	assert_true(zt_view_ends(zt_str_view(&o.log), ZT_LIT("line 998\nline 999\n")));
	outcome_free(&o);
	stop(&f);
}

static void new_code_is_run_by_new_workers(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "changes", PYTHON LOOP "    answer(h, b'1')\n", NULL);
	expect(&f, "changes", "{}", "1");
	make_function(&f, "changes", PYTHON LOOP "    answer(h, b'2')\n", NULL);
	expect(&f, "changes", "{}", "2");
	stop(&f);
}

static void invocation_in_hand_ends_with_the_code_it_began_with(void **state)
{
	fixture f;
	outcome o;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	char program[4096];
	(void)state;
	start(&f, NULL, 0);
	/* It answers once a file is there. */
	(void)snprintf(program, sizeof program,
		       PYTHON LOOP
		       "    open('%s/began', 'w').write('x\\n')\n"
		       "    while not os.path.exists('%s/go'): time.sleep(0.005)\n    answer(h, b'\"old\"')\n",
		       f.folder.path, f.folder.path);
	make_function(&f, "swaps", program, NULL);
	invoke(&f, "swaps", "{}", &o);
	wait_lines(&f, "began", 1, &text);
	make_function(&f, "swaps", PYTHON LOOP "    answer(h, b'\"new\"')\n", NULL);
	expect(&f, "swaps", "{}", "\"new\"");
	(void)snprintf(program, sizeof program, "%s/go", f.folder.path);
	assert_ok(zt_file_write(program, ZT_VIEW_EMPTY, 0600, NULL));
	wait_outcome(&f, &o);
	assert_string_equal(zt_str_text(&o.payload), "\"old\"");
	outcome_free(&o);
	expect(&f, "swaps", "{}", "\"new\"");
	stop(&f);
}

static void workers_grow_to_the_limit_and_no_further(void **state)
{
	enum { INVOCATIONS = 12, WORKERS = 3 };
	fixture f;
	outcome o[INVOCATIONS];
	char pids[WORKERS][16] = { 0 };
	(void)state;
	start(&f, NULL, WORKERS);
	make_function(&f, "pid", PYTHON LOOP "    time.sleep(0.05)\n    answer(h, str(os.getpid()).encode())\n", NULL);
	for (unsigned i = 0; i < INVOCATIONS; i++)
		invoke(&f, "pid", "{}", &o[i]);
	for (unsigned i = 0; i < INVOCATIONS; i++) {
		wait_outcome(&f, &o[i]);
		unsigned known = 0;
		while (known < WORKERS && pids[known][0] && strcmp(pids[known], zt_str_text(&o[i].payload)) != 0)
			known++;
		assert_true(known < WORKERS);
		(void)snprintf(pids[known], sizeof pids[known], "%s", zt_str_text(&o[i].payload));
		outcome_free(&o[i]);
	}
	assert_true(pids[WORKERS - 1][0]);
	stop(&f);
}

static void busy_function_does_not_hold_up_another(void **state)
{
	enum { INVOCATIONS = 100 };
	fixture f;
	static outcome o[INVOCATIONS];
	(void)state;
	start(&f, NULL, 1);
	make_function(&f, "stuck", PYTHON LOOP "    time.sleep(100)\n", "{\"Timeout\":60}");
	make_function(&f, "free", ECHO, NULL);
	for (unsigned i = 0; i < INVOCATIONS; i++)
		invoke(&f, "stuck", "{}", &o[i]);
	expect(&f, "free", "{\"n\":1}", "{\"n\":1}");
	stop(&f);
	for (unsigned i = 0; i < INVOCATIONS; i++) {
		assert_int_equal(o[i].done, 1);
		assert_int_equal(o[i].status, ZT_E_CANCELLED);
		outcome_free(&o[i]);
	}
}

static void idle_worker_is_ended(void **state)
{
	fixture f;
	outcome o;
	const zt_lambda_times times = { .idle_ms = 50 };
	(void)state;
	start(&f, &times, 0);
	make_function(&f, "pid", PYTHON LOOP "    answer(h, str(os.getpid()).encode())\n", NULL);
	invoke(&f, "pid", "{}", &o);
	wait_outcome(&f, &o);
	pid_t pid = (pid_t)strtol(zt_str_text(&o.payload), NULL, 10);
	outcome_free(&o);
	/* Reaped too: nothing of it is left. */
	while (kill(pid, 0) == 0)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	stop(&f);
}

static void worker_whose_credentials_run_out_is_replaced(void **state)
{
	fixture f;
	outcome first, second;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "key", PYTHON LOOP "    answer(h, os.environ['AWS_ACCESS_KEY_ID'].encode())\n", NULL);
	invoke(&f, "key", "{}", &first);
	wait_outcome(&f, &first);
	f.ahead_ms = 3590 * 1000;
	invoke(&f, "key", "{}", &second);
	wait_outcome(&f, &second);
	assert_string_not_equal(zt_str_text(&first.payload), zt_str_text(&second.payload));
	const zt_access_key *key = zt_registry_access_key(f.registry, zt_str_view(&second.payload));
	assert_non_null(key);
	assert_true(key->expires_ms > zt_registry_now_ms(f.registry) + 60 * 1000);
	outcome_free(&first);
	outcome_free(&second);
	stop(&f);
}

static void unknown_function_and_large_payload_are_refused(void **state)
{
	static char large[6 * 1024 * 1024 + 1];
	fixture f;
	zt_error error = { 0 };
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "echo", ECHO, NULL);
	assert_status(zt_lambda_invoke(f.lambda, ZT_LIT("nobody"), ZT_LIT("{}"), NULL, NULL, &error), ZT_E_NOT_FOUND);
	assert_string_equal(error.code, "ResourceNotFoundException");
	assert_status(zt_lambda_invoke(f.lambda, ZT_LIT("echo"), zt_view_make(large, sizeof large), NULL, NULL, &error),
		      ZT_E_LIMIT);
	assert_string_equal(error.code, "RequestTooLargeException");
	stop(&f);
}

static void payload_at_the_limit_goes_through(void **state)
{
	enum { SIZE = 6 * 1024 * 1024 };
	static char large[SIZE + 1];
	fixture f;
	outcome o;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "echo", ECHO, "{\"Timeout\":30}");
	memset(large, 'x', SIZE);
	large[0] = large[SIZE - 1] = '"';
	invoke(&f, "echo", large, &o);
	wait_outcome(&f, &o);
	assert_string_equal(o.error, "");
	assert_int_equal(o.payload.n, SIZE);
	assert_memory_equal(o.payload.p, large, SIZE);
	outcome_free(&o);
	stop(&f);
}

static void too_many_waiting_are_throttled(void **state)
{
	enum { MAX = 1000 };
	static outcome o[MAX];
	fixture f;
	zt_error error = { 0 };
	(void)state;
	start(&f, NULL, 1);
	make_function(&f, "stuck", "#!/bin/sh\nexec sleep 100\n", NULL);
	for (unsigned i = 0; i < MAX; i++)
		invoke(&f, "stuck", "{}", &o[i]);
	assert_status(zt_lambda_invoke(f.lambda, ZT_LIT("stuck"), ZT_LIT("{}"), NULL, NULL, &error), ZT_E_THROTTLED);
	assert_string_equal(error.code, "TooManyRequestsException");
	stop(&f);
	for (unsigned i = 0; i < MAX; i++) {
		assert_int_equal(o[i].status, ZT_E_CANCELLED);
		outcome_free(&o[i]);
	}
}

static void function_that_goes_ends_what_waits_for_it(void **state)
{
	fixture f;
	outcome o[3];
	(void)state;
	start(&f, NULL, 1);
	make_function(&f, "gone", "#!/bin/sh\nexec sleep 100\n", NULL);
	for (unsigned i = 0; i < ZT_COUNT(o); i++)
		invoke(&f, "gone", "{}", &o[i]);
	delete_function(&f, "gone");
	for (unsigned i = 0; i < ZT_COUNT(o); i++) {
		wait_outcome(&f, &o[i]);
		assert_int_equal(o[i].status, ZT_E_NOT_FOUND);
		outcome_free(&o[i]);
	}
	stop(&f);
}

static void function_without_its_role_is_denied(void **state)
{
	fixture f;
	outcome o;
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "orphan", ECHO, "{\"Role\":\"arn:aws:iam::123456789012:role/gone\"}");
	invoke(&f, "orphan", "{}", &o);
	wait_outcome(&f, &o);
	assert_int_equal(o.status, ZT_E_DENIED);
	outcome_free(&o);
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_comes_back),
		cmocka_unit_test(shell_and_curl_will_do),
		cmocka_unit_test(warm_worker_serves_again),
		cmocka_unit_test(headers_say_what_aws_says),
		cmocka_unit_test(environment_is_aws_s_and_nothing_else),
		cmocka_unit_test(error_of_the_function_is_handed_on),
		cmocka_unit_test(crash_is_an_exit_error),
		cmocka_unit_test(crash_before_the_first_poll_fails_the_invocation),
		cmocka_unit_test(error_of_the_start_is_handed_on),
		cmocka_unit_test(what_is_no_program_is_an_invalid_entrypoint),
		cmocka_unit_test(timeout_is_told_and_the_next_one_has_a_new_worker),
		cmocka_unit_test(start_that_takes_too_long_is_ended),
		cmocka_unit_test(log_tail_is_what_this_invocation_wrote),
		cmocka_unit_test(log_tail_keeps_the_last_four_kilobytes),
		cmocka_unit_test(new_code_is_run_by_new_workers),
		cmocka_unit_test(invocation_in_hand_ends_with_the_code_it_began_with),
		cmocka_unit_test(workers_grow_to_the_limit_and_no_further),
		cmocka_unit_test(busy_function_does_not_hold_up_another),
		cmocka_unit_test(idle_worker_is_ended),
		cmocka_unit_test(worker_whose_credentials_run_out_is_replaced),
		cmocka_unit_test(unknown_function_and_large_payload_are_refused),
		cmocka_unit_test(payload_at_the_limit_goes_through),
		cmocka_unit_test(too_many_waiting_are_throttled),
		cmocka_unit_test(function_that_goes_ends_what_waits_for_it),
		cmocka_unit_test(function_without_its_role_is_denied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
