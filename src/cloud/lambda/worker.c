/* One worker: a child process that speaks AWS's Runtime API to a port of its own. */
#include <ctype.h>
#include <signal.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/lambda/inside.h"

enum {
	PATH_TEXT_MAX = 4096,
	OPEN_FILES = 1024,               /* AWS: file descriptors of an execution environment */
	API_BODY_MAX = 16 * 1024 * 1024, /* so much is read, to say that it is too much */
	API_CONNECTIONS_MAX = 16,
	LOGGED_MAX = 1024,                /* bytes of a line of the function in our log */
	NEVER_IDLE_MS = 24 * 3600 * 1000, /* a poll takes as long as it takes */
};

void zt_worker_set_timer(zt_worker *worker, unsigned ms)
{
	const struct timeval in = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	/* Without memory for a timer the worker has no deadline; its process still ends with ours. */
	(void)event_add(worker->timer, &in);
}

/* ---- the end of an invocation ---- */

static void end_job(zt_worker *worker, zt_invoke_result result)
{
	zt_job *job = ZT_STEAL(worker->job);
	if (!job)
		return;
	/* What it wrote before it answered is in the pipe by now. */
	zt_child_drain(worker->child);
	result.log_tail = zt_str_view(&worker->log_tail);
	/* AWS counts the time up to the next poll as the invocation's. */
	zt_worker_set_timer(worker, worker->timeout_s * 1000);
	zt_job_end(job, &result);
}

void zt_worker_end_job(zt_worker *worker, const char *function_error, zt_view payload)
{
	end_job(worker, (zt_invoke_result){ .status = ZT_OK, .function_error = function_error, .payload = payload });
}

void zt_worker_end_job_with(zt_worker *worker, const char *type, const char *message)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ZT_LAMBDA_ERROR_MAX);
	bool said = zt_lambda_error_json(type, message, &json) == ZT_OK;
	zt_worker_end_job(worker, "Unhandled", said ? zt_str_view(&json) : ZT_LIT("{}"));
}

/* ---- what it writes ---- */

/* Into the function's log group, as AWS does; a worker whose environment is not made yet has no stream. */
static void write_log(const zt_worker *worker, zt_view line)
{
	char group[128];
	zt_logs *logs = worker->pool->lambda->logs;
	(void)snprintf(group, sizeof group, "/aws/lambda/%s", worker->pool->function);
	if (logs && worker->log_stream[0])
		zt_logs_write(logs, zt_view_of(group), zt_view_of(worker->log_stream), line);
}

/* Keeps the last bytes; a line of the worker is also a line of our log. */
static void on_line(void *context, zt_view line)
{
	zt_worker *worker = context;
	zt_str *tail = &worker->log_tail;
	const zt_view start = zt_view_make(line.p, line.n < LOGGED_MAX ? line.n : LOGGED_MAX);
	LOG_INFO("lambda", "the function says", ZT_KV_STR("function", worker->pool->function), ZT_KV_V("line", start));
	write_log(worker, line);
	if (line.n >= ZT_LAMBDA_LOG_TAIL_MAX)
		line = zt_view_from(line, line.n - (ZT_LAMBDA_LOG_TAIL_MAX - 1));
	if (tail->n + line.n + 1 > ZT_LAMBDA_LOG_TAIL_MAX) {
		size_t drop = tail->n + line.n + 1 - ZT_LAMBDA_LOG_TAIL_MAX;
		memmove(tail->p, tail->p + drop, tail->n - drop);
		tail->n -= drop;
	}
	if (zt_str_put(tail, line) != ZT_OK || zt_str_put_u8(tail, '\n') != ZT_OK)
		zt_str_clear(tail);
}

/* ---- the end of the process ---- */

/* In the words of AWS's runtime interface: "exit status 1", "signal: killed". */
static void describe_exit(int exit_status, char *text, size_t cap)
{
	if (exit_status == 0)
		(void)snprintf(text, cap, "Runtime exited without providing a reason");
	else if (exit_status < 128)
		(void)snprintf(text, cap, "Runtime exited with error: exit status %d", exit_status);
	else
		(void)snprintf(text, cap, "Runtime exited with error: signal: %s", strsignal(exit_status - 128));
	char *name = strstr(text, "signal: ");
	if (name)
		name[8] = (char)tolower((unsigned char)name[8]);
}

static void report_timeout(zt_worker *worker)
{
	char stamp[ZT_TIME_TEXT_MAX], message[160];
	zt_time_iso8601_ms(zt_registry_now_ms(worker->pool->lambda->registry), stamp);
	(void)snprintf(message, sizeof message, "%s %s Task timed out after %u.00 seconds", stamp,
		       worker->job->request_id, worker->timeout_s);
	write_log(worker, zt_view_of(message));
	zt_worker_end_job_with(worker, "Sandbox.Timedout", message);
}

static void report_exit(zt_worker *worker, int exit_status)
{
	char reason[96], message[160];
	describe_exit(exit_status, reason, sizeof reason);
	(void)snprintf(message, sizeof message, "RequestId: %s Error: %s", worker->job->request_id, reason);
	write_log(worker, zt_view_of(message));
	zt_worker_end_job_with(worker, "Runtime.ExitError", message);
}

/* Ended before its first poll: the invocation that it was started for fails as AWS says. */
static void report_init_failure(zt_worker *worker, int exit_status)
{
	char reason[96];
	describe_exit(exit_status, reason, sizeof reason);
	write_log(worker, worker->timed_out ? ZT_LIT("INIT_REPORT Status: timeout") : zt_view_of(reason));
	if (worker->init_error.n)
		zt_pool_fail_oldest_with(worker->pool, zt_str_view(&worker->init_error));
	else if (worker->timed_out)
		zt_pool_fail_oldest(worker->pool, "Sandbox.Timedout", "the function was not ready in time");
	else
		zt_pool_fail_oldest(worker->pool, "Runtime.ExitError", reason);
}

static void on_ended(void *context, int exit_status)
{
	zt_worker *worker = context;
	zt_lambda *lambda = worker->pool->lambda;
	LOG_DEBUG("lambda", "a worker ended", ZT_KV_STR("function", worker->pool->function),
		  ZT_KV_INT("status", exit_status));
	if (worker->job && worker->timed_out)
		report_timeout(worker);
	else if (worker->job)
		report_exit(worker, exit_status);
	else if (!worker->ready && !worker->retired)
		report_init_failure(worker, exit_status);
	zt_worker_free(worker);
	zt_pools_pump_soon(lambda);
}

/* Whatever it does lasts too long: init, an invocation, or doing nothing. */
static void on_time_over(evutil_socket_t fd, short what, void *context)
{
	zt_worker *worker = context;
	(void)fd;
	(void)what;
	worker->timed_out = worker->job || !worker->ready;
	if (worker->timed_out)
		LOG_WARNING("lambda", worker->job ? "an invocation timed out" : "a worker did not start in time",
			    ZT_KV_STR("function", worker->pool->function));
	else
		worker->retired = true;
	zt_child_signal(worker->child, SIGKILL);
}

/* ---- starting ---- */

static zt_status open_api(zt_worker *worker, zt_error *ret_error)
{
	struct event_base *loop = worker->pool->lambda->loop;
	const zt_http_server_spec server = { .handler = zt_runtime_api,
					     .context = worker,
					     .body_max = API_BODY_MAX,
					     .connections_max = API_CONNECTIONS_MAX,
					     .idle_ms = NEVER_IDLE_MS };
	const zt_listener_spec listener = { .address = "127.0.0.1" };
	TRY(zt_http_server_new(loop, &server, &worker->server, ret_error));
	return zt_listener_new(loop, &listener, zt_http_accept, worker->server, &worker->listener, ret_error);
}

static zt_status prepare(zt_worker *worker, const zt_function *function, zt_str *ret_folder, char ***ret_environment,
			 zt_error *ret_error)
{
	zt_lambda *lambda = worker->pool->lambda;
	worker->timeout_s = zt_function_number(function, "Timeout", 3);
	worker->timer = event_new(lambda->loop, -1, 0, on_time_over, worker);
	if (!worker->timer)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make a timer");
	TRY(open_api(worker, ret_error));
	TRY(zt_package_open(lambda->dir, function->code_sha256, ret_folder, ret_error));
	return zt_environment_make(worker, function, zt_str_text(ret_folder), ret_environment, ret_error);
}

static zt_status launch(zt_worker *worker, const char *folder, char **environment, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str program = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&program, folder, "bootstrap"));
	char *argv[] = { program.p, NULL };
	const zt_child_spec spec = {
		.process = { .path = program.p,
			     .argv = argv,
			     .envp = environment,
			     .directory = folder,
			     .stdin_fd = -1,
			     .die_with_parent = true,
			     .no_core = true,
			     .open_files_max = OPEN_FILES,
			     .new_group = true },
		.line = on_line,
		.ended = on_ended,
		.context = worker,
	};
	return zt_child_start(worker->pool->lambda->loop, &spec, &worker->child, ret_error);
}

static zt_start_result start(zt_worker *worker, const zt_function *function, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(PATH_TEXT_MAX);
	char **environment = NULL;
	if ((ret_error->status = prepare(worker, function, &folder, &environment, ret_error)) != ZT_OK)
		return ZT_START_SYSTEM_ERROR;
	ret_error->status = launch(worker, zt_str_text(&folder), environment, ret_error);
	zt_environment_free(environment);
	if (ret_error->status == ZT_E_NOMEM || ret_error->status == ZT_E_UNAVAILABLE)
		return ZT_START_SYSTEM_ERROR;
	if (ret_error->status != ZT_OK)
		return ZT_START_BAD_ENTRYPOINT;
	zt_worker_set_timer(worker, worker->pool->lambda->times.init_ms);
	return ZT_START_OK;
}

zt_start_result zt_worker_start(zt_pool *pool, const zt_function *function, zt_error *ret_error)
{
	zt_worker *worker = calloc(1, sizeof *worker);
	if (!worker) {
		(void)zt_error_set(ret_error, ZT_E_NOMEM, "no memory for a worker");
		return ZT_START_SYSTEM_ERROR;
	}
	*worker = (zt_worker){ .pool = pool,
			       .log_tail = ZT_STR(ZT_LAMBDA_LOG_TAIL_MAX),
			       .init_error = ZT_STR(ZT_LAMBDA_ERROR_MAX) };
	TAILQ_INSERT_TAIL(&pool->workers, worker, entry);
	zt_start_result result = start(worker, function, ret_error);
	if (result != ZT_START_OK)
		zt_worker_free(worker);
	return result;
}

void zt_worker_retire(zt_worker *worker)
{
	worker->retired = true;
	/* One that works on ends when it polls again, or at its deadline. */
	if (worker->poll || !worker->ready)
		zt_child_signal(worker->child, SIGKILL);
}

void zt_worker_free(zt_worker *worker)
{
	if (worker->job)
		end_job(worker, (zt_invoke_result){ .status = ZT_E_CANCELLED, .function_error = "" });
	TAILQ_REMOVE(&worker->pool->workers, worker, entry);
	zt_listener_free(worker->listener);
	if (worker->poll)
		zt_http_drop(worker->poll);
	zt_http_server_free(worker->server);
	zt_child_free(worker->child, ZT_LAMBDA_STOP_MS);
	if (worker->timer)
		event_free(worker->timer);
	zt_str_free(&worker->log_tail);
	zt_str_free(&worker->init_error);
	free(worker);
}

/* ---- work ---- */

bool zt_worker_is_idle(zt_worker *worker)
{
	if (worker->retired || worker->job || !worker->poll || !zt_http_exchange_is_open(worker->poll))
		return false;
	const int64_t left_ms = worker->credentials_until_ms - zt_registry_now_ms(worker->pool->lambda->registry);
	if (left_ms > ((int64_t)worker->timeout_s + 60) * 1000)
		return true;
	/* Another one with credentials of its own takes its place. */
	zt_worker_retire(worker);
	return false;
}

/* The payload of an event is its row's. */
static zt_view payload_of(const zt_job *job)
{
	if (!job->is_event)
		return zt_str_view(&job->payload);
	const zt_invocation *row = zt_registry_invocation(job->lambda->registry, zt_view_of(job->request_id));
	return row ? zt_view_make(row->payload, row->payload_n) : ZT_LIT("{}");
}

/* X-Ray's form; nothing here samples. The request id is random enough for all of it. */
static void trace_of(const zt_job *job, int64_t now_ms, char *text, size_t cap)
{
	const char *id = job->request_id;
	(void)snprintf(text, cap, "Root=1-%08llx-%.8s%.4s%.12s;Parent=%.4s%.12s;Sampled=0",
		       (unsigned long long)(now_ms / 1000), id, id + 9, id + 24, id + 19, id + 24);
}

void zt_worker_give(zt_worker *worker, zt_job *job)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(512);
	const zt_registry *registry = job->lambda->registry;
	const int64_t now_ms = zt_registry_now_ms(registry);
	char deadline[24], trace[128];
	worker->job = job;
	zt_str_clear(&worker->log_tail);
	if (zt_account_function_arn(zt_registry_account(registry), zt_view_of(job->function), &arn) != ZT_OK) {
		end_job(worker, (zt_invoke_result){ .status = ZT_E_NOMEM, .function_error = "" });
		return;
	}
	(void)snprintf(deadline, sizeof deadline, "%lld", (long long)(now_ms + (int64_t)worker->timeout_s * 1000));
	trace_of(job, now_ms, trace, sizeof trace);
	const zt_http_header headers[] = {
		{ ZT_LIT("Content-Type"), ZT_LIT("application/json") },
		{ ZT_LIT("Lambda-Runtime-Aws-Request-Id"), zt_view_of(job->request_id) },
		{ ZT_LIT("Lambda-Runtime-Deadline-Ms"), zt_view_of(deadline) },
		{ ZT_LIT("Lambda-Runtime-Invoked-Function-Arn"), zt_str_view(&arn) },
		{ ZT_LIT("Lambda-Runtime-Trace-Id"), zt_view_of(trace) },
	};
	zt_worker_set_timer(worker, worker->timeout_s * 1000);
	zt_http_respond(ZT_STEAL(worker->poll), 200, headers, ZT_COUNT(headers), payload_of(job));
}
