#include "cloud/api/keymaker.h"

#include <pthread.h>
#include <stdlib.h>

#include "net/loop.h"

typedef struct key_job {
	struct key_job *next;
	zt_key_made_fn made;
	void *context;
	zt_key *key;
	zt_status status;
} key_job;

struct zt_keymaker {
	zt_mailbox *mailbox;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of what stands below */
	pthread_cond_t changed;
	key_job *first, **last;
	size_t waiting;
	bool ending;
};

static void tell(void *argument)
{
	key_job *job = argument;
	job->made(job->context, job->status, job->key);
	free(job);
}

/* The next job, NULL when it is time to end. */
static key_job *take(zt_keymaker *maker)
{
	(void)pthread_mutex_lock(&maker->lock);
	while (!maker->first && !maker->ending)
		(void)pthread_cond_wait(&maker->changed, &maker->lock);
	key_job *job = maker->ending ? NULL : maker->first;
	if (job) {
		maker->first = job->next;
		if (!maker->first)
			maker->last = &maker->first;
		maker->waiting--;
	}
	(void)pthread_mutex_unlock(&maker->lock);
	return job;
}

static void *work(void *argument)
{
	zt_keymaker *maker = argument;
	for (key_job *job; (job = take(maker));) {
		job->status = zt_key_new(ZT_KEY_RSA2048, &job->key, NULL);
		/* Without memory for a letter nobody can be told; the caller's own time limit ends its wait. */
		if (zt_mailbox_post(maker->mailbox, tell, job) != ZT_OK) {
			zt_key_free(job->key);
			free(job);
		}
	}
	return NULL;
}

zt_status zt_keymaker_new(struct event_base *loop, zt_keymaker **ret, zt_error *ret_error)
{
	zt_keymaker *maker = calloc(1, sizeof *maker);
	ENSURE(maker, ZT_E_NOMEM);
	maker->last = &maker->first;
	(void)pthread_mutex_init(&maker->lock, NULL);
	(void)pthread_cond_init(&maker->changed, NULL);
	zt_status status = zt_mailbox_new(loop, &maker->mailbox, ret_error);
	if (status == ZT_OK && pthread_create(&maker->thread, NULL, work, maker) != 0)
		status = zt_error_set(ret_error, ZT_E_NOMEM, "no thread can be started for making keys");
	maker->started = status == ZT_OK;
	if (status != ZT_OK) {
		zt_keymaker_free(maker);
		return status;
	}
	*ret = maker;
	return ZT_OK;
}

void zt_keymaker_free(zt_keymaker *maker)
{
	if (!maker)
		return;
	(void)pthread_mutex_lock(&maker->lock);
	maker->ending = true;
	(void)pthread_cond_signal(&maker->changed);
	(void)pthread_mutex_unlock(&maker->lock);
	if (maker->started)
		(void)pthread_join(maker->thread, NULL);
	zt_mailbox_free(maker->mailbox);
	for (key_job *next, *job = maker->first; job; job = next) {
		next = job->next;
		job->status = ZT_E_UNAVAILABLE;
		tell(job);
	}
	(void)pthread_cond_destroy(&maker->changed);
	(void)pthread_mutex_destroy(&maker->lock);
	free(maker);
}

zt_status zt_keymaker_make(zt_keymaker *maker, zt_key_made_fn made, void *context, zt_error *ret_error)
{
	key_job *job = calloc(1, sizeof *job);
	ENSURE(job, ZT_E_NOMEM);
	job->made = made;
	job->context = context;
	(void)pthread_mutex_lock(&maker->lock);
	bool full = maker->waiting == ZT_KEYS_WAITING_MAX;
	if (!full) {
		*maker->last = job;
		maker->last = &job->next;
		maker->waiting++;
		(void)pthread_cond_signal(&maker->changed);
	}
	(void)pthread_mutex_unlock(&maker->lock);
	if (!full)
		return ZT_OK;
	free(job);
	return zt_error_coded(ret_error, ZT_E_THROTTLED, "ThrottlingException", "Rate exceeded");
}
