/* Asynchronous invocations: rows until they have ended, tried as AWS tries them (AWS Lambda Developer Guide, "How
 * Lambda handles errors and retries with asynchronous invocation"). */
#include "base/json.h"
#include "base/log.h"
#include "cloud/lambda/inside.h"

static int64_t now_of(const zt_lambda *lambda)
{
	return zt_registry_now_ms(lambda->registry);
}

/* ---- waiting for the time of a try ---- */

static void set_due(zt_lambda *lambda)
{
	const zt_job *first = TAILQ_FIRST(&lambda->later);
	if (!first || lambda->closing)
		return;
	int64_t left_ms = first->not_before_ms - now_of(lambda);
	if (left_ms < 0)
		left_ms = 0;
	const struct timeval in = { .tv_sec = left_ms / 1000, .tv_usec = (suseconds_t)(left_ms % 1000 * 1000) };
	/* Without memory for a timer the next event of any kind sets it. */
	(void)event_add(lambda->due, &in);
}

static void wait_until(zt_job *job, int64_t not_before_ms)
{
	zt_lambda *lambda = job->lambda;
	zt_job *before = TAILQ_LAST(&lambda->later, zt_jobs);
	job->not_before_ms = not_before_ms;
	while (before && before->not_before_ms > not_before_ms)
		before = TAILQ_PREV(before, zt_jobs, entry);
	if (before)
		TAILQ_INSERT_AFTER(&lambda->later, before, job, entry);
	else
		TAILQ_INSERT_HEAD(&lambda->later, job, entry);
	set_due(lambda);
}

void zt_events_due(zt_lambda *lambda)
{
	const int64_t now_ms = now_of(lambda);
	for (zt_job *job; (job = TAILQ_FIRST(&lambda->later)) != NULL && job->not_before_ms <= now_ms;) {
		TAILQ_REMOVE(&lambda->later, job, entry);
		if (zt_pool_enqueue(job) == ZT_OK)
			continue;
		wait_until(job, now_ms + lambda->times.requeue_ms);
		return;
	}
	set_due(lambda);
}

static zt_status new_event(zt_lambda *lambda, const char *request_id, zt_view function, zt_job **ret)
{
	TRY(zt_job_new(lambda, request_id, function, ret));
	(*ret)->is_event = true;
	lambda->events++;
	return ZT_OK;
}

static void free_event(zt_job *job)
{
	if (job->lambda)
		job->lambda->events--;
	zt_job_free(job);
}

static zt_status take_up(zt_lambda *lambda, const zt_invocation *row)
{
	zt_job *job;
	TRY(new_event(lambda, row->request_id, zt_view_of(row->function), &job));
	job->attempts = row->attempts;
	job->accepted_ms = row->accepted_ms;
	wait_until(job, row->not_before_ms);
	return ZT_OK;
}

zt_status zt_events_take_up(zt_lambda *lambda)
{
	const zt_invocation *row = zt_registry_next_invocation(lambda->registry, ZT_VIEW_EMPTY);
	for (; row; row = zt_registry_next_invocation(lambda->registry, zt_view_of(row->request_id)))
		TRY(take_up(lambda, row));
	return ZT_OK;
}

void zt_events_take_up_foreign(zt_lambda *lambda, zt_view request_id)
{
	const zt_invocation *row = zt_registry_invocation(lambda->registry, request_id);
	if (row && take_up(lambda, row) != ZT_OK)
		LOG_ERROR("lambda", "no memory for an event; it is taken up after a restart");
}

void zt_events_free(zt_lambda *lambda)
{
	zt_job *job;
	while ((job = TAILQ_FIRST(&lambda->later)) != NULL) {
		TAILQ_REMOVE(&lambda->later, job, entry);
		free_event(job);
	}
	/* The registry still tells how their commits end. */
	TAILQ_FOREACH(job, &lambda->accepting, entry)
		job->lambda = NULL;
}

/* ---- acceptance ---- */

static zt_status commit_row(zt_lambda *lambda, const zt_invocation *row, zt_store_done_fn done, void *context,
			    zt_error *ret_error)
{
	zt_txn *txn;
	TRY(zt_txn_begin(lambda->registry, &txn));
	zt_status status = zt_txn_invocation_put(txn, row, ret_error);
	if (status == ZT_OK)
		zt_txn_commit(txn, done, context);
	else
		zt_txn_abort(txn);
	return status;
}

static void on_durable(void *context, zt_status status)
{
	zt_job *job = context;
	zt_store_done_fn accepted = job->accepted;
	void *whose = job->context;
	if (job->lambda)
		TAILQ_REMOVE(&job->lambda->accepting, job, entry);
	if (!job->lambda || status != ZT_OK || job->lambda->elsewhere)
		free_event(job);
	else if (zt_pool_enqueue(job) != ZT_OK)
		wait_until(job, job->accepted_ms + job->lambda->times.requeue_ms);
	if (accepted)
		accepted(whose, status);
}

static zt_status check(const zt_lambda *lambda, zt_view function, zt_view payload, zt_error *ret_error)
{
	if (!zt_registry_function(lambda->registry, function))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Function not found: %.*s", ZT_PRI(function));
	if (payload.n > ZT_LAMBDA_EVENT_MAX)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "RequestTooLargeException",
				      "Request must be smaller than %d bytes for the InvokeFunction operation",
				      ZT_LAMBDA_EVENT_MAX);
	if (lambda->events >= ZT_LAMBDA_EVENTS_MAX)
		return zt_error_coded(ret_error, ZT_E_THROTTLED, "TooManyRequestsException", "Rate Exceeded.");
	return ZT_OK;
}

static zt_status commit_first(zt_job *job, zt_view payload, zt_error *ret_error)
{
	zt_invocation row = { .payload = (char *)(uintptr_t)payload.p, .payload_n = payload.n };
	memcpy(row.request_id, job->request_id, sizeof row.request_id);
	memcpy(row.function, job->function, sizeof row.function);
	job->accepted_ms = row.accepted_ms = row.not_before_ms = now_of(job->lambda);
	TAILQ_INSERT_TAIL(&job->lambda->accepting, job, entry);
	zt_status status = commit_row(job->lambda, &row, on_durable, job, ret_error);
	if (status != ZT_OK)
		TAILQ_REMOVE(&job->lambda->accepting, job, entry);
	return status;
}

zt_status zt_lambda_invoke_async(zt_lambda *lambda, zt_view function, zt_view payload, zt_store_done_fn done,
				 void *context, zt_error *ret_error)
{
	zt_job *job;
	TRY(check(lambda, function, payload, ret_error));
	TRY(new_event(lambda, NULL, function, &job));
	job->accepted = done;
	job->context = context;
	zt_status status = commit_first(job, payload, ret_error);
	if (status != ZT_OK)
		free_event(job);
	return status;
}

/* ---- the end of a try ---- */

static unsigned event_limit(const zt_function *function, const char *member, unsigned fallback)
{
	const json_t *limits = json_object_get(function->configuration, "EventInvokeConfig");
	const json_t *value = json_object_get(limits, member);
	return json_is_integer(value) ? (unsigned)json_integer_value(value) : fallback;
}

static void forget(zt_lambda *lambda, const char *request_id)
{
	zt_txn *txn;
	if (zt_txn_begin(lambda->registry, &txn) != ZT_OK)
		return; /* it runs once more after a restart: an event may come twice */
	if (zt_txn_invocation_delete(txn, zt_view_of(request_id), NULL) == ZT_OK)
		zt_txn_commit(txn, NULL, NULL);
	else
		zt_txn_abort(txn);
}

/* Another process would go on from here. When the disk refuses, this one does all the same. */
static void write_attempts(const zt_job *job)
{
	zt_error error = { 0 };
	const zt_invocation *row = zt_registry_invocation(job->lambda->registry, zt_view_of(job->request_id));
	if (!row)
		return;
	zt_invocation later = *row;
	later.attempts = job->attempts;
	later.not_before_ms = job->not_before_ms;
	if (commit_row(job->lambda, &later, NULL, NULL, &error) != ZT_OK)
		(void)zt_log_error("lambda", &error, "an event's attempts are not written");
}

/* Throttling and system errors are no attempts: 1 s, doubled up to 5 min. */
static void requeue(zt_job *job)
{
	const zt_lambda_times *times = &job->lambda->times;
	int64_t wait_ms = times->requeue_ms;
	for (unsigned i = 0; i < job->requeues && wait_ms < times->requeue_max_ms; i++)
		wait_ms *= 2;
	job->requeues++;
	wait_until(job, now_of(job->lambda) + (wait_ms < times->requeue_max_ms ? wait_ms : times->requeue_max_ms));
}

/* One minute before the second try, two before the third. */
static void retry(zt_job *job)
{
	job->attempts++;
	job->requeues = 0;
	wait_until(job, now_of(job->lambda) + (int64_t)job->lambda->times.first_retry_ms * job->attempts);
	write_attempts(job);
}

typedef enum { ANSWERED, NOT_TRIED, FAILED, GIVEN_UP, TOO_OLD } verdict;

static verdict judge(const zt_job *job, const zt_invoke_result *result)
{
	const zt_function *function = zt_registry_function(job->lambda->registry, zt_view_of(job->function));
	if (result->status == ZT_OK && result->function_error[0] == 0)
		return ANSWERED;
	if (!function)
		return GIVEN_UP;
	const int64_t age_ms = now_of(job->lambda) - job->accepted_ms;
	if (age_ms > (int64_t)event_limit(function, "MaximumEventAgeInSeconds", ZT_LAMBDA_EVENT_AGE_S) * 1000)
		return TOO_OLD;
	if (result->status != ZT_OK)
		return NOT_TRIED;
	return job->attempts < event_limit(function, "MaximumRetryAttempts", ZT_LAMBDA_RETRIES) ? FAILED : GIVEN_UP;
}

static void log_failure(const zt_job *job, const zt_invoke_result *result, const char *what)
{
	zt_view cause = result->status == ZT_OK ? result->payload : zt_view_of(zt_status_text(result->status));
	LOG_WARNING("lambda", what, ZT_KV_STR("function", job->function), ZT_KV_STR("request", job->request_id),
		    ZT_KV_INT("attempts", job->attempts + (result->status == ZT_OK)), ZT_KV_V("cause", cause));
}

void zt_event_end(zt_job *job, const zt_invoke_result *result)
{
	/* The row stays for the next process. */
	if (job->lambda->closing) {
		free_event(job);
		return;
	}
	switch (judge(job, result)) {
	case NOT_TRIED:
		log_failure(job, result, "an event could not be tried and waits");
		requeue(job);
		return;
	case FAILED:
		log_failure(job, result, "an event failed and is tried again");
		retry(job);
		return;
	case GIVEN_UP:
		log_failure(job, result, "an event is given up");
		zt_destination_tell(job, result, "RetriesExhausted");
		break;
	case TOO_OLD:
		log_failure(job, result, "an event is too old");
		zt_destination_tell(job, result, "EventAgeExceeded");
		break;
	case ANSWERED:
		zt_destination_tell(job, result, "Success");
		break;
	}
	forget(job->lambda, job->request_id);
	free_event(job);
}
