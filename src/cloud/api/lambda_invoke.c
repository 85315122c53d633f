/* Invoke: synchronous, asynchronous and as a rehearsal (AWS Lambda API reference). */
#include "base/codec.h"
#include "base/json.h"
#include "cloud/api/front.h"
#include "cloud/api/lambda_words.h"
#include "cloud/api/tables.h"

enum {
	SYNC_PAYLOAD_MAX = 6 * 1024 * 1024,
	ASYNC_PAYLOAD_MAX = 1024 * 1024,
	LOG_RESULT_MAX = 8 * 1024, /* 4 KB in base64 */
};

static void fail_invocation(zt_call *call, zt_status status)
{
	zt_error error = { 0 };
	if (status == ZT_E_THROTTLED)
		(void)zt_error_coded(&error, status, "TooManyRequestsException", "Rate Exceeded.");
	else
		(void)zt_error_set(&error, status, "the function could not be run: %s", zt_status_text(status));
	zt_call_finish(call, status, &error);
}

static bool wants_log(const zt_call *call)
{
	return zt_view_equal(zt_http_header_of(call->request, "x-amz-log-type"), ZT_LIT("Tail"));
}

static zt_status fill_reply(zt_call *call, const zt_invoke_result *result)
{
	TRY(zt_call_reply_header(call, "X-Amz-Executed-Version", ZT_LIT("$LATEST")));
	if (result->function_error[0])
		TRY(zt_call_reply_header(call, "X-Amz-Function-Error", zt_view_of(result->function_error)));
	if (wants_log(call)) {
		ZT_CLEANUP(zt_str_free) zt_str log = ZT_STR(LOG_RESULT_MAX);
		TRY(zt_base64_encode(result->log_tail, &log));
		TRY(zt_call_reply_header(call, "X-Amz-Log-Result", zt_str_view(&log)));
	}
	return zt_call_reply_blob(call, result->payload);
}

static void invoked(void *context, const zt_invoke_result *result)
{
	zt_call *call = context;
	if (result->status != ZT_OK) {
		fail_invocation(call, result->status);
		return;
	}
	zt_status status = fill_reply(call, result);
	const zt_error error = { .status = status };
	zt_call_finish(call, status, &error);
}

static void accepted(void *context, zt_status status)
{
	zt_call *call = context;
	if (status == ZT_OK)
		zt_call_finish(call, ZT_OK, NULL);
	else
		fail_invocation(call, status);
}

static zt_status check_payload(const zt_call *call, zt_view payload, size_t max, zt_error *ret_error)
{
	zt_error cause = { 0 };
	ZT_JSON_CLEANUP json_t *parsed = NULL;
	if (payload.n > max)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "RequestTooLargeException",
				      "%zu byte payload is too large for the %s invocation type (limit %zu bytes)",
				      payload.n, max == ASYNC_PAYLOAD_MAX ? "Event" : "RequestResponse", max);
	if (zt_json_parse(payload, &parsed, &cause) != ZT_OK)
		return zt_error_coded(ret_error, ZT_E_INVALID, call->service->malformed,
				      "Could not parse request body into json: %s", cause.text);
	return ZT_OK;
}

static zt_status invoke(zt_call *call, zt_error *ret_error)
{
	enum { REQUEST_RESPONSE, EVENT, DRY_RUN };
	static const char *const types[] = { "RequestResponse", "Event", "DryRun", NULL };
	const zt_function *function;
	unsigned type = REQUEST_RESPONSE;
	zt_view payload = zt_view_trim(call->request->body);
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_word_index("invocationType", zt_http_header_of(call->request, "x-amz-invocation-type"), types, &type,
			  ret_error));
	if (payload.n == 0)
		payload = ZT_LIT("{}");
	TRY(check_payload(call, payload, type == EVENT ? ASYNC_PAYLOAD_MAX : SYNC_PAYLOAD_MAX, ret_error));
	if (type == DRY_RUN) {
		call->status = 204;
		return ZT_OK;
	}
	zt_lambda *lambda = call->api->spec.lambda;
	zt_call_defer(call);
	if (type == REQUEST_RESPONSE)
		return zt_lambda_invoke(lambda, zt_view_of(function->name), payload, invoked, call, ret_error);
	call->status = 202;
	TRY(zt_call_reply_blob(call, ZT_VIEW_EMPTY));
	return zt_lambda_invoke_async(lambda, zt_view_of(function->name), payload, accepted, call, ret_error);
}

static const zt_operation rows[] = {
	{ ZT_REST_OF("Invoke", "POST", "/2015-03-31/functions/{}/invocations", zt_lambda_resource, invoke),
	  .flags = ZT_OP_RAW_BODY, .body_max = SYNC_PAYLOAD_MAX, .action = "InvokeFunction" },
};
const zt_operations zt_lambda_invoke_operations = ZT_OPERATIONS(rows);
