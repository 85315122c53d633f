#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "net/loop.h"

static int64_t now_ms(void *context)
{
	return zt_time_now_ms() + ((const fixture *)context)->ahead_ms;
}

static void open_all(fixture *f, const zt_lambda_times *times, unsigned concurrency_max)
{
	static const zt_account account = { "aws", "eu-west-1", "123456789012", "localhost" };
	const zt_clock clock = { now_ms, now_ms, f };
	const zt_lambda_spec spec = { .data_dir = f->folder.path,
				      .endpoint_url = "http://127.0.0.1:1",
				      .concurrency_max = concurrency_max,
				      .times = times ? *times : (zt_lambda_times){ 0 } };
	char path[128];
	zt_error error = { 0 };
	(void)snprintf(path, sizeof path, "%s/registry.db", f->folder.path);
	if (zt_store_open(f->loop, path, &f->store, &error) != ZT_OK ||
	    zt_registry_new(f->store, &account, clock, &f->registry, &error) != ZT_OK ||
	    zt_lambda_new(f->loop, f->registry, &spec, &f->lambda, &error) != ZT_OK)
		fail_msg("%s", error.text);
}

static void close_all(fixture *f)
{
	zt_lambda_free(f->lambda);
	zt_store_close(f->store);
	zt_registry_free(f->registry);
}

static void on_committed(void *context, zt_status status)
{
	*(zt_status *)context = status;
}

static void commit(fixture *f, zt_txn *txn)
{
	zt_status status = ZT_E_AGAIN;
	zt_txn_commit(txn, on_committed, &status);
	while (status == ZT_E_AGAIN)
		assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
	assert_ok(status);
}

static void make_role(fixture *f)
{
	const zt_role_spec spec = { .name = ZT_LIT("role"),
				    .path = ZT_LIT("/"),
				    .trust_document =
					ZT_LIT("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
					       "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},"
					       "\"Action\":\"sts:AssumeRole\"}]}") };
	const zt_role *role;
	zt_error error = { 0 };
	zt_txn *txn;
	assert_ok(zt_txn_begin(f->registry, &txn));
	if (zt_txn_role_create(txn, &spec, &role, &error) != ZT_OK)
		fail_msg("%s", error.text);
	commit(f, txn);
}

void start(fixture *f, const zt_lambda_times *times, unsigned concurrency_max)
{
	(void)signal(SIGPIPE, SIG_IGN);
	*f = (fixture){ .loop = zt_loop_new() };
	zt_temporary_make(&f->folder);
	open_all(f, times, concurrency_max);
	make_role(f);
}

void suspend(fixture *f)
{
	close_all(f);
}

void resume(fixture *f, const zt_lambda_times *times)
{
	open_all(f, times, 0);
}

void restart(fixture *f, const zt_lambda_times *times)
{
	suspend(f);
	resume(f, times);
}

void stop(fixture *f)
{
	close_all(f);
	event_base_free(f->loop);
	zt_temporary_remove(&f->folder);
}

static void write_text(const char *path, const char *text)
{
	assert_ok(zt_file_write(path, zt_view_of(text), 0600, NULL));
}

void make_zip(fixture *f, const char *python, zt_str *out)
{
	char script[128], zip[128], command[512];
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(1 << 20);
	(void)snprintf(script, sizeof script, "%s/make.py", f->folder.path);
	(void)snprintf(zip, sizeof zip, "%s/made.zip", f->folder.path);
	assert_ok(
	    zt_str_printf(&text,
			  "import sys, zipfile, warnings\nwarnings.simplefilter('ignore')\nfolder = sys.argv[2]\n"
			  "def put(z, name, data, mode=0o755, kind=0o100000):\n"
			  "    i = zipfile.ZipInfo(name); i.external_attr = (kind | mode) << 16; i.create_system = 3\n"
			  "    i.compress_type = zipfile.ZIP_DEFLATED\n"
			  "    z.writestr(i, data)\n"
			  "def make(z):\n%s\nwith zipfile.ZipFile(sys.argv[1], 'w') as z: make(z)\n",
			  python));
	write_text(script, text.p);
	(void)snprintf(command, sizeof command, "/usr/bin/python3 %s %s %s", script, zip, f->folder.path);
	int ended = system(command);
	assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
	assert_ok(zt_file_read(zip, out, NULL));
}

static json_t *configuration_of(const char *settings)
{
	zt_error error = { 0 };
	json_t *all = json_pack("{s:s, s:s, s:s}", "Runtime", "provided.al2023", "Handler", "the.handler", "Role",
				"arn:aws:iam::123456789012:role/role");
	json_t *more = NULL;
	assert_ok(zt_json_parse(zt_view_of(settings ? settings : "{}"), &more, &error));
	assert_int_equal(json_object_update(all, more), 0);
	json_decref(more);
	return all;
}

void make_function(fixture *f, const char *name, const char *program, const char *settings)
{
	char path[128];
	zt_package package;
	zt_error error = { 0 };
	zt_txn *txn;
	ZT_CLEANUP(zt_str_free) zt_str zip = ZT_STR(1 << 20);
	ZT_JSON_CLEANUP json_t *configuration = configuration_of(settings);
	(void)snprintf(path, sizeof path, "%s/program", f->folder.path);
	write_text(path, program);
	make_zip(f, "    put(z, 'bootstrap', open(folder + '/program').read())", &zip);
	if (zt_lambda_package(f->lambda, zt_str_view(&zip), &package, &error) != ZT_OK)
		fail_msg("%s", error.text);
	zt_view id = zt_view_of(name);
	assert_ok(zt_txn_begin(f->registry, &txn));
	zt_status status = zt_registry_function(f->registry, id)
			       ? zt_txn_function_update(txn, id, configuration, package.sha256_hex, &error)
			       : zt_txn_function_create(txn, id, configuration, package.sha256_hex, &error);
	if (status != ZT_OK)
		fail_msg("%s", error.text);
	commit(f, txn);
}

void delete_function(fixture *f, const char *name)
{
	zt_txn *txn;
	assert_ok(zt_txn_begin(f->registry, &txn));
	assert_ok(zt_txn_function_delete(txn, zt_view_of(name), NULL));
	commit(f, txn);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	fail_msg("nothing came within %d s", DEADLINE_S);
}

static void turn(fixture *f)
{
	const struct timeval limit = { DEADLINE_S, 0 };
	struct event *deadline = evtimer_new(f->loop, on_deadline, NULL);
	assert_int_equal(event_add(deadline, &limit), 0);
	assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
	event_free(deadline);
}

static void on_outcome(void *context, const zt_invoke_result *result)
{
	outcome *o = context;
	o->status = result->status;
	(void)snprintf(o->error, sizeof o->error, "%s", result->function_error);
	assert_ok(zt_str_put(&o->payload, result->payload));
	assert_ok(zt_str_put(&o->log, result->log_tail));
	o->done++;
}

void invoke(fixture *f, const char *function, const char *payload, outcome *ret)
{
	zt_error error = { 0 };
	*ret = (outcome){ .payload = ZT_STR(8 << 20), .log = ZT_STR(1 << 20) };
	if (zt_lambda_invoke(f->lambda, zt_view_of(function), zt_view_of(payload), on_outcome, ret, &error) != ZT_OK)
		fail_msg("%s", error.text);
	assert_int_equal(ret->done, 0);
}

void wait_outcome(fixture *f, outcome *o)
{
	while (!o->done)
		turn(f);
	assert_int_equal(o->done, 1);
}

void expect(fixture *f, const char *function, const char *payload, const char *answer)
{
	outcome o;
	invoke(f, function, payload, &o);
	wait_outcome(f, &o);
	assert_ok(o.status);
	assert_string_equal(zt_str_text(&o.payload), answer);
	assert_string_equal(o.error, "");
	outcome_free(&o);
}

void outcome_free(outcome *o)
{
	zt_str_free(&o->payload);
	zt_str_free(&o->log);
}

static void on_accepted(void *context, zt_status status)
{
	fixture *f = context;
	f->accepted += status == ZT_OK;
	f->refused += status != ZT_OK;
}

void invoke_event(fixture *f, const char *function, const char *payload)
{
	zt_error error = { 0 };
	if (zt_lambda_invoke_async(f->lambda, zt_view_of(function), zt_view_of(payload), on_accepted, f, &error) !=
	    ZT_OK)
		fail_msg("%s", error.text);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

/* What a program wrote makes no event here, so the loop turns at least that often. */
static struct event *tick(fixture *f)
{
	const struct timeval often = { 0, 5000 };
	struct event *event = event_new(f->loop, -1, EV_PERSIST, on_tick, NULL);
	assert_int_equal(event_add(event, &often), 0);
	return event;
}

static unsigned lines_of(const fixture *f, const char *name, zt_str *text)
{
	char path[128];
	unsigned lines = 0;
	zt_str_clear(text);
	(void)snprintf(path, sizeof path, "%s/%s", f->folder.path, name);
	if (zt_file_read(path, text, NULL) != ZT_OK)
		return 0;
	for (size_t i = 0; i < text->n; i++)
		lines += text->p[i] == '\n';
	return lines;
}

void wait_lines(fixture *f, const char *name, unsigned count, zt_str *ret_text)
{
	struct event *ticking = tick(f);
	const int64_t limit_ms = zt_time_mono_ms() + DEADLINE_S * 1000;
	while (lines_of(f, name, ret_text) < count && zt_time_mono_ms() < limit_ms)
		turn(f);
	event_free(ticking);
	assert_int_equal(lines_of(f, name, ret_text), count);
}

unsigned count_events(const fixture *f)
{
	unsigned count = 0;
	const zt_invocation *row = zt_registry_next_invocation(f->registry, ZT_VIEW_EMPTY);
	for (; row; row = zt_registry_next_invocation(f->registry, zt_view_of(row->request_id)))
		count++;
	return count;
}

void wait_events(fixture *f, unsigned count)
{
	while (count_events(f) != count)
		turn(f);
}
