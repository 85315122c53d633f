/* The inside of the Lambda room: invocations that wait or run, workers, and who may call whom.
 *
 *   lambda.c       the public calls
 *   pool.c         the workers of one function and the invocations that wait for them
 *   worker.c       one child process
 *   runtime_api.c  what it asks and answers
 *   environment.c  what it finds in its environment
 *   events.c       asynchronous invocations: rows, tries, their end
 *   destination.c  where the record of that end goes
 *   package.c      zips */
#ifndef ZT_CLOUD_LAMBDA_INSIDE_H
#define ZT_CLOUD_LAMBDA_INSIDE_H

#include <sys/queue.h>

#include "cloud/lambda/package.h"
#include "cloud/registry/roles.h"
#include "net/child.h"
#include "net/http_server.h"
#include "net/listener.h"

enum {
	ZT_LAMBDA_PAYLOAD_MAX = 6 * 1024 * 1024,        /* AWS: request of a synchronous invocation */
	ZT_LAMBDA_RESPONSE_MAX = 6 * 1024 * 1024 + 100, /* AWS: 6291556 bytes */
	ZT_LAMBDA_EVENT_MAX = 1024 * 1024,              /* AWS: payload of an asynchronous invocation */
	ZT_LAMBDA_WAITING_MAX = 1000,                   /* synchronous invocations, waiting or running */
	ZT_LAMBDA_WAITING_BYTES_MAX = 64 * 1024 * 1024, /* their payloads */
	ZT_LAMBDA_EVENTS_MAX = 100000,                  /* asynchronous ones */
	ZT_LAMBDA_CONCURRENCY = 4,
	ZT_LAMBDA_INIT_MS = 10 * 1000, /* AWS: init phase */
	ZT_LAMBDA_IDLE_MS = 5 * 60 * 1000,
	ZT_LAMBDA_SESSION_S = 3600,
	ZT_LAMBDA_LOG_TAIL_MAX = 4096, /* AWS: X-Amz-Log-Result */
	ZT_LAMBDA_STOP_MS = 500,
	ZT_LAMBDA_RETRIES = 2, /* AWS: of an asynchronous invocation, after one and two minutes */
	ZT_LAMBDA_FIRST_RETRY_MS = 60 * 1000,
	ZT_LAMBDA_REQUEUE_MS = 1000, /* AWS: after throttling and system errors, from 1 s to 5 min */
	ZT_LAMBDA_REQUEUE_MAX_MS = 5 * 60 * 1000,
	ZT_LAMBDA_EVENT_AGE_S = 6 * 3600, /* AWS: the longest that an event is kept */
	ZT_LAMBDA_ERROR_MAX = 8192,       /* JSON of an error of ours */
};

typedef struct zt_worker zt_worker;
typedef struct zt_pool zt_pool;

/* One invocation, from its acceptance to its end. */
typedef struct zt_job {
	TAILQ_ENTRY(zt_job) entry; /* of a pool's queue, or of the lambda's `accepting` or `later` */
	zt_lambda *lambda;         /* NULL: it went while the row was written */
	char request_id[37], function[65];
	void *context;
	/* Synchronous: */
	zt_invoke_fn done;
	zt_str payload;
	/* Asynchronous; the payload is the row's: */
	bool is_event;
	zt_store_done_fn accepted;
	unsigned attempts; /* that ended in a function error */
	unsigned requeues; /* since the last attempt */
	int64_t accepted_ms, not_before_ms;
} zt_job;
typedef TAILQ_HEAD(zt_jobs, zt_job) zt_jobs;

struct zt_worker {
	TAILQ_ENTRY(zt_worker) entry;
	zt_pool *pool;
	zt_child *child;
	zt_listener *listener; /* a port of its own, so that no worker can answer for another */
	zt_http_server *server;
	zt_http_exchange *poll; /* waits for an invocation */
	zt_job *job;            /* runs */
	struct event *timer;    /* the deadline of what it does: init, invocation, idleness */
	bool ready;             /* has polled once */
	bool retired;           /* gets no further invocation */
	bool timed_out;
	int64_t credentials_until_ms;
	char access_key_id[129];
	unsigned timeout_s;
	char log_stream[64]; /* "2026/01/31/[$LATEST]<32 hex digits>" */
	zt_str log_tail;
	zt_str init_error; /* what it posted to init/error */
};
typedef TAILQ_HEAD(zt_workers, zt_worker) zt_workers;

struct zt_pool {
	TAILQ_ENTRY(zt_pool) entry;
	zt_lambda *lambda;
	char function[65];
	zt_jobs queue;
	zt_workers workers;
};
typedef TAILQ_HEAD(zt_pools, zt_pool) zt_pools;

struct zt_lambda {
	struct event_base *loop;
	zt_registry *registry;
	zt_logs *logs;
	char *dir; /* of packages, absolute */
	char *endpoint_url, *ca_bundle;
	unsigned concurrency_max;
	zt_lambda_times times;
	zt_pools pools;
	zt_jobs accepting; /* events whose rows are not durable yet */
	zt_jobs later;     /* events that wait for their time, in its order */
	size_t waiting, waiting_bytes, events;
	struct event *pump; /* gives work to workers */
	struct event *due;  /* the first of `later` */
	bool closing, elsewhere;
};

/* ---- lambda.c ---- */

/* The function's configuration as a number, or `fallback`. */
unsigned zt_function_number(const zt_function *function, const char *member, unsigned fallback);
/* With a new request id when `request_id` is NULL. */
ZT_NODISCARD zt_status zt_job_new(zt_lambda *lambda, const char *request_id, zt_view function, zt_job **ret);
void zt_job_free(zt_job *job);
/* Ends an invocation: tells whoever waits, or writes the event's row. Takes over `job`. */
void zt_job_end(zt_job *job, const zt_invoke_result *result);

/* ---- pool.c ---- */

/* Queues it with the workers of its function. ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_pool_enqueue(zt_job *job);
/* Gives work to workers, soon. */
void zt_pools_pump_soon(zt_lambda *lambda);
/* The body of lambda->pump. */
void zt_pools_pump(zt_lambda *lambda);
/* New code or configuration is for new workers. */
void zt_pools_retire(zt_lambda *lambda, zt_view function);
/* The worker with these credentials, or NULL. */
zt_worker *zt_pools_worker_of(const zt_lambda *lambda, const char *access_key_id);
/* Ends workers and queues; synchronous invocations are told. */
void zt_pools_free(zt_lambda *lambda);
/* Ends the oldest queued invocation, whose worker could not start. */
void zt_pool_fail_oldest(zt_pool *pool, const char *type, const char *message);
void zt_pool_fail_oldest_with(zt_pool *pool, zt_view payload);

/* ---- worker.c ---- */

typedef enum { ZT_START_OK, ZT_START_BAD_ENTRYPOINT, ZT_START_SYSTEM_ERROR } zt_start_result;
/* Starts a process for the function; it is in the pool when this returns ZT_START_OK. */
zt_start_result zt_worker_start(zt_pool *pool, const zt_function *function, zt_error *ret_error);
/* Whether it waits for work and its credentials last for an invocation. */
bool zt_worker_is_idle(zt_worker *worker);
/* Hands it the invocation; it must be idle. */
void zt_worker_give(zt_worker *worker, zt_job *job);
/* The invocation ended. */
void zt_worker_end_job(zt_worker *worker, const char *function_error, zt_view payload);
void zt_worker_end_job_with(zt_worker *worker, const char *type, const char *message);
void zt_worker_set_timer(zt_worker *worker, unsigned ms);
/* No further invocation; it ends as soon as it has no work. */
void zt_worker_retire(zt_worker *worker);
/* Ends it and forgets it; the invocation that runs ends with ZT_E_CANCELLED. */
void zt_worker_free(zt_worker *worker);

/* ---- runtime_api.c ---- */

/* A zt_http_handler; context is the worker. */
void zt_runtime_api(void *worker, zt_http_exchange *exchange);
/* {"errorMessage","errorType"}, as AWS reports a function that could not answer. */
ZT_NODISCARD zt_status zt_lambda_error_json(const char *type, const char *message, zt_str *out);

/* ---- environment.c ---- */

/* NULL-terminated, on the heap; holds secrets: zt_environment_free wipes it. */
ZT_NODISCARD zt_status zt_environment_make(zt_worker *worker, const zt_function *function, const char *folder,
					   char ***ret, zt_error *ret_error);
void zt_environment_free(char **environment);

/* ---- events.c ---- */

/* Makes an invocation of every row, at the start. */
ZT_NODISCARD zt_status zt_events_take_up(zt_lambda *lambda);
/* Makes one of a row that another process wrote. */
void zt_events_take_up_foreign(zt_lambda *lambda, zt_view request_id);
/* Enqueues those whose time has come, and sets the timer for the next. */
void zt_events_due(zt_lambda *lambda);
/* The end of a try. Takes over `job`. */
void zt_event_end(zt_job *job, const zt_invoke_result *result);
/* destination.c: sends the record to the function's destination, if it has one; the event's row must still be there.
 * `condition` is AWS's word: Success, RetriesExhausted, EventAgeExceeded. */
void zt_destination_tell(const zt_job *job, const zt_invoke_result *result, const char *condition);
/* Forgets those in memory; their rows stay. */
void zt_events_free(zt_lambda *lambda);

#endif
