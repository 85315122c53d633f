/* The Runtime API towards programs that do not keep to it. Each program checks the answers itself and tells them in its
 * response. */
#include "fixture.h"

static void tells(const char *program, const char *answer)
{
	fixture f;
	start(&f, NULL, 1);
	make_function(&f, "f", program, "{\"Timeout\":20}");
	expect(&f, "f", "{}", answer);
	stop(&f);
}

static void wrong_request_id_is_400(void **state)
{
	(void)state;
	tells(PYTHON LOOP "    r = post('invocation/00000000-0000-0000-0000-000000000000/response', b'stolen')\n"
			  "    answer(h, json.dumps([r[0], json.loads(r[1])]).encode())\n",
	      "[400, {\"errorMessage\": \"Invalid request ID\", \"errorType\": \"InvalidRequestID\"}]");
}

static void answer_is_taken_once(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 1);
	make_function(&f, "f",
		      PYTHON
		      "last = None\n" LOOP "    if last: answer(h, str(last).encode()); continue\n"
		      "    r = [answer(h, b'1'), answer(h, b'2'), fail(h, b'3')]\n    last = [x[0] for x in r]\n",
		      NULL);
	expect(&f, "f", "{}", "1");
	expect(&f, "f", "{}", "[202, 400, 400]");
	stop(&f);
}

static void accepted_answer_is_aws_s(void **state)
{
	fixture f;
	(void)state;
	start(&f, NULL, 1);
	make_function(&f, "f", PYTHON "last = b'{}'\n" LOOP "    last = answer(h, last)[1]\n", NULL);
	expect(&f, "f", "{}", "{}");
	expect(&f, "f", "{}", "{\"status\":\"OK\"}");
	stop(&f);
}

static void poll_before_the_answer_is_403(void **state)
{
	(void)state;
	tells(PYTHON LOOP "    try: next(); r = None\n    except urllib.error.HTTPError as e: r = [e.code, "
			  "json.loads(e.read())['errorType']]\n"
			  "    answer(h, json.dumps(r).encode())\n",
	      "[403, \"InvalidStateTransition\"]");
}

static void init_error_after_the_start_is_403(void **state)
{
	(void)state;
	tells(PYTHON LOOP "    answer(h, str(post('init/error', b'{}')[0]).encode())\n", "403");
}

static void unknown_calls_are_404(void **state)
{
	(void)state;
	tells(PYTHON LOOP "    i = h['Lambda-Runtime-Aws-Request-Id']\n"
			  "    paths = ['invocation/' + i, 'invocation/' + i + '/response/x', 'invocation/next', "
			  "'../../etc/passwd', 'x']\n"
			  "    answer(h, json.dumps([post(p, b'{}')[0] for p in paths]).encode())\n",
	      "[404, 404, 400, 404, 404]");
}

static void response_over_the_limit_is_413_and_fails_the_invocation(void **state)
{
	fixture f;
	outcome o;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	char program[2048];
	(void)state;
	start(&f, NULL, 1);
	(void)snprintf(program, sizeof program,
		       PYTHON LOOP
		       "    r = answer(h, b'x' * 6291557)\n"
		       "    open('%s/status', 'w').write('%%d %%s\\n' %% (r[0], json.loads(r[1])['errorType']))\n",
		       f.folder.path);
	make_function(&f, "large", program, "{\"Timeout\":20}");
	invoke(&f, "large", "{}", &o);
	wait_outcome(&f, &o);
	assert_string_equal(o.error, "Unhandled");
	assert_non_null(strstr(zt_str_text(&o.payload), "\"Function.ResponseSizeTooLarge\""));
	outcome_free(&o);
	wait_lines(&f, "status", 1, &text);
	assert_string_equal(text.p, "413 RequestEntityTooLarge\n");
	stop(&f);
}

/* A client with a time limit of its own gives up a poll and polls again: the invocation goes to the one that waits. */
static void abandoned_poll_gets_no_invocation(void **state)
{
	fixture f;
	outcome o;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	char program[2048];
	(void)state;
	start(&f, NULL, 1);
	(void)snprintf(program, sizeof program,
		       PYTHON "import http.client, select\n"
			      "def poll():\n    c = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
			      "    c.request('GET', '/2018-06-01/runtime/invocation/next'); return c\n"
			      "h, b = next(); answer(h, b)\n"
			      "given_up = poll(); given_up.close()\n"
			      "kept, second = poll(), poll()\n"
			      /* While the end of the first is not noticed yet, whoever comes is refused. */
			      "while kept.sock in select.select([kept.sock, second.sock], [], [])[0]:\n"
			      "    kept, second = second, poll()\n"
			      "assert second.getresponse().status == 403\n"
			      "open('%s/polled', 'w').write('x\\n')\n"
			      "r = kept.getresponse()\n"
			      "answer(r.headers, b'\"kept\"')\n"
			      "time.sleep(100)\n",
		       f.folder.path);
	make_function(&f, "polls", program, NULL);
	expect(&f, "polls", "{}", "{}");
	wait_lines(&f, "polled", 1, &text);
	invoke(&f, "polls", "{}", &o);
	wait_outcome(&f, &o);
	assert_string_equal(zt_str_text(&o.payload), "\"kept\"");
	outcome_free(&o);
	stop(&f);
}

static void one_worker_cannot_answer_for_another(void **state)
{
	fixture f;
	outcome victim;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	char program[2048];
	(void)state;
	start(&f, NULL, 1);
	(void)snprintf(program, sizeof program,
		       PYTHON LOOP
		       "    open('%s/id', 'w').write(h['Lambda-Runtime-Aws-Request-Id'] + '\\n')\n"
		       "    while not os.path.exists('%s/go'): time.sleep(0.005)\n    answer(h, b'\"mine\"')\n",
		       f.folder.path, f.folder.path);
	make_function(&f, "victim", program, "{\"Timeout\":20}");
	(void)snprintf(program, sizeof program,
		       PYTHON LOOP
		       "    i = open('%s/id').read().strip()\n"
		       "    answer(h, str(post('invocation/' + i + '/response', b'\"forged\"')[0]).encode())\n",
		       f.folder.path);
	make_function(&f, "thief", program, NULL);
	invoke(&f, "victim", "{}", &victim);
	wait_lines(&f, "id", 1, &text);
	expect(&f, "thief", "{}", "400");
	(void)snprintf(program, sizeof program, "%s/go", f.folder.path);
	assert_ok(zt_file_write(program, ZT_VIEW_EMPTY, 0600, NULL));
	wait_outcome(&f, &victim);
	assert_string_equal(zt_str_text(&victim.payload), "\"mine\"");
	outcome_free(&victim);
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_request_id_is_400),
		cmocka_unit_test(answer_is_taken_once),
		cmocka_unit_test(accepted_answer_is_aws_s),
		cmocka_unit_test(poll_before_the_answer_is_403),
		cmocka_unit_test(init_error_after_the_start_is_403),
		cmocka_unit_test(unknown_calls_are_404),
		cmocka_unit_test(response_over_the_limit_is_413_and_fails_the_invocation),
		cmocka_unit_test(abandoned_poll_gets_no_invocation),
		cmocka_unit_test(one_worker_cannot_answer_for_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
