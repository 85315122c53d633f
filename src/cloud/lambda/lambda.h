/* Lambda: packages on disk, workers as child processes, AWS's own Runtime API in front of them (AWS Lambda API
 * reference). */
#ifndef ZT_CLOUD_LAMBDA_H
#define ZT_CLOUD_LAMBDA_H

#include <event2/event.h>

#include "cloud/logs/logs.h"
#include "cloud/registry/functions.h"

typedef struct zt_lambda zt_lambda;

/* How long things take; 0 stands for AWS's own figure, or ours where AWS publishes none. */
typedef struct {
	unsigned init_ms;        /* from a worker's start to its first poll: 10 s */
	unsigned idle_ms;        /* a worker without work is ended: 5 min (ours) */
	unsigned first_retry_ms; /* after the first function error of an event: 1 min; after the second twice that */
	unsigned requeue_ms;     /* after a throttled or system error, doubled each time: 1 s */
	unsigned requeue_max_ms; /* 5 min */
} zt_lambda_times;

typedef struct {
	const char *data_dir; /* packages under functions/ */
	const char
	    *endpoint_url; /* given to workers as AWS_ENDPOINT_URL: this cloud's control plane; NULL: told later */
	zt_logs *logs;     /* what workers write goes to /aws/lambda/<function>, where that group is there; or NULL */
	const char *ca_bundle;    /* given as AWS_CA_BUNDLE when not NULL */
	unsigned concurrency_max; /* workers per function; 0 is 4 */
	zt_lambda_times times;
	/* Invocations are accepted, and left to the process with which this one shares its store; that one takes them
	 * up when it is told of their rows. */
	bool elsewhere;
} zt_lambda_spec;

/* Takes up the invocations that wait in the registry. No worker starts before the endpoint is known: it would call
 * Amazon's instead. */
ZT_NODISCARD zt_status zt_lambda_new(struct event_base *loop, zt_registry *registry, const zt_lambda_spec *spec,
				     zt_lambda **ret, zt_error *ret_error);
/* Replaces the spec's endpoint_url for workers started from now on: the control plane's port is known only later. */
ZT_NODISCARD zt_status zt_lambda_set_endpoint(zt_lambda *lambda, const char *endpoint_url);
/* Ends the workers (SIGTERM, then SIGKILL). Synchronous invocations end with ZT_E_CANCELLED, asynchronous ones stay in
 * the registry. NULL is fine. */
void zt_lambda_free(zt_lambda *lambda);

/* The request id of what the worker with these credentials works on ("" between two invocations), valid until it is
 * done; NULL when no worker has them. And the end of that worker by SIGKILL. Both are for faults on purpose. */
const char *zt_lambda_invocation_of(const zt_lambda *lambda, const char *access_key_id);
void zt_lambda_kill(zt_lambda *lambda, const char *access_key_id);
/* Another wait before the first retry of events that fail from now on; 0 is AWS's. */
void zt_lambda_set_first_retry(zt_lambda *lambda, unsigned ms);

/* Checks and keeps a package: a zip with an executable `bootstrap` at its root, at most 50 MB packed and 250 MB
 * unpacked, no path out of its folder, no links. Gives its digest (hex, for the registry), CodeSha256 (base64) and
 * size. Durable when it returns. InvalidParameterValueException. */
typedef struct {
	char sha256_hex[65], sha256_base64[45];
	size_t size;
} zt_package;
ZT_NODISCARD zt_status zt_lambda_package(zt_lambda *lambda, zt_view zip, zt_package *ret, zt_error *ret_error);

/* The end of a synchronous invocation. status is ZT_OK even when the function failed, and then function_error is
 * "Unhandled", otherwise ""; it is ZT_E_NOT_FOUND when the function went meanwhile, ZT_E_DENIED without its role,
 * ZT_E_CANCELLED at zt_lambda_free, or why no worker could be had. Payload and log_tail (the last 4 KB that the worker
 * wrote) are valid during the call. */
typedef struct {
	zt_status status;
	const char *function_error;
	zt_view payload;
	zt_view log_tail;
} zt_invoke_result;
typedef void (*zt_invoke_fn)(void *context, const zt_invoke_result *result);
/* done is called later, never from within. ResourceNotFoundException; RequestTooLargeException over 6 MB;
 * TooManyRequestsException while too many wait. */
ZT_NODISCARD zt_status zt_lambda_invoke(zt_lambda *lambda, zt_view function, zt_view payload, zt_invoke_fn done,
					void *context, zt_error *ret_error);
/* Asynchronous: accepted once its row is durable (then done(ZT_OK), NULL is fine); tried up to three times as AWS does,
 * with one request id. The same exceptions; the payload has at most 1 MB. */
ZT_NODISCARD zt_status zt_lambda_invoke_async(zt_lambda *lambda, zt_view function, zt_view payload,
					      zt_store_done_fn done, void *context, zt_error *ret_error);

#endif
