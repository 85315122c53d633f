#include "jitr/runtime.h"

#include "base/json.h"
#include "base/timefmt.h"
#include "jitr/exchange.h"

#define ROOT "/2018-06-01/runtime"

enum {
	POST_MS = 10000, /* for connecting and for giving an answer; `next` has no end */
	MESSAGE_MAX = 64 * 1024,
	DEFAULT_PORT = 80,
};

struct zt_runtime {
	char api[264], host[256], port[6];
	zt_wire wire;
	zt_str message, event;
};

zt_status zt_runtime_new(const char *api, zt_runtime **ret, zt_error *ret_error)
{
	if (!api || !*api)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda");
	ZT_CLEANUP(zt_runtime_freep) zt_runtime *runtime = calloc(1, sizeof *runtime);
	ENSURE(runtime, ZT_E_NOMEM);
	runtime->wire = ZT_WIRE_CLOSED;
	runtime->message = ZT_STR(MESSAGE_MAX);
	runtime->event = ZT_STR(ZT_RUNTIME_EVENT_MAX);
	if (zt_text_copy(runtime->api, sizeof runtime->api, zt_view_of(api)) != ZT_OK ||
	    zt_wire_split(zt_view_of(api), DEFAULT_PORT, runtime->host, runtime->port) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "AWS_LAMBDA_RUNTIME_API: \"%s\" is no HOST:PORT", api);
	*ret = ZT_STEAL(runtime);
	return ZT_OK;
}

void zt_runtime_free(zt_runtime *runtime)
{
	if (!runtime)
		return;
	zt_wire_close(&runtime->wire);
	zt_str_free(&runtime->message);
	zt_str_free(&runtime->event);
	free(runtime);
}

/* Sends runtime->message, over a new connection when the kept one was closed meanwhile. */
static zt_status call_api(zt_runtime *runtime, zt_http_sink sink, int64_t deadline_ms, int *ret_status,
			  zt_error *ret_error)
{
	if (zt_wire_is_stale(&runtime->wire))
		zt_wire_close(&runtime->wire);
	if (runtime->wire.fd < 0)
		TRY(zt_wire_open(runtime->host, runtime->port, NULL, zt_time_mono_ms() + POST_MS, &runtime->wire,
				 ret_error));
	zt_exchange_result result;
	zt_status status = zt_exchange(&runtime->wire, zt_str_view(&runtime->message), sink, deadline_ms, &result);
	if (status != ZT_OK || !result.keep_alive)
		zt_wire_close(&runtime->wire);
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "Runtime API: %s", zt_status_text(status));
	*ret_status = result.status;
	return ZT_OK;
}

typedef struct {
	zt_invocation *invocation;
	zt_str *event;
} next_answer;

static zt_status on_next_header(void *context, zt_view name, zt_view value)
{
	zt_invocation *invocation = ((next_answer *)context)->invocation;
	uint64_t deadline_ms;
	if (zt_view_equal_nocase(name, ZT_LIT("lambda-runtime-aws-request-id")))
		return zt_text_copy(invocation->request_id, sizeof invocation->request_id, value);
	if (zt_view_equal_nocase(name, ZT_LIT("lambda-runtime-trace-id")))
		zt_text_cut(invocation->trace_id, sizeof invocation->trace_id, value);
	else if (zt_view_equal_nocase(name, ZT_LIT("lambda-runtime-invocation-id")))
		return zt_text_copy(invocation->invocation_id, sizeof invocation->invocation_id, value);
	else if (zt_view_equal_nocase(name, ZT_LIT("lambda-runtime-deadline-ms")) &&
		 zt_view_to_u64(value, &deadline_ms) && deadline_ms <= INT64_MAX)
		invocation->deadline_ms = (int64_t)deadline_ms;
	return ZT_OK;
}

/* An event that is too large is read to its end all the same, so that its refusal can be told. */
static zt_status on_next_body(void *context, zt_view bytes)
{
	zt_status status = zt_str_put(((next_answer *)context)->event, bytes);
	return status == ZT_E_LIMIT ? ZT_OK : status;
}

zt_status zt_runtime_next(zt_runtime *runtime, zt_invocation *ret, zt_error *ret_error)
{
	zt_invocation invocation = { .deadline_ms = 0 };
	next_answer answer = { &invocation, &runtime->event };
	int status = 0;
	zt_str_clear(&runtime->message);
	zt_str_clear(&runtime->event);
	TRY(zt_str_printf(&runtime->message, "GET " ROOT "/invocation/next HTTP/1.1\r\nhost: %s\r\n\r\n",
			  runtime->api));
	TRY(call_api(runtime, (zt_http_sink){ on_next_header, on_next_body, &answer }, ZT_WIRE_NO_DEADLINE, &status,
		     ret_error));
	if (status != 200 || !invocation.request_id[0])
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "Runtime API: next answered %d%s", status,
				    invocation.request_id[0] ? "" : " without a request id");
	invocation.event = zt_str_view(&runtime->event);
	*ret = invocation;
	return ZT_OK;
}

/* error_type: NULL for an answer. invocation: NULL for an error of the start. */
static zt_status post(zt_runtime *runtime, const zt_invocation *invocation, const char *path, const char *error_type,
		      zt_view body, zt_error *ret_error)
{
	zt_str *out = &runtime->message;
	zt_str_clear(out);
	TRY(zt_str_printf(out, "POST " ROOT "%s HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n", path,
			  runtime->api));
	if (error_type)
		TRY(zt_str_printf(out, "lambda-runtime-function-error-type: %s\r\n", error_type));
	if (invocation && invocation->invocation_id[0])
		TRY(zt_str_printf(out, "lambda-runtime-invocation-id: %s\r\n", invocation->invocation_id));
	TRY(zt_str_printf(out, "content-length: %zu\r\n\r\n", body.n));
	TRY(zt_str_put(out, body));
	int status = 0;
	TRY(call_api(runtime, (zt_http_sink){ 0 }, zt_time_mono_ms() + POST_MS, &status, ret_error));
	if (status != 202)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "Runtime API: %s answered %d", path, status);
	return ZT_OK;
}

zt_status zt_runtime_respond(zt_runtime *runtime, const zt_invocation *invocation, zt_view json, zt_error *ret_error)
{
	char path[ZT_RUNTIME_ID_MAX + 32];
	(void)snprintf(path, sizeof path, "/invocation/%s/response", invocation->request_id);
	return post(runtime, invocation, path, NULL, json, ret_error);
}

static zt_status post_error(zt_runtime *runtime, const zt_invocation *invocation, const char *path, const char *type,
			    const char *message, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *json =
	    json_pack("{s:s, s:s, s:[]}", "errorMessage", message, "errorType", type, "stackTrace");
	ZT_CLEANUP(zt_str_free) zt_str body = ZT_STR(MESSAGE_MAX / 2);
	ENSURE(json, ZT_E_NOMEM);
	TRY(zt_json_write(json, &body));
	return post(runtime, invocation, path, type, zt_str_view(&body), ret_error);
}

zt_status zt_runtime_fail(zt_runtime *runtime, const zt_invocation *invocation, const char *type, const char *message,
			  zt_error *ret_error)
{
	char path[ZT_RUNTIME_ID_MAX + 32];
	(void)snprintf(path, sizeof path, "/invocation/%s/error", invocation->request_id);
	return post_error(runtime, invocation, path, type, message, ret_error);
}

zt_status zt_runtime_fail_init(zt_runtime *runtime, const char *type, const char *message, zt_error *ret_error)
{
	return post_error(runtime, NULL, "/init/error", type, message, ret_error);
}
