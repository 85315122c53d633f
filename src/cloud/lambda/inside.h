/* The inside of the Lambda room: invocations that wait or run, workers, and who may call whom.
 *
 *   lambda.c    the public calls, the queue, which worker gets what (pump)
 *   worker.c    one child process and its Runtime API
 *   environment.c  what a worker finds in its environment
 *   events.c    asynchronous invocations: rows, tries, their end */
#ifndef ZT_CLOUD_LAMBDA_INSIDE_H
#define ZT_CLOUD_LAMBDA_INSIDE_H

#include <sys/queue.h>

#include "cloud/lambda/package.h"
#include "cloud/registry/roles.h"
#include "net/child.h"
#include "net/http_server.h"
#include "net/listener.h"

enum {
	ZT_LAMBDA_PAYLOAD_MAX = 6 * 1024 * 1024, /* AWS: request and response of a synchronous invocation */
	/* Read from a worker, so that an answer over the limit is told as such. */
	ZT_LAMBDA_BODY_MAX = 4 * ZT_LAMBDA_PAYLOAD_MAX,
	ZT_LAMBDA_WAITING_MAX = 1000, /* synchronous invocations that wait for a worker */
	ZT_LAMBDA_CONCURRENCY = 4,
	ZT_LAMBDA_INIT_MS = 10 * 1000,     /* AWS: init phase */
	ZT_LAMBDA_IDLE_MS = 5 * 60 * 1000, /* a worker without work is ended */
	ZT_LAMBDA_SESSION_S = 3600,
	ZT_LAMBDA_LOG_TAIL_MAX = 4096, /* AWS: X-Amz-Log-Result */
	ZT_LAMBDA_STOP_MS = 500,
	ZT_LAMBDA_RETRIES = 2, /* AWS: of an asynchronous invocation, after one and two minutes */
	ZT_LAMBDA_FIRST_RETRY_MS = 60 * 1000,
	ZT_LAMBDA_EVENT_AGE_S = 6 * 3600,
};

typedef struct zt_worker zt_worker;

/* One invocation, from its acceptance to its end. */
typedef struct zt_job {
	TAILQ_ENTRY(zt_job) entry;
	char request_id[37], function[65];
	bool is_event; /* asynchronous: a row of the registry */
	zt_str payload;
	zt_invoke_fn done; /* synchronous */
	void *context;
} zt_job;
typedef TAILQ_HEAD(zt_jobs, zt_job) zt_jobs;

struct zt_worker {
	TAILQ_ENTRY(zt_worker) entry;
	zt_lambda *lambda;
	char function[65];
	zt_child *child;
	zt_listener *listener;
	zt_http_server *server;
	zt_http_exchange *poll; /* waits for an invocation */
	zt_job *job;            /* runs */
	struct event *timer;    /* the deadline of what it does: init, invocation, idleness */
	bool ready;             /* has polled once */
	bool retired;           /* gets no further invocation */
	bool timed_out;
	int64_t credentials_until_ms;
	unsigned timeout_s;
	zt_str log_tail;
	zt_str init_error; /* what it posted to init/error */
};
typedef TAILQ_HEAD(zt_workers, zt_worker) zt_workers;

/* An event whose row is on its way to the disk. */
typedef struct zt_acceptance {
	LIST_ENTRY(zt_acceptance) entry;
	zt_lambda *lambda; /* NULL once that is gone: the store ends after it */
	char request_id[37];
	zt_store_done_fn done;
	void *context;
} zt_acceptance;
typedef LIST_HEAD(zt_acceptances, zt_acceptance) zt_acceptances;

struct zt_lambda {
	struct event_base *loop;
	zt_registry *registry;
	char *dir; /* of packages, absolute */
	char *endpoint_url, *ca_bundle;
	unsigned concurrency_max;
	zt_jobs queue;
	size_t waiting; /* synchronous ones in the queue */
	zt_workers workers;
	zt_acceptances accepting;
	struct event *pump; /* runs zt_lambda_pump on the loop */
	struct event *due;  /* the next try of a waiting event */
	int64_t due_ms;
	bool closing;
};

/* The function's configuration as a number, or `fallback`. */
unsigned zt_function_number(const zt_function *function, const char *member, unsigned fallback);

/* Gives queued invocations to workers, soon. */
void zt_lambda_pump_soon(zt_lambda *lambda);
/* Ends an invocation: tells whoever waits, or writes the event's row. Takes over `job`. */
void zt_job_end(zt_lambda *lambda, zt_job *job, const zt_invoke_result *result);
void zt_job_free(zt_job *job);
/* The room closes: whoever waits is told, an event's row stays for the next start. Takes over `job`; NULL is fine. */
void zt_job_leave(zt_job *job);
ZT_NODISCARD zt_status zt_job_new(const char *request_id, zt_view function, zt_view payload, zt_job **ret);
/* Ends the oldest queued invocation of a function whose worker could not start. */
void zt_lambda_fail_oldest(zt_lambda *lambda, const char *function, zt_view payload);

/* Starts a process for the function; it is on the list when this returns ZT_OK. */
ZT_NODISCARD zt_status zt_worker_start(zt_lambda *lambda, const zt_function *function, zt_error *ret_error);
/* Whether it waits for work and its credentials last for an invocation. */
bool zt_worker_is_idle(zt_worker *worker);
/* Hands it the invocation; it must be idle. */
void zt_worker_give(zt_worker *worker, zt_job *job);
/* No further invocation; an idle one ends at once. */
void zt_worker_retire(zt_worker *worker);
/* Ends it and forgets it, without a word to anybody. */
void zt_worker_free(zt_worker *worker);

/* {"errorMessage","errorType"}, as AWS reports a function that could not answer. */
ZT_NODISCARD zt_status zt_lambda_error_json(const char *type, const char *message, zt_str *out);

/* NULL-terminated, on the heap; holds secrets: zt_environment_free wipes it. */
ZT_NODISCARD zt_status zt_environment_make(zt_worker *worker, const zt_function *function, const char *folder,
					   char ***ret, zt_error *ret_error);
void zt_environment_free(char **environment);

/* Takes up the rows whose time has come, and sets the timer for the next. */
void zt_events_take_up(zt_lambda *lambda);
/* What is being accepted goes on without us. */
void zt_events_let_go(zt_lambda *lambda);
void zt_event_end(zt_lambda *lambda, const zt_job *job, const zt_invoke_result *result);

#endif
