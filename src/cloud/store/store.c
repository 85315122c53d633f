#include "cloud/store/store.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/store/database.h"
#include "net/loop.h"

/* Transactions of one commit: bounds the wait of the first and the length of the write-ahead log. */
enum { GROUP_MAX = 256, POLL_MS = 100 };

typedef struct {
	zt_changes *first, *last;
} queue;

struct zt_store {
	zt_database *database;
	zt_mailbox *mailbox;
	pthread_t writer;
	bool writer_runs;
	bool shared;
	int64_t looked_ms, looked; /* the writer's: when the log was looked at, and up to which place */
	bool lost;                 /* the log goes on without us */
	int64_t seen;              /* the loop's: the place up to which it was told */
	zt_store_foreign_fn foreign;
	void *foreign_context;

	pthread_mutex_t lock; /* guards what is below */
	pthread_cond_t work;
	bool ending;
	queue waiting, finished;
	/* Whatever was submitted before its caller heard of a failure may build upon what failed. It has the failed
	 * one's generation and fails too; the first failure that is told to the caller begins the next generation. */
	uint64_t generation, failed_generation;
	zt_status failed_status;
	zt_store_counters counters;
};

static void queue_append(queue *q, zt_changes *first, zt_changes *last)
{
	last->next = NULL;
	if (q->last)
		q->last->next = first;
	else
		q->first = first;
	q->last = last;
}

/* Takes the transactions of one commit: the oldest ones, all of one generation. NULL when nothing waits. */
static zt_changes *take_group(queue *q, size_t *ret_count, zt_changes **ret_last)
{
	zt_changes *first = q->first, *last = first;
	if (!first)
		return NULL;
	size_t count = 1;
	while (last->next && count < GROUP_MAX && last->next->generation == first->generation) {
		last = last->next;
		count++;
	}
	q->first = last->next;
	if (!q->first)
		q->last = NULL;
	last->next = NULL;
	*ret_count = count;
	*ret_last = last;
	return first;
}

static void mark(zt_changes *first, zt_status status)
{
	for (; first; first = first->next)
		first->status = status;
}

static void fail_from(zt_store *store, zt_changes *first, const zt_error *error)
{
	(void)zt_log_error("store", error, "changes were not written");
	/* What they collide with is told at once, so that the next try knows it. */
	store->looked_ms = 0;
	mark(first, error->status);
	(void)pthread_mutex_lock(&store->lock);
	store->failed_generation = first->generation;
	store->failed_status = error->status;
	(void)pthread_mutex_unlock(&store->lock);
}

static zt_status commit(zt_store *store, const zt_changes *first, size_t count, zt_error *ret_error)
{
	TRY(zt_database_write(store->database, first, count, ret_error));
	(void)pthread_mutex_lock(&store->lock);
	store->counters.commits++;
	(void)pthread_mutex_unlock(&store->lock);
	return ZT_OK;
}

/* In one commit; when that fails one by one, so that one that is too large does not fail those before it. */
static void write_group(zt_store *store, zt_changes *first, size_t count)
{
	zt_error error = { 0 };
	if (first->generation == store->failed_generation) {
		mark(first, store->failed_status);
		return;
	}
	if (commit(store, first, count, &error) == ZT_OK)
		return;
	for (; first && count > 1; first = first->next)
		if (commit(store, first, 1, &error) != ZT_OK)
			break;
	if (first)
		fail_from(store, first, &error);
}

static void deliver(void *argument);

static void hand_over(zt_store *store, zt_changes *first, zt_changes *last)
{
	(void)pthread_mutex_lock(&store->lock);
	queue_append(&store->finished, first, last);
	(void)pthread_mutex_unlock(&store->lock);
	/* Only out of memory can refuse it, and nobody else would tell the callers. */
	while (zt_mailbox_post(store->mailbox, deliver, store) != ZT_OK)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static zt_status read_foreign(zt_store *store, zt_changes **ret)
{
	zt_error error = { 0 };
	zt_status status = zt_database_foreign(store->database, store->looked, ret, &error);
	if (status == ZT_E_EXPIRED) {
		store->lost = true;
		TRY(zt_changes_new(ret));
		(*ret)->is_foreign = true;
		(*ret)->status = ZT_E_EXPIRED;
		return ZT_OK;
	}
	return status == ZT_OK ? ZT_OK : zt_log_error("store", &error, "what others changed is not known yet");
}

/* What others changed goes to the loop in its place among the ends of our own transactions. */
static void look(zt_store *store)
{
	zt_changes *changes;
	int64_t now_ms = zt_time_mono_ms();
	if (!store->shared || store->lost || now_ms - store->looked_ms < POLL_MS)
		return;
	store->looked_ms = now_ms;
	if (read_foreign(store, &changes) != ZT_OK)
		return;
	if (changes->seen == store->looked && changes->status == ZT_OK) {
		zt_changes_free(changes);
		return;
	}
	store->looked = changes->seen;
	hand_over(store, changes, changes);
}

/* Returns with the lock held: there is work, or the end, or it is time to look at what others did. */
static void wait_for_work(zt_store *store)
{
	struct timespec until;
	(void)pthread_mutex_lock(&store->lock);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	for (int waited = 0; !store->waiting.first && !store->ending && waited != ETIMEDOUT;)
		waited = store->shared ? pthread_cond_timedwait(&store->work, &store->lock, &until)
				       : pthread_cond_wait(&store->work, &store->lock);
}

static void *writer_main(void *argument)
{
	zt_store *store = argument;
	for (;;) {
		size_t count;
		zt_changes *last;
		wait_for_work(store);
		zt_changes *first = take_group(&store->waiting, &count, &last);
		bool ending = store->ending;
		(void)pthread_mutex_unlock(&store->lock);
		if (first) {
			write_group(store, first, count);
			hand_over(store, first, last);
		} else if (ending) {
			return NULL;
		}
		look(store);
	}
}

static void tell_foreign(zt_store *store, zt_changes *changes)
{
	store->seen = changes->seen > store->seen ? changes->seen : store->seen;
	if (store->foreign && changes->status != ZT_OK)
		store->foreign(store->foreign_context, NULL, false);
	for (size_t i = 0; store->foreign && i < changes->count; i++) {
		const zt_change *item = &changes->items[i];
		const zt_record record = { .kind = item->kind,
					   .key = { item->bytes, item->key_n },
					   .value = { item->bytes + item->key_n, item->value_n } };
		store->foreign(store->foreign_context, &record, item->is_delete);
	}
	zt_changes_free(changes);
}

static void finish(zt_store *store, zt_changes *changes)
{
	if (changes->is_foreign) {
		tell_foreign(store, changes);
		return;
	}
	zt_store_done_fn done = changes->done;
	void *context = changes->context;
	zt_status status = changes->status;
	(void)pthread_mutex_lock(&store->lock);
	store->counters.transactions++;
	store->counters.failures += status != ZT_OK;
	if (status != ZT_OK && changes->generation == store->generation)
		store->generation++;
	(void)pthread_mutex_unlock(&store->lock);
	zt_changes_free(changes);
	if (done)
		done(context, status);
}

/* On the loop's thread. */
static void deliver(void *argument)
{
	zt_store *store = argument;
	(void)pthread_mutex_lock(&store->lock);
	zt_changes *changes = store->finished.first;
	store->finished = (queue){ NULL, NULL };
	(void)pthread_mutex_unlock(&store->lock);
	while (changes) {
		zt_changes *next = changes->next;
		finish(store, changes);
		changes = next;
	}
}

/* The thread takes no signals: they are the loop's. */
static zt_status start_writer(zt_store *store, zt_error *ret_error)
{
	sigset_t all, before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	store->writer_runs = pthread_create(&store->writer, NULL, writer_main, store) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return store->writer_runs ? ZT_OK : zt_error_set(ret_error, ZT_E_NOMEM, "cannot start the store's thread");
}

ZT_DEFINE_CLEANUP(zt_store, zt_store_close)

/* A wall clock that is set does not make the writer wait. */
static void init_locks(zt_store *store)
{
	pthread_condattr_t monotonic;
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&store->work, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	(void)pthread_mutex_init(&store->lock, NULL);
}

static zt_status open_store(struct event_base *loop, const char *path, bool shared, zt_store **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_store_closep) zt_store *store = calloc(1, sizeof *store);
	ENSURE(store, ZT_E_NOMEM);
	init_locks(store);
	store->generation = 1;
	store->shared = shared;
	TRY(zt_database_open(path, shared, &store->database, ret_error));
	/* Before the records are loaded: what is told twice does no harm. */
	if (shared)
		TRY(zt_database_place(store->database, &store->seen, ret_error));
	store->looked = store->seen;
	TRY(zt_mailbox_new(loop, &store->mailbox, ret_error));
	/* The writer looks at what others did: only once all is loaded. */
	if (!shared)
		TRY(start_writer(store, ret_error));
	*ret = ZT_STEAL(store);
	return ZT_OK;
}

zt_status zt_store_watch(zt_store *store, zt_store_foreign_fn foreign, void *context, zt_error *ret_error)
{
	store->foreign = foreign;
	store->foreign_context = context;
	return store->shared ? start_writer(store, ret_error) : ZT_OK;
}

zt_status zt_store_open(struct event_base *loop, const char *path, zt_store **ret, zt_error *ret_error)
{
	return open_store(loop, path, false, ret, ret_error);
}

zt_status zt_store_open_shared(struct event_base *loop, const char *path, zt_store **ret, zt_error *ret_error)
{
	return open_store(loop, path, true, ret, ret_error);
}

zt_status zt_store_load(zt_store *store, zt_store_visit_fn visit, void *context, zt_error *ret_error)
{
	return zt_database_walk(store->database, visit, context, ret_error);
}

void zt_store_submit(zt_store *store, zt_changes *changes, zt_store_done_fn done, void *context)
{
	changes->done = done;
	changes->context = context;
	changes->status = ZT_OK;
	(void)pthread_mutex_lock(&store->lock);
	changes->generation = store->generation;
	changes->seen = store->seen;
	queue_append(&store->waiting, changes, changes);
	(void)pthread_cond_signal(&store->work);
	(void)pthread_mutex_unlock(&store->lock);
}

static void stop_writer(zt_store *store)
{
	(void)pthread_mutex_lock(&store->lock);
	store->ending = true;
	(void)pthread_cond_signal(&store->work);
	(void)pthread_mutex_unlock(&store->lock);
	(void)pthread_join(store->writer, NULL);
}

/* Callbacks may have submitted more behind the end of the thread. */
static void finish_rest(zt_store *store)
{
	size_t count;
	zt_changes *last;
	deliver(store);
	for (zt_changes *first; (first = take_group(&store->waiting, &count, &last)); deliver(store)) {
		write_group(store, first, count);
		queue_append(&store->finished, first, last);
	}
}

void zt_store_close(zt_store *store)
{
	if (!store)
		return;
	if (store->writer_runs) {
		stop_writer(store);
		finish_rest(store);
	}
	zt_mailbox_free(store->mailbox);
	zt_database_close(store->database);
	(void)pthread_cond_destroy(&store->work);
	(void)pthread_mutex_destroy(&store->lock);
	free(store);
}

void zt_store_count(const zt_store *store, zt_store_counters *ret)
{
	/* The lock is no part of what the caller sees as constant. */
	pthread_mutex_t *lock = (pthread_mutex_t *)&store->lock;
	(void)pthread_mutex_lock(lock);
	*ret = store->counters;
	(void)pthread_mutex_unlock(lock);
}
