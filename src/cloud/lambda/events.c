/* Asynchronous invocations: rows until they have ended, tried as AWS tries them (AWS Lambda Developer Guide, "How
 * Lambda handles errors and retries with asynchronous invocation"). */
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "cloud/lambda/inside.h"

static bool is_taken(const zt_lambda *lambda, const char *request_id)
{
	const zt_job *job;
	const zt_worker *worker;
	TAILQ_FOREACH(job, &lambda->queue, entry)
		if (job->is_event && strcmp(job->request_id, request_id) == 0)
			return true;
	TAILQ_FOREACH(worker, &lambda->workers, entry)
		if (worker->job && worker->job->is_event && strcmp(worker->job->request_id, request_id) == 0)
			return true;
	return false;
}

static void enqueue(zt_lambda *lambda, const zt_invocation *row)
{
	zt_job *job;
	if (zt_job_new(row->request_id, zt_view_of(row->function), zt_view_make(row->payload, row->payload_n), &job) !=
	    ZT_OK)
		return; /* its row stays: the next look takes it up */
	job->is_event = true;
	TAILQ_INSERT_TAIL(&lambda->queue, job, entry);
	zt_lambda_pump_soon(lambda);
}

static void look_again_in(zt_lambda *lambda, int64_t ms)
{
	const int64_t due_ms = zt_registry_now_ms(lambda->registry) + ms;
	const struct timeval in = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000 * 1000) };
	if (event_pending(lambda->due, EV_TIMEOUT, NULL) && lambda->due_ms <= due_ms)
		return;
	lambda->due_ms = due_ms;
	(void)event_add(lambda->due, &in);
}

void zt_events_take_up(zt_lambda *lambda)
{
	const int64_t now_ms = zt_registry_now_ms(lambda->registry);
	int64_t next_ms = INT64_MAX;
	const zt_invocation *row = zt_registry_next_invocation(lambda->registry, ZT_VIEW_EMPTY);
	for (; row; row = zt_registry_next_invocation(lambda->registry, zt_view_of(row->request_id))) {
		if (row->not_before_ms > now_ms)
			next_ms = row->not_before_ms < next_ms ? row->not_before_ms : next_ms;
		else if (!is_taken(lambda, row->request_id))
			enqueue(lambda, row);
	}
	if (next_ms != INT64_MAX)
		look_again_in(lambda, next_ms - now_ms);
}

/* ---- acceptance ---- */

static void row_is_durable(void *context, zt_status status)
{
	zt_acceptance *a = context;
	zt_lambda *lambda = a->lambda;
	if (lambda)
		LIST_REMOVE(a, entry);
	const zt_invocation *row =
	    lambda && status == ZT_OK ? zt_registry_invocation(lambda->registry, zt_view_of(a->request_id)) : NULL;
	if (row && !is_taken(lambda, row->request_id))
		enqueue(lambda, row);
	if (a->done)
		a->done(a->context, status);
	free(a);
}

void zt_events_let_go(zt_lambda *lambda)
{
	zt_acceptance *a;
	while ((a = LIST_FIRST(&lambda->accepting)) != NULL) {
		LIST_REMOVE(a, entry);
		a->lambda = NULL;
	}
}

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

zt_status zt_lambda_invoke_async(zt_lambda *lambda, zt_view function, zt_view payload, zt_store_done_fn done,
				 void *context, zt_error *ret_error)
{
	zt_invocation row = { .payload = (char *)(uintptr_t)zt_view_pri_ptr(payload), .payload_n = payload.n };
	if (!zt_registry_function(lambda->registry, function))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Function not found: %.*s", ZT_PRI(function));
	zt_acceptance *a = calloc(1, sizeof *a);
	ENSURE(a, ZT_E_NOMEM);
	zt_uuid(row.request_id);
	*a = (zt_acceptance){ .lambda = lambda, .done = done, .context = context };
	memcpy(a->request_id, row.request_id, sizeof a->request_id);
	LIST_INSERT_HEAD(&lambda->accepting, a, entry);
	row.accepted_ms = row.not_before_ms = zt_registry_now_ms(lambda->registry);
	zt_status status = zt_text_copy(row.function, sizeof row.function, function);
	if (status == ZT_OK)
		status = commit_row(lambda, &row, row_is_durable, a, ret_error);
	if (status != ZT_OK) {
		LIST_REMOVE(a, entry);
		free(a);
	}
	return status;
}

/* ---- the end of a try ---- */

static unsigned event_limit(const zt_lambda *lambda, const char *function, const char *member, unsigned fallback)
{
	const zt_function *found = zt_registry_function(lambda->registry, zt_view_of(function));
	const json_t *value =
	    found ? json_object_get(json_object_get(found->configuration, "EventInvokeConfig"), member) : NULL;
	return json_is_integer(value) ? (unsigned)json_integer_value(value) : fallback;
}

/* Whether the event has had its tries or its time. */
static bool is_over(const zt_lambda *lambda, const zt_invocation *row, int64_t now_ms)
{
	const unsigned retries = event_limit(lambda, row->function, "MaximumRetryAttempts", ZT_LAMBDA_RETRIES);
	const unsigned age_s = event_limit(lambda, row->function, "MaximumEventAgeInSeconds", ZT_LAMBDA_EVENT_AGE_S);
	return row->attempts >= retries || now_ms - row->accepted_ms > (int64_t)age_s * 1000 ||
	       !zt_registry_function(lambda->registry, zt_view_of(row->function));
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

static void try_again_later(zt_lambda *lambda, const zt_invocation *row, int64_t now_ms)
{
	zt_invocation later = *row;
	const int64_t wait_ms = (int64_t)ZT_LAMBDA_FIRST_RETRY_MS * (row->attempts + 1);
	later.attempts = row->attempts + 1;
	later.not_before_ms = now_ms + wait_ms;
	if (commit_row(lambda, &later, NULL, NULL, NULL) == ZT_OK)
		look_again_in(lambda, wait_ms);
}

void zt_event_end(zt_lambda *lambda, const zt_job *job, const zt_invoke_result *result)
{
	const int64_t now_ms = zt_registry_now_ms(lambda->registry);
	const zt_invocation *row = zt_registry_invocation(lambda->registry, zt_view_of(job->request_id));
	bool failed = result->status != ZT_OK || result->function_error[0];
	if (!row)
		return;
	if (failed)
		LOG_WARNING("lambda",
			    is_over(lambda, row, now_ms) ? "an event is given up"
							 : "an event failed and is tried again",
			    ZT_KV_STR("function", job->function), ZT_KV_STR("request", job->request_id),
			    ZT_KV_INT("attempts", row->attempts + 1), ZT_KV_V("error", result->payload));
	if (failed && !is_over(lambda, row, now_ms))
		try_again_later(lambda, row, now_ms);
	else
		forget(lambda, job->request_id);
}
