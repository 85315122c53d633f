#include "cloud/lambda/lambda.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/random.h"
#include "cloud/lambda/inside.h"

enum { PATH_TEXT_MAX = 4096 };

unsigned zt_function_number(const zt_function *function, const char *member, unsigned fallback)
{
	const json_t *value = json_object_get(function->configuration, member);
	return json_is_integer(value) ? (unsigned)json_integer_value(value) : fallback;
}

/* ---- invocations ---- */

zt_status zt_job_new(zt_lambda *lambda, const char *request_id, zt_view function, zt_job **ret)
{
	char fresh[ZT_UUID_TEXT];
	zt_job *job = calloc(1, sizeof *job);
	ENSURE(job, ZT_E_NOMEM);
	job->lambda = lambda;
	job->payload = ZT_STR(ZT_LAMBDA_PAYLOAD_MAX);
	zt_uuid(fresh);
	zt_status status =
	    zt_text_copy(job->request_id, sizeof job->request_id, zt_view_of(request_id ? request_id : fresh));
	if (status == ZT_OK)
		status = zt_text_copy(job->function, sizeof job->function, function);
	if (status != ZT_OK) {
		zt_job_free(job);
		return status;
	}
	*ret = job;
	return ZT_OK;
}

void zt_job_free(zt_job *job)
{
	if (!job)
		return;
	zt_str_free(&job->payload);
	free(job);
}

void zt_job_end(zt_job *job, const zt_invoke_result *result)
{
	if (job->is_event) {
		zt_event_end(job, result);
		return;
	}
	job->lambda->waiting--;
	job->lambda->waiting_bytes -= job->payload.n;
	job->done(job->context, result);
	zt_job_free(job);
}

/* ---- opening and closing ---- */

static void on_pump(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	zt_pools_pump(context);
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	zt_events_due(context);
}

static void on_change(void *context, zt_kind kind, zt_view key)
{
	zt_lambda *lambda = context;
	if (kind == ZT_KIND_FUNCTION)
		zt_pools_retire(lambda, key);
	else if (kind == ZT_KIND_INVOCATION && zt_registry_is_foreign(lambda->registry) && !lambda->elsewhere)
		zt_events_take_up_foreign(lambda, key);
}

static unsigned or_default(unsigned given, unsigned fallback)
{
	return given ? given : fallback;
}

static zt_lambda_times complete(const zt_lambda_times *given)
{
	return (zt_lambda_times){
		.init_ms = or_default(given->init_ms, ZT_LAMBDA_INIT_MS),
		.idle_ms = or_default(given->idle_ms, ZT_LAMBDA_IDLE_MS),
		.first_retry_ms = or_default(given->first_retry_ms, ZT_LAMBDA_FIRST_RETRY_MS),
		.requeue_ms = or_default(given->requeue_ms, ZT_LAMBDA_REQUEUE_MS),
		.requeue_max_ms = or_default(given->requeue_max_ms, ZT_LAMBDA_REQUEUE_MAX_MS),
	};
}

static zt_status open_folder(zt_lambda *lambda, const char *data_dir, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str dir = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&dir, data_dir, "functions"));
	TRY(zt_dir_make(zt_str_text(&dir), 0700, ret_error));
	/* Workers run in folders of their own. */
	lambda->dir = realpath(zt_str_text(&dir), NULL);
	if (!lambda->dir)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot find %s", zt_str_text(&dir));
	return zt_package_sweep(lambda->dir, lambda->registry, ret_error);
}

static zt_status open_all(zt_lambda *lambda, const zt_lambda_spec *spec, zt_error *ret_error)
{
	TRY(open_folder(lambda, spec->data_dir, ret_error));
	if (spec->ca_bundle)
		ENSURE((lambda->ca_bundle = strdup(spec->ca_bundle)) != NULL, ZT_E_NOMEM);
	lambda->pump = event_new(lambda->loop, -1, 0, on_pump, lambda);
	lambda->due = event_new(lambda->loop, -1, 0, on_due, lambda);
	ENSURE(lambda->pump && lambda->due, ZT_E_NOMEM);
	if (spec->endpoint_url)
		TRY(zt_lambda_set_endpoint(lambda, spec->endpoint_url));
	TRY(zt_registry_listen(lambda->registry, on_change, lambda));
	return lambda->elsewhere ? ZT_OK : zt_events_take_up(lambda);
}

zt_status zt_lambda_new(struct event_base *loop, zt_registry *registry, const zt_lambda_spec *spec, zt_lambda **ret,
			zt_error *ret_error)
{
	zt_lambda *lambda = calloc(1, sizeof *lambda);
	if (!lambda)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot start Lambda");
	lambda->loop = loop;
	lambda->registry = registry;
	lambda->logs = spec->logs;
	lambda->concurrency_max = or_default(spec->concurrency_max, ZT_LAMBDA_CONCURRENCY);
	lambda->elsewhere = spec->elsewhere;
	lambda->times = complete(&spec->times);
	TAILQ_INIT(&lambda->pools);
	TAILQ_INIT(&lambda->accepting);
	TAILQ_INIT(&lambda->later);
	zt_error cause = { 0 };
	zt_status status = open_all(lambda, spec, &cause);
	if (status != ZT_OK) {
		zt_lambda_free(lambda);
		return zt_error_set(ret_error, status, "cannot start Lambda: %s",
				    cause.text[0] ? cause.text : zt_status_text(status));
	}
	*ret = lambda;
	return ZT_OK;
}

zt_status zt_lambda_set_endpoint(zt_lambda *lambda, const char *endpoint_url)
{
	char *copy = strdup(endpoint_url);
	ENSURE(copy, ZT_E_NOMEM);
	free(lambda->endpoint_url);
	lambda->endpoint_url = copy;
	zt_pools_pump_soon(lambda);
	return ZT_OK;
}

const char *zt_lambda_invocation_of(const zt_lambda *lambda, const char *access_key_id)
{
	const zt_worker *worker = zt_pools_worker_of(lambda, access_key_id);
	if (!worker)
		return NULL;
	return worker->job ? worker->job->request_id : "";
}

void zt_lambda_kill(zt_lambda *lambda, const char *access_key_id)
{
	zt_worker *worker = zt_pools_worker_of(lambda, access_key_id);
	if (worker)
		zt_child_signal(worker->child, SIGKILL);
}

void zt_lambda_set_first_retry(zt_lambda *lambda, unsigned ms)
{
	lambda->times.first_retry_ms = ms ? ms : ZT_LAMBDA_FIRST_RETRY_MS;
}

void zt_lambda_free(zt_lambda *lambda)
{
	if (!lambda)
		return;
	lambda->closing = true;
	zt_registry_unlisten(lambda->registry, on_change, lambda);
	zt_pools_free(lambda);
	zt_events_free(lambda);
	if (lambda->pump)
		event_free(lambda->pump);
	if (lambda->due)
		event_free(lambda->due);
	free(lambda->dir);
	free(lambda->endpoint_url);
	free(lambda->ca_bundle);
	free(lambda);
}

/* ---- the other calls ---- */

zt_status zt_lambda_package(zt_lambda *lambda, zt_view zip, zt_package *ret, zt_error *ret_error)
{
	return zt_package_keep(lambda->dir, zip, ret, ret_error);
}

static zt_status check_invoke(const zt_lambda *lambda, zt_view function, zt_view payload, zt_error *ret_error)
{
	if (!zt_registry_function(lambda->registry, function))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Function not found: %.*s", ZT_PRI(function));
	if (payload.n > ZT_LAMBDA_PAYLOAD_MAX)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "RequestTooLargeException",
				      "Request must be smaller than %d bytes for the InvokeFunction operation",
				      ZT_LAMBDA_PAYLOAD_MAX);
	if (lambda->waiting >= ZT_LAMBDA_WAITING_MAX || payload.n > ZT_LAMBDA_WAITING_BYTES_MAX - lambda->waiting_bytes)
		return zt_error_coded(ret_error, ZT_E_THROTTLED, "TooManyRequestsException", "Rate Exceeded.");
	return ZT_OK;
}

zt_status zt_lambda_invoke(zt_lambda *lambda, zt_view function, zt_view payload, zt_invoke_fn done, void *context,
			   zt_error *ret_error)
{
	zt_job *job;
	TRY(check_invoke(lambda, function, payload, ret_error));
	TRY(zt_job_new(lambda, NULL, function, &job));
	job->done = done;
	job->context = context;
	zt_status status = zt_str_put(&job->payload, payload);
	if (status == ZT_OK)
		status = zt_pool_enqueue(job);
	if (status != ZT_OK) {
		zt_job_free(job);
		return zt_error_set(ret_error, status, "no memory for an invocation");
	}
	lambda->waiting++;
	lambda->waiting_bytes += payload.n;
	return ZT_OK;
}
