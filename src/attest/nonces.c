#include "attest/nonces.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "attest/store.h"
#include "base/random.h"
#include "base/str.h"

enum { BUCKETS = 4096, DEVICE_ID_TEXT = 129 };

typedef struct nonce {
	TAILQ_ENTRY(nonce) age;
	LIST_ENTRY(nonce) by_value, by_device;
	uint8_t value[ZT_NONCE_BYTES];
	char guid[ZT_GUID_TEXT], device_id[DEVICE_ID_TEXT];
	int64_t made_ms; /* monotonic */
} nonce;

LIST_HEAD(bucket, nonce);

struct zt_nonces {
	zt_clock clock;
	int64_t life_ms;
	size_t count;
	TAILQ_HEAD(, nonce) ages; /* oldest first; all live equally long, so that is the order of expiry too */
	struct bucket by_value[BUCKETS], by_device[BUCKETS];
};

zt_nonces *zt_nonces_new(zt_clock clock, int64_t life_ms)
{
	zt_nonces *nonces = calloc(1, sizeof *nonces);
	if (!nonces)
		return NULL;
	nonces->clock = clock;
	nonces->life_ms = life_ms;
	TAILQ_INIT(&nonces->ages);
	return nonces;
}

static void drop(zt_nonces *nonces, nonce *old)
{
	TAILQ_REMOVE(&nonces->ages, old, age);
	LIST_REMOVE(old, by_value);
	LIST_REMOVE(old, by_device);
	nonces->count--;
	free(old);
}

void zt_nonces_free(zt_nonces *nonces)
{
	if (!nonces)
		return;
	for (nonce *oldest; (oldest = TAILQ_FIRST(&nonces->ages));)
		drop(nonces, oldest);
	free(nonces);
}

static bool expired(const zt_nonces *nonces, const nonce *n)
{
	return zt_clock_mono_ms(&nonces->clock) - n->made_ms >= nonces->life_ms;
}

static void drop_expired(zt_nonces *nonces)
{
	for (nonce *oldest; (oldest = TAILQ_FIRST(&nonces->ages)) && expired(nonces, oldest);)
		drop(nonces, oldest);
}

/* FNV-1a. Nobody gains by a collision: the values are our own random bytes, the ids are claimed by the operator. */
static size_t bucket_of(zt_view key)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ key.p[i]) * 16777619u;
	return hash % BUCKETS;
}

static struct bucket *value_bucket(zt_nonces *nonces, const uint8_t *value)
{
	return &nonces->by_value[bucket_of((zt_view){ value, ZT_NONCE_BYTES })];
}

static struct bucket *device_bucket(zt_nonces *nonces, zt_view device_id)
{
	return &nonces->by_device[bucket_of(device_id)];
}

static bool is_of(const nonce *n, zt_view guid, zt_view device_id)
{
	return zt_view_equal(zt_view_of(n->device_id), device_id) && zt_view_equal(zt_view_of(n->guid), guid);
}

/* New ones go to the head of their bucket, so the last match is the oldest. */
static void make_room_for(zt_nonces *nonces, zt_view guid, zt_view device_id)
{
	nonce *n, *oldest = NULL;
	size_t open = 0;
	LIST_FOREACH(n, device_bucket(nonces, device_id), by_device)
	if (is_of(n, guid, device_id)) {
		oldest = n;
		open++;
	}
	if (open >= ZT_ATTEST_NONCES_PER_DEVICE_MAX)
		drop(nonces, oldest);
}

zt_status zt_nonces_make(zt_nonces *nonces, zt_view guid, zt_view device_id, uint8_t ret_nonce[ZT_NONCE_BYTES])
{
	ENSURE(guid.n < ZT_GUID_TEXT && device_id.n == DEVICE_ID_TEXT - 1, ZT_E_INVALID);
	drop_expired(nonces);
	make_room_for(nonces, guid, device_id);
	ENSURE(nonces->count < ZT_ATTEST_NONCES_MAX, ZT_E_THROTTLED);
	nonce *fresh = calloc(1, sizeof *fresh);
	ENSURE(fresh, ZT_E_NOMEM);
	zt_random_bytes(fresh->value, sizeof fresh->value);
	memcpy(fresh->guid, guid.p, guid.n);
	memcpy(fresh->device_id, device_id.p, device_id.n);
	fresh->made_ms = zt_clock_mono_ms(&nonces->clock);
	TAILQ_INSERT_TAIL(&nonces->ages, fresh, age);
	LIST_INSERT_HEAD(value_bucket(nonces, fresh->value), fresh, by_value);
	LIST_INSERT_HEAD(device_bucket(nonces, device_id), fresh, by_device);
	nonces->count++;
	memcpy(ret_nonce, fresh->value, sizeof fresh->value);
	return ZT_OK;
}

bool zt_nonces_take(zt_nonces *nonces, zt_view guid, zt_view value, char ret_device_id[129])
{
	nonce *n;
	if (value.n != ZT_NONCE_BYTES)
		return false;
	LIST_FOREACH(n, value_bucket(nonces, value.p), by_value)
	if (memcmp(n->value, value.p, sizeof n->value) == 0)
		break;
	if (!n)
		return false;
	bool good = !expired(nonces, n) && zt_view_equal(zt_view_of(n->guid), guid);
	if (good)
		memcpy(ret_device_id, n->device_id, sizeof n->device_id);
	drop(nonces, n);
	return good;
}

size_t zt_nonces_count(zt_nonces *nonces)
{
	drop_expired(nonces);
	return nonces->count;
}
