/* The workers of one function and the invocations that wait for them. */
#include "base/log.h"
#include "cloud/lambda/inside.h"

static zt_pool *find_pool(zt_lambda *lambda, zt_view function)
{
	zt_pool *pool;
	TAILQ_FOREACH(pool, &lambda->pools, entry)
		if (zt_view_equal(zt_view_of(pool->function), function))
			return pool;
	return NULL;
}

static zt_pool *make_pool(zt_lambda *lambda, const char *function)
{
	zt_pool *pool = calloc(1, sizeof *pool);
	if (!pool)
		return NULL;
	pool->lambda = lambda;
	memcpy(pool->function, function, sizeof pool->function);
	TAILQ_INIT(&pool->queue);
	TAILQ_INIT(&pool->workers);
	TAILQ_INSERT_TAIL(&lambda->pools, pool, entry);
	return pool;
}

zt_status zt_pool_enqueue(zt_job *job)
{
	zt_pool *pool = find_pool(job->lambda, zt_view_of(job->function));
	if (!pool)
		pool = make_pool(job->lambda, job->function);
	ENSURE(pool, ZT_E_NOMEM);
	TAILQ_INSERT_TAIL(&pool->queue, job, entry);
	zt_pools_pump_soon(job->lambda);
	return ZT_OK;
}

static zt_job *take_oldest(zt_pool *pool)
{
	zt_job *job = TAILQ_FIRST(&pool->queue);
	if (job)
		TAILQ_REMOVE(&pool->queue, job, entry);
	return job;
}

void zt_pool_fail_oldest_with(zt_pool *pool, zt_view payload)
{
	const zt_invoke_result result = { .status = ZT_OK, .function_error = "Unhandled", .payload = payload };
	zt_job *job = take_oldest(pool);
	if (job)
		zt_job_end(job, &result);
}

void zt_pool_fail_oldest(zt_pool *pool, const char *type, const char *message)
{
	ZT_CLEANUP(zt_str_free) zt_str json = ZT_STR(ZT_LAMBDA_ERROR_MAX), text = ZT_STR(ZT_LAMBDA_ERROR_MAX);
	const zt_job *job = TAILQ_FIRST(&pool->queue);
	zt_status status = job ? zt_str_printf(&text, "RequestId: %s Error: %s", job->request_id, message) : ZT_OK;
	if (status == ZT_OK)
		status = zt_lambda_error_json(type, zt_str_text(&text), &json);
	/* Without memory for its words the error goes without. */
	zt_pool_fail_oldest_with(pool, status == ZT_OK ? zt_str_view(&json) : ZT_LIT("{}"));
}

/* None of the invocations could be tried, through no fault of the function. */
static void refuse_all(zt_pool *pool, zt_status status)
{
	const zt_invoke_result result = { .status = status, .function_error = "" };
	zt_jobs refused = TAILQ_HEAD_INITIALIZER(refused);
	/* Those that come while these are told are for the next round. */
	TAILQ_CONCAT(&refused, &pool->queue, entry);
	for (zt_job *job; (job = TAILQ_FIRST(&refused)) != NULL;) {
		TAILQ_REMOVE(&refused, job, entry);
		zt_job_end(job, &result);
	}
}

static zt_worker *idle_worker(zt_pool *pool)
{
	zt_worker *worker;
	TAILQ_FOREACH(worker, &pool->workers, entry)
		if (zt_worker_is_idle(worker))
			return worker;
	return NULL;
}

static void count(const zt_pool *pool, unsigned *ret_starting, unsigned *ret_total)
{
	const zt_worker *worker;
	*ret_starting = *ret_total = 0;
	TAILQ_FOREACH(worker, &pool->workers, entry) {
		*ret_total += !worker->retired;
		*ret_starting += !worker->retired && !worker->ready;
	}
}

static size_t queued(const zt_pool *pool, size_t enough)
{
	size_t n = 0;
	const zt_job *job;
	TAILQ_FOREACH(job, &pool->queue, entry)
		if (++n == enough)
			break;
	return n;
}

/* Whether a worker for one more of the invocations that wait should and may start. */
static bool wants_worker(const zt_pool *pool, unsigned *ret_total)
{
	unsigned starting;
	count(pool, &starting, ret_total);
	return *ret_total < pool->lambda->concurrency_max && starting < queued(pool, (size_t)starting + 1);
}

/* false when there is no use in starting another one now. */
static bool start_worker(zt_pool *pool, unsigned total)
{
	zt_error error = { 0 };
	const zt_function *function = zt_registry_function(pool->lambda->registry, zt_view_of(pool->function));
	if (!function) {
		refuse_all(pool, ZT_E_NOT_FOUND);
		return false;
	}
	zt_start_result result = zt_worker_start(pool, function, &error);
	if (result == ZT_START_OK)
		return true;
	LOG_ERROR("lambda", "a worker cannot start", ZT_KV_STR("function", pool->function),
		  ZT_KV_STR("status", zt_status_name(error.status)), ZT_KV_STR("cause", error.text));
	if (result == ZT_START_BAD_ENTRYPOINT)
		zt_pool_fail_oldest(pool, "Runtime.InvalidEntrypoint", error.text);
	else if (total == 0)
		/* Those that run would serve the others; without any nobody will. */
		refuse_all(pool, error.status);
	return result == ZT_START_BAD_ENTRYPOINT;
}

static void pump(zt_pool *pool)
{
	zt_worker *worker;
	unsigned total;
	while (!TAILQ_EMPTY(&pool->queue) && (worker = idle_worker(pool)) != NULL)
		zt_worker_give(worker, take_oldest(pool));
	while (wants_worker(pool, &total))
		if (!start_worker(pool, total))
			return;
}

void zt_pools_pump(zt_lambda *lambda)
{
	zt_pool *next;
	if (!lambda->endpoint_url)
		return;
	for (zt_pool *pool = TAILQ_FIRST(&lambda->pools); pool; pool = next) {
		pump(pool);
		next = TAILQ_NEXT(pool, entry);
		if (TAILQ_EMPTY(&pool->queue) && TAILQ_EMPTY(&pool->workers)) {
			TAILQ_REMOVE(&lambda->pools, pool, entry);
			free(pool);
		}
	}
}

void zt_pools_pump_soon(zt_lambda *lambda)
{
	if (!lambda->closing)
		event_active(lambda->pump, EV_TIMEOUT, 0);
}

void zt_pools_retire(zt_lambda *lambda, zt_view function)
{
	zt_worker *worker;
	zt_pool *pool = find_pool(lambda, function);
	if (!pool)
		return;
	TAILQ_FOREACH(worker, &pool->workers, entry)
		zt_worker_retire(worker);
	zt_pools_pump_soon(lambda);
}

zt_worker *zt_pools_worker_of(const zt_lambda *lambda, const char *access_key_id)
{
	zt_pool *pool;
	zt_worker *worker;
	TAILQ_FOREACH(pool, &lambda->pools, entry)
		TAILQ_FOREACH(worker, &pool->workers, entry)
			if (strcmp(worker->access_key_id, access_key_id) == 0)
				return worker;
	return NULL;
}

void zt_pools_free(zt_lambda *lambda)
{
	zt_worker *worker;
	for (zt_pool *pool; (pool = TAILQ_FIRST(&lambda->pools)) != NULL;) {
		while ((worker = TAILQ_FIRST(&pool->workers)) != NULL)
			zt_worker_free(worker);
		refuse_all(pool, ZT_E_CANCELLED);
		TAILQ_REMOVE(&lambda->pools, pool, entry);
		free(pool);
	}
}
