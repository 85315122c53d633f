/* One worker: a child process that speaks AWS's Runtime API to a port of its own, so that none can answer for another.
 * Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes". */
#include <signal.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/lambda/inside.h"

enum { PATH_TEXT_MAX = 4096, ERROR_MAX = 8192, OPEN_FILES = 1024, NEVER_IDLE_MS = 24 * 3600 * 1000 };

#define API "/2018-06-01/runtime/"

zt_status zt_lambda_error_json(const char *type, const char *message, zt_str *out)
{
	ZT_JSON_CLEANUP json_t *json = json_pack("{s:s, s:s}", "errorMessage", message, "errorType", type);
	ENSURE(json, ZT_E_NOMEM);
	return zt_json_write(json, out);
}

static void set_timer(zt_worker *worker, int64_t ms)
{
	const struct timeval in = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000 * 1000) };
	(void)event_add(worker->timer, &in);
}

/* ---- the end of an invocation ---- */

static void end_job(zt_worker *worker, const char *function_error, zt_view payload)
{
	zt_job *job = ZT_STEAL(worker->job);
	if (!job)
		return;
	zt_child_drain(worker->child);
	const zt_invoke_result result = { .status = ZT_OK,
					  .function_error = function_error,
					  .payload = payload,
					  .log_tail = zt_str_view(&worker->log_tail) };
	/* AWS counts the time up to the next poll as the invocation's. */
	set_timer(worker, (int64_t)worker->timeout_s * 1000);
	zt_job_end(worker->lambda, job, &result);
}

static void end_job_with(zt_worker *worker, const char *type, const char *message)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ERROR_MAX);
	if (zt_lambda_error_json(type, message, &json) == ZT_OK)
		end_job(worker, "Unhandled", zt_str_view(&json));
}

/* ---- the Runtime API ---- */

static void answer_error(zt_http_exchange *exchange, unsigned status, const char *type, const char *message)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ERROR_MAX);
	if (zt_lambda_error_json(type, message, &json) == ZT_OK)
		zt_http_respond_json(exchange, status, zt_str_view(&json));
	else
		zt_http_drop(exchange);
}

static void answer_accepted(zt_http_exchange *exchange)
{
	zt_http_respond_json(exchange, 202, ZT_LIT("{\"status\":\"OK\"}"));
}

static void poll_came(zt_worker *worker, zt_http_exchange *exchange)
{
	if (worker->job || (worker->poll && zt_http_exchange_is_open(worker->poll))) {
		answer_error(exchange, 403, "InvalidStateTransition", "Transition from Ready to Ready is not allowed");
		return;
	}
	if (worker->poll)
		zt_http_drop(ZT_STEAL(worker->poll));
	worker->poll = exchange;
	worker->ready = true;
	set_timer(worker, ZT_LAMBDA_IDLE_MS);
	if (worker->retired)
		zt_child_signal(worker->child, SIGKILL);
	zt_lambda_pump_soon(worker->lambda);
}

static void response_came(zt_worker *worker, zt_http_exchange *exchange)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(ZT_LAMBDA_PAYLOAD_MAX + 1024);
	zt_view body = zt_http_exchange_request(exchange)->body;
	if (body.n > ZT_LAMBDA_PAYLOAD_MAX) {
		answer_error(exchange, 413, "RequestEntityTooLarge",
			     "Exceeded maximum allowed payload size (6291556 bytes).");
		end_job_with(worker, "Function.ResponseSizeTooLarge",
			     "Response payload size exceeded maximum allowed payload size");
		return;
	}
	/* The body is the exchange's and goes with the answer. */
	bool copied = zt_str_put(&payload, body) == ZT_OK;
	answer_accepted(exchange);
	if (copied)
		end_job(worker, "", zt_str_view(&payload));
	else
		end_job_with(worker, "Runtime.ExitError", "out of memory");
}

static void error_came(zt_worker *worker, zt_http_exchange *exchange)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(ZT_LAMBDA_PAYLOAD_MAX + 1024);
	bool copied = zt_str_put(&payload, zt_http_exchange_request(exchange)->body) == ZT_OK;
	answer_accepted(exchange);
	if (copied)
		end_job(worker, "Unhandled", zt_str_view(&payload));
	else
		end_job_with(worker, "Runtime.ExitError", "out of memory");
}

/* "<request id>/response" or "/error" of the invocation that runs. */
static void outcome_came(zt_worker *worker, zt_http_exchange *exchange, zt_view rest)
{
	zt_view id;
	if (!zt_view_split(&rest, '/', &id) || !worker->job || !zt_view_equal(id, zt_view_of(worker->job->request_id)))
		answer_error(exchange, 400, "InvalidRequestID", "Invalid request ID");
	else if (zt_view_equal(rest, ZT_LIT("response")))
		response_came(worker, exchange);
	else if (zt_view_equal(rest, ZT_LIT("error")))
		error_came(worker, exchange);
	else
		answer_error(exchange, 404, "NotFound", "there is no such call");
}

static void init_error_came(zt_worker *worker, zt_http_exchange *exchange)
{
	zt_str_clear(&worker->init_error);
	if (worker->ready) {
		answer_error(exchange, 403, "InvalidStateTransition", "the init phase is over");
		return;
	}
	if (zt_str_put(&worker->init_error, zt_http_exchange_request(exchange)->body) != ZT_OK)
		zt_str_clear(&worker->init_error);
	answer_accepted(exchange);
}

static void request_came(void *context, zt_http_exchange *exchange)
{
	zt_worker *worker = context;
	const zt_http_request *request = zt_http_exchange_request(exchange);
	zt_view path = request->path;
	bool post = zt_view_equal(request->method, ZT_LIT("POST"));
	if (!post && zt_view_equal(path, ZT_LIT(API "invocation/next")))
		poll_came(worker, exchange);
	else if (post && zt_view_equal(path, ZT_LIT(API "init/error")))
		init_error_came(worker, exchange);
	else if (post && zt_view_take_prefix(&path, ZT_LIT(API "invocation/")))
		outcome_came(worker, exchange, path);
	else
		answer_error(exchange, 404, "NotFound", "there is no such call");
}

/* ---- the process ---- */

/* Keeps the last bytes; a line of the worker is also a line of our log. */
static void line_came(void *context, zt_view line)
{
	zt_worker *worker = context;
	zt_str *tail = &worker->log_tail;
	LOG_INFO("lambda", "the function says", ZT_KV_STR("function", worker->function), ZT_KV_V("line", line));
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

/* Ended before its first poll: the invocation that it was started for fails as AWS says. */
static void report_init_failure(zt_worker *worker, int exit_status)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ERROR_MAX);
	char message[128];
	zt_view payload = zt_str_view(&worker->init_error);
	(void)snprintf(message, sizeof message, "Error: Runtime exited with exit status %d during init", exit_status);
	if (payload.n == 0 &&
	    zt_lambda_error_json(worker->timed_out ? "Sandbox.Timedout" : "Runtime.ExitError", message, &json) == ZT_OK)
		payload = zt_str_view(&json);
	zt_lambda_fail_oldest(worker->lambda, worker->function, payload);
}

static void process_ended(void *context, int exit_status)
{
	zt_worker *worker = context;
	zt_lambda *lambda = worker->lambda;
	char message[256], stamp[ZT_TIME_TEXT_MAX];
	LOG_DEBUG("lambda", "a worker ended", ZT_KV_STR("function", worker->function), ZT_KV_INT("exit", exit_status));
	if (worker->job && worker->timed_out) {
		zt_time_iso8601_ms(zt_time_now_ms(), stamp);
		(void)snprintf(message, sizeof message, "%s %s Task timed out after %u.00 seconds", stamp,
			       worker->job->request_id, worker->timeout_s);
		end_job_with(worker, "Sandbox.Timedout", message);
	} else if (worker->job) {
		(void)snprintf(message, sizeof message,
			       "RequestId: %s Error: Runtime exited with error: exit status %d",
			       worker->job->request_id, exit_status);
		end_job_with(worker, "Runtime.ExitError", message);
	} else if (!worker->ready && !worker->retired) {
		report_init_failure(worker, exit_status);
	}
	zt_worker_free(worker);
	zt_lambda_pump_soon(lambda);
}

/* Whatever it does lasts too long: init, an invocation, or doing nothing. */
static void time_over(evutil_socket_t fd, short what, void *context)
{
	zt_worker *worker = context;
	(void)fd;
	(void)what;
	worker->timed_out = worker->job || !worker->ready;
	worker->retired |= !worker->timed_out;
	if (worker->timed_out)
		LOG_WARNING("lambda", worker->job ? "an invocation timed out" : "a worker did not start in time",
			    ZT_KV_STR("function", worker->function));
	zt_child_signal(worker->child, SIGKILL);
}

static zt_status open_api(zt_worker *worker, zt_error *ret_error)
{
	const zt_http_server_spec server = { .handler = request_came,
					     .context = worker,
					     .body_max = ZT_LAMBDA_BODY_MAX,
					     .connections_max = 16,
					     .idle_ms = NEVER_IDLE_MS };
	const zt_listener_spec listener = { .address = "127.0.0.1" };
	TRY(zt_http_server_new(worker->lambda->loop, &server, &worker->server, ret_error));
	return zt_listener_new(worker->lambda->loop, &listener, zt_http_accept, worker->server, &worker->listener,
			       ret_error);
}

static zt_status start_process(zt_worker *worker, const zt_function *function, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(PATH_TEXT_MAX), program = ZT_STR(PATH_TEXT_MAX);
	char **environment;
	TRY(zt_package_open(worker->lambda->dir, function->code_sha256, &folder, ret_error));
	TRY(zt_path_join(&program, zt_str_text(&folder), "bootstrap"));
	TRY(zt_environment_make(worker, function, zt_str_text(&folder), &environment, ret_error));
	char *argv[] = { program.p, NULL };
	const zt_child_spec spec = {
		.process = { .path = program.p,
			     .argv = argv,
			     .envp = environment,
			     .directory = zt_str_text(&folder),
			     .stdin_fd = -1,
			     .die_with_parent = true,
			     .no_core = true,
			     .open_files_max = OPEN_FILES,
			     .new_group = true },
		.line = line_came,
		.ended = process_ended,
		.context = worker,
	};
	zt_status status = zt_child_start(worker->lambda->loop, &spec, &worker->child, ret_error);
	zt_environment_free(environment);
	return status;
}

static zt_status set_up(zt_worker *worker, const zt_function *function, zt_error *ret_error)
{
	TRY(zt_text_copy(worker->function, sizeof worker->function, zt_view_of(function->name)));
	worker->timeout_s = zt_function_number(function, "Timeout", 3);
	worker->timer = event_new(worker->lambda->loop, -1, 0, time_over, worker);
	ENSURE(worker->timer, ZT_E_NOMEM);
	TRY(open_api(worker, ret_error));
	TRY(start_process(worker, function, ret_error));
	set_timer(worker, ZT_LAMBDA_INIT_MS);
	return ZT_OK;
}

zt_status zt_worker_start(zt_lambda *lambda, const zt_function *function, zt_error *ret_error)
{
	zt_worker *worker = calloc(1, sizeof *worker);
	ENSURE(worker, ZT_E_NOMEM);
	*worker = (zt_worker){ .lambda = lambda,
			       .log_tail = ZT_STR(ZT_LAMBDA_LOG_TAIL_MAX),
			       .init_error = ZT_STR(ERROR_MAX) };
	TAILQ_INSERT_TAIL(&lambda->workers, worker, entry);
	zt_status status = set_up(worker, function, ret_error);
	if (status != ZT_OK)
		zt_worker_free(worker);
	return status;
}

void zt_worker_free(zt_worker *worker)
{
	TAILQ_REMOVE(&worker->lambda->workers, worker, entry);
	zt_listener_free(worker->listener);
	if (worker->poll)
		zt_http_drop(worker->poll);
	zt_http_server_free(worker->server);
	zt_child_free(worker->child, ZT_LAMBDA_STOP_MS);
	if (worker->timer)
		event_free(worker->timer);
	zt_job_leave(worker->job);
	zt_str_free(&worker->log_tail);
	zt_str_free(&worker->init_error);
	free(worker);
}

/* ---- work ---- */

bool zt_worker_is_idle(zt_worker *worker)
{
	zt_lambda *lambda = worker->lambda;
	if (worker->retired || worker->job || !worker->poll || !zt_http_exchange_is_open(worker->poll))
		return false;
	if (worker->credentials_until_ms - zt_registry_now_ms(lambda->registry) >
	    (int64_t)worker->timeout_s * 1000 + ZT_LAMBDA_INIT_MS)
		return true;
	zt_worker_retire(worker);
	return false;
}

static zt_status next_headers(const zt_worker *worker, const zt_job *job, zt_str *arn, zt_str *trace, char deadline[24])
{
	TRY(zt_account_function_arn(zt_registry_account(worker->lambda->registry), zt_view_of(job->function), arn));
	(void)snprintf(deadline, 24, "%lld", (long long)(zt_time_now_ms() + (int64_t)worker->timeout_s * 1000));
	/* X-Ray's form; nothing here samples. */
	return zt_str_printf(trace, "Root=1-%08llx-%.8s%.4s%.12s;Parent=%.8s%.8s;Sampled=0",
			     (unsigned long long)(zt_time_now_ms() / 1000), job->request_id, job->request_id + 9,
			     job->request_id + 24, job->request_id + 24, job->request_id);
}

void zt_worker_give(zt_worker *worker, zt_job *job)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(512), trace = ZT_STR(128);
	zt_http_exchange *poll = ZT_STEAL(worker->poll);
	char deadline[24];
	worker->job = job;
	zt_str_clear(&worker->log_tail);
	if (next_headers(worker, job, &arn, &trace, deadline) != ZT_OK) {
		zt_http_drop(poll);
		end_job_with(worker, "Runtime.ExitError", "out of memory");
		return;
	}
	const zt_http_header headers[] = {
		{ ZT_LIT("Content-Type"), ZT_LIT("application/json") },
		{ ZT_LIT("Lambda-Runtime-Aws-Request-Id"), zt_view_of(job->request_id) },
		{ ZT_LIT("Lambda-Runtime-Deadline-Ms"), zt_view_of(deadline) },
		{ ZT_LIT("Lambda-Runtime-Invoked-Function-Arn"), zt_str_view(&arn) },
		{ ZT_LIT("Lambda-Runtime-Trace-Id"), zt_str_view(&trace) },
	};
	set_timer(worker, (int64_t)worker->timeout_s * 1000);
	zt_http_respond(poll, 200, headers, ZT_COUNT(headers), zt_str_view(&job->payload));
}

void zt_worker_retire(zt_worker *worker)
{
	if (worker->retired)
		return;
	worker->retired = true;
	if (!worker->job)
		zt_child_signal(worker->child, SIGKILL);
}
