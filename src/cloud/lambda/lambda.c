#include "cloud/lambda/lambda.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "cloud/lambda/inside.h"

enum { PATH_TEXT_MAX = 4096, ERROR_MAX = 8192, CROWDS_MAX = 64 };

unsigned zt_function_number(const zt_function *function, const char *member, unsigned fallback)
{
	const json_t *value = json_object_get(function->configuration, member);
	return json_is_integer(value) ? (unsigned)json_integer_value(value) : fallback;
}

/* ---- invocations ---- */

zt_status zt_job_new(const char *request_id, zt_view function, zt_view payload, zt_job **ret)
{
	zt_job *job = calloc(1, sizeof *job);
	ENSURE(job, ZT_E_NOMEM);
	job->payload = ZT_STR(ZT_LAMBDA_PAYLOAD_MAX);
	zt_status status = zt_text_copy(job->request_id, sizeof job->request_id, zt_view_of(request_id));
	if (status == ZT_OK)
		status = zt_text_copy(job->function, sizeof job->function, function);
	if (status == ZT_OK)
		status = zt_str_put(&job->payload, payload);
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

void zt_job_end(zt_lambda *lambda, zt_job *job, const zt_invoke_result *result)
{
	if (job->is_event)
		zt_event_end(lambda, job, result);
	else
		job->done(job->context, result);
	zt_job_free(job);
	zt_lambda_pump_soon(lambda);
}

void zt_job_leave(zt_job *job)
{
	const zt_invoke_result result = { .status = ZT_E_UNAVAILABLE, .function_error = "" };
	if (job && !job->is_event)
		job->done(job->context, &result);
	zt_job_free(job);
}

static void take_from_queue(zt_lambda *lambda, zt_job *job)
{
	TAILQ_REMOVE(&lambda->queue, job, entry);
	if (!job->is_event)
		lambda->waiting--;
}

static void fail_job(zt_lambda *lambda, zt_job *job, zt_view payload)
{
	const zt_invoke_result result = { .status = ZT_OK, .function_error = "Unhandled", .payload = payload };
	take_from_queue(lambda, job);
	zt_job_end(lambda, job, &result);
}

void zt_lambda_fail_oldest(zt_lambda *lambda, const char *function, zt_view payload)
{
	zt_job *job;
	TAILQ_FOREACH(job, &lambda->queue, entry)
		if (strcmp(job->function, function) == 0) {
			fail_job(lambda, job, payload);
			return;
		}
}

/* ---- which worker gets what ---- */

typedef struct {
	zt_worker *idle;
	unsigned starting, total;
} supply;

static supply supply_of(zt_lambda *lambda, const char *function)
{
	supply s = { 0 };
	zt_worker *worker;
	TAILQ_FOREACH(worker, &lambda->workers, entry) {
		if (strcmp(worker->function, function) != 0)
			continue;
		if (!s.idle && zt_worker_is_idle(worker))
			s.idle = worker;
		s.total += !worker->retired;
		s.starting += !worker->ready && !worker->retired;
	}
	return s;
}

/* The invocation fails with the words of whatever stands in a worker's way. */
static void cannot_start(zt_lambda *lambda, zt_job *job, const zt_error *error)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ERROR_MAX);
	LOG_ERROR("lambda", "a worker cannot start", ZT_KV_STR("function", job->function),
		  ZT_KV_STR("error", error->text));
	if (zt_lambda_error_json("Runtime.InvalidEntrypoint", error->text, &json) == ZT_OK)
		fail_job(lambda, job, zt_str_view(&json));
}

/* true when the invocation left the queue. `unserved` counts those of the function before it that stay in the queue: a
 * starting worker is theirs. */
static bool serve(zt_lambda *lambda, zt_job *job, unsigned unserved)
{
	zt_error error = { 0 };
	const zt_function *function = zt_registry_function(lambda->registry, zt_view_of(job->function));
	if (!function) {
		(void)zt_error_set(&error, ZT_E_NOT_FOUND, "the function %s is gone", job->function);
		cannot_start(lambda, job, &error);
		return true;
	}
	supply s = supply_of(lambda, job->function);
	if (s.idle) {
		take_from_queue(lambda, job);
		zt_worker_give(s.idle, job);
		return true;
	}
	if (s.starting > unserved || s.total >= lambda->concurrency_max)
		return false;
	if (zt_worker_start(lambda, function, &error) == ZT_OK)
		return false;
	cannot_start(lambda, job, &error);
	return true;
}

/* The functions whose invocations stay in the queue in one run of the pump. */
typedef struct {
	struct {
		const char *function;
		unsigned unserved;
	} each[CROWDS_MAX];
	size_t count;
} crowds;

/* The function's count, or NULL when there is no room for another function. */
static unsigned *unserved_of(crowds *c, const char *function)
{
	size_t i = 0;
	while (i < c->count && strcmp(c->each[i].function, function) != 0)
		i++;
	if (i == CROWDS_MAX)
		return NULL;
	if (i == c->count) {
		c->each[i].function = function;
		c->each[i].unserved = 0;
	}
	return &c->each[i].unserved;
}

static void pump(evutil_socket_t fd, short what, void *context)
{
	zt_lambda *lambda = context;
	zt_job *job, *next;
	crowds waiting = { .count = 0 };
	(void)fd;
	(void)what;
	for (job = TAILQ_FIRST(&lambda->queue); job && !lambda->closing; job = next) {
		next = TAILQ_NEXT(job, entry);
		unsigned *unserved = unserved_of(&waiting, job->function);
		/* Once as many wait as there could be workers, those behind them wait too. */
		if (!unserved || *unserved >= lambda->concurrency_max || serve(lambda, job, *unserved))
			continue;
		waiting.count += *unserved == 0;
		(*unserved)++;
	}
}

void zt_lambda_pump_soon(zt_lambda *lambda)
{
	if (!lambda->closing)
		event_active(lambda->pump, EV_TIMEOUT, 0);
}

static void due(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	zt_events_take_up(context);
}

/* New code or configuration is for new workers. */
static void registry_changed(void *context, zt_kind kind, zt_view key)
{
	zt_lambda *lambda = context;
	zt_worker *worker;
	if (kind != ZT_KIND_FUNCTION)
		return;
	TAILQ_FOREACH(worker, &lambda->workers, entry)
		if (zt_view_equal(zt_view_of(worker->function), key))
			zt_worker_retire(worker);
}

/* ---- the room's calls ---- */

static zt_status open_all(zt_lambda *lambda, const zt_lambda_spec *spec, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str dir = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&dir, spec->data_dir, "functions"));
	TRY(zt_dir_make(zt_str_text(&dir), 0700, ret_error));
	/* Workers run in folders of their own. */
	lambda->dir = realpath(zt_str_text(&dir), NULL);
	if (!lambda->dir)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot find %s", zt_str_text(&dir));
	if (spec->ca_bundle)
		ENSURE((lambda->ca_bundle = strdup(spec->ca_bundle)) != NULL, ZT_E_NOMEM);
	if (spec->endpoint_url)
		TRY(zt_lambda_set_endpoint(lambda, spec->endpoint_url));
	lambda->pump = event_new(lambda->loop, -1, 0, pump, lambda);
	lambda->due = event_new(lambda->loop, -1, 0, due, lambda);
	ENSURE(lambda->pump && lambda->due, ZT_E_NOMEM);
	TRY(zt_registry_listen(lambda->registry, registry_changed, lambda));
	/* On the loop, once whoever opens us knows the endpoint. */
	event_active(lambda->due, EV_TIMEOUT, 0);
	return ZT_OK;
}

zt_status zt_lambda_new(struct event_base *loop, zt_registry *registry, const zt_lambda_spec *spec, zt_lambda **ret,
			zt_error *ret_error)
{
	zt_lambda *lambda = calloc(1, sizeof *lambda);
	ENSURE(lambda, ZT_E_NOMEM);
	lambda->loop = loop;
	lambda->registry = registry;
	lambda->concurrency_max = spec->concurrency_max ? spec->concurrency_max : ZT_LAMBDA_CONCURRENCY;
	TAILQ_INIT(&lambda->queue);
	TAILQ_INIT(&lambda->workers);
	LIST_INIT(&lambda->accepting);
	zt_status status = open_all(lambda, spec, ret_error);
	if (status != ZT_OK) {
		zt_lambda_free(lambda);
		return status;
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
	return ZT_OK;
}

void zt_lambda_free(zt_lambda *lambda)
{
	zt_worker *worker;
	zt_job *job;
	if (!lambda)
		return;
	lambda->closing = true;
	zt_registry_unlisten(lambda->registry, registry_changed, lambda);
	zt_events_let_go(lambda);
	/* All at once, so that their times to end do not add up. */
	TAILQ_FOREACH(worker, &lambda->workers, entry)
		zt_child_signal(worker->child, SIGTERM);
	while ((worker = TAILQ_FIRST(&lambda->workers)) != NULL)
		zt_worker_free(worker);
	while ((job = TAILQ_FIRST(&lambda->queue)) != NULL) {
		TAILQ_REMOVE(&lambda->queue, job, entry);
		zt_job_leave(job);
	}
	if (lambda->pump)
		event_free(lambda->pump);
	if (lambda->due)
		event_free(lambda->due);
	free(lambda->dir);
	free(lambda->endpoint_url);
	free(lambda->ca_bundle);
	free(lambda);
}

zt_status zt_lambda_package(zt_lambda *lambda, zt_view zip, zt_package *ret, zt_error *ret_error)
{
	return zt_package_keep(lambda->dir, zip, ret, ret_error);
}

zt_status zt_lambda_invoke(zt_lambda *lambda, zt_view function, zt_view payload, zt_invoke_fn done, void *context,
			   zt_error *ret_error)
{
	zt_job *job;
	char request_id[ZT_UUID_TEXT];
	if (!zt_registry_function(lambda->registry, function))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Function not found: %.*s", ZT_PRI(function));
	if (lambda->waiting >= ZT_LAMBDA_WAITING_MAX)
		return zt_error_coded(ret_error, ZT_E_THROTTLED, "TooManyRequestsException", "Rate Exceeded.");
	zt_uuid(request_id);
	TRY(zt_job_new(request_id, function, payload, &job));
	job->done = done;
	job->context = context;
	TAILQ_INSERT_TAIL(&lambda->queue, job, entry);
	lambda->waiting++;
	zt_lambda_pump_soon(lambda);
	return ZT_OK;
}
