/* AWS Lambda's Runtime API (Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes"): the next
 * event, its answer or its error, an error of the start. One connection, kept. */
#ifndef ZT_JITR_RUNTIME_H
#define ZT_JITR_RUNTIME_H

#include "base/error.h"
#include "base/str.h"

enum {
	ZT_RUNTIME_ID_MAX = 127,
	ZT_RUNTIME_TRACE_MAX = 255,
	ZT_RUNTIME_EVENT_MAX = 320 * 1024, /* a larger one is cut, and then longer than the handler accepts */
};

typedef struct zt_runtime zt_runtime;

typedef struct {
	char request_id[ZT_RUNTIME_ID_MAX + 1];
	char trace_id[ZT_RUNTIME_TRACE_MAX + 1];
	char invocation_id[ZT_RUNTIME_ID_MAX + 1]; /* lambda-runtime-invocation-id, given back with the answer; or "" */
	int64_t deadline_ms;                       /* epoch milliseconds; 0 when it was not told */
	zt_view event;                             /* valid until the next call */
} zt_invocation;

/* api: AWS_LAMBDA_RUNTIME_API, "host:port". Nothing is opened yet. ZT_E_CONFIG. */
ZT_NODISCARD zt_status zt_runtime_new(const char *api, zt_runtime **ret, zt_error *ret_error);
void zt_runtime_free(zt_runtime *runtime);
ZT_DEFINE_CLEANUP(zt_runtime, zt_runtime_free)

/* Waits for as long as it takes: the sandbox may sleep meanwhile. */
ZT_NODISCARD zt_status zt_runtime_next(zt_runtime *runtime, zt_invocation *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_runtime_respond(zt_runtime *runtime, const zt_invocation *invocation, zt_view json,
					  zt_error *ret_error);
/* type: "Function.Throttled", "Runtime.InvalidConfiguration": category and reason. */
ZT_NODISCARD zt_status zt_runtime_fail(zt_runtime *runtime, const zt_invocation *invocation, const char *type,
				       const char *message, zt_error *ret_error);
ZT_NODISCARD zt_status zt_runtime_fail_init(zt_runtime *runtime, const char *type, const char *message,
					    zt_error *ret_error);

#endif
