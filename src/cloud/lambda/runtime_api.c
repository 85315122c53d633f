/* What a worker asks and answers. Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom
 * runtimes"; error types as AWS's runtime interface emulator has them. */
#include "base/json.h"
#include "cloud/lambda/inside.h"

enum { LEAVE_MS = 1000 /* for a worker that said it cannot begin */ };

#define API "/2018-06-01/runtime/"

zt_status zt_lambda_error_json(const char *type, const char *message, zt_str *out)
{
	ZT_JSON_CLEANUP json_t *json = json_pack("{s:s, s:s}", "errorMessage", message, "errorType", type);
	ENSURE(json, ZT_E_NOMEM);
	return zt_json_write(json, out);
}

static void answer_error(zt_http_exchange *exchange, unsigned status, const char *type, const char *message)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ZT_LAMBDA_ERROR_MAX);
	if (zt_lambda_error_json(type, message, &json) == ZT_OK)
		zt_http_respond_json(exchange, status, zt_str_view(&json));
	else
		zt_http_drop(exchange);
}

static void answer_accepted(zt_http_exchange *exchange)
{
	zt_http_respond_json(exchange, 202, ZT_LIT("{\"status\":\"OK\"}"));
}

static void on_poll(zt_worker *worker, zt_http_exchange *exchange)
{
	if (worker->job) {
		answer_error(exchange, 403, "InvalidStateTransition", "the invocation in hand has no answer yet");
		return;
	}
	if (worker->poll && zt_http_exchange_is_open(worker->poll)) {
		answer_error(exchange, 403, "InvalidStateTransition", "there is a poll already");
		return;
	}
	/* Its client has given the earlier one up. */
	if (worker->poll)
		zt_http_drop(worker->poll);
	worker->poll = exchange;
	worker->ready = true;
	zt_worker_set_timer(worker, worker->pool->lambda->times.idle_ms);
	if (worker->retired)
		zt_worker_retire(worker);
	zt_pools_pump_soon(worker->pool->lambda);
}

/* Tells the worker first, then whoever waits: the body is the exchange's and goes with the answer. */
static void on_outcome(zt_worker *worker, zt_http_exchange *exchange, const char *function_error)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(ZT_LAMBDA_RESPONSE_MAX);
	zt_status copied = zt_str_put(&payload, zt_http_exchange_request(exchange)->body);
	if (copied == ZT_OK) {
		answer_accepted(exchange);
		zt_worker_end_job(worker, function_error, zt_str_view(&payload));
	} else if (copied == ZT_E_LIMIT) {
		static const char too_large[] =
		    "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
		answer_error(exchange, 413, "RequestEntityTooLarge", too_large);
		zt_worker_end_job_with(worker, "Function.ResponseSizeTooLarge", too_large);
	} else {
		answer_error(exchange, 500, "InternalServerError", "out of memory");
		zt_worker_end_job_with(worker, "Runtime.ExitError", "out of memory");
	}
}

static void on_init_error(zt_worker *worker, zt_http_exchange *exchange)
{
	if (worker->ready) {
		answer_error(exchange, 403, "InvalidStateTransition", "the init phase is over");
		return;
	}
	zt_str_clear(&worker->init_error);
	if (zt_str_put(&worker->init_error, zt_http_exchange_request(exchange)->body) != ZT_OK)
		zt_str_clear(&worker->init_error);
	answer_accepted(exchange);
	zt_worker_set_timer(worker, LEAVE_MS);
}

/* "<request id>/response" or "<request id>/error". */
static void on_invocation(zt_worker *worker, zt_http_exchange *exchange, zt_view rest)
{
	zt_view id;
	if (!zt_view_split(&rest, '/', &id) || !worker->job || !zt_view_equal(id, zt_view_of(worker->job->request_id)))
		answer_error(exchange, 400, "InvalidRequestID", "Invalid request ID");
	else if (zt_view_equal(rest, ZT_LIT("response")))
		on_outcome(worker, exchange, "");
	else if (zt_view_equal(rest, ZT_LIT("error")))
		on_outcome(worker, exchange, "Unhandled");
	else
		answer_error(exchange, 404, "NotFound", "there is no such call");
}

void zt_runtime_api(void *context, zt_http_exchange *exchange)
{
	zt_worker *worker = context;
	const zt_http_request *request = zt_http_exchange_request(exchange);
	zt_view path = request->path;
	bool get = zt_view_equal(request->method, ZT_LIT("GET")), post = zt_view_equal(request->method, ZT_LIT("POST"));
	if (get && zt_view_equal(path, ZT_LIT(API "invocation/next")))
		on_poll(worker, exchange);
	else if (post && zt_view_equal(path, ZT_LIT(API "init/error")))
		on_init_error(worker, exchange);
	else if (post && zt_view_take_prefix(&path, ZT_LIT(API "invocation/")))
		on_invocation(worker, exchange, path);
	else
		answer_error(exchange, 404, "NotFound", "there is no such call");
}
