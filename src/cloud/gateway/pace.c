#include "cloud/gateway/pace.h"

#include <stddef.h>
#include <stdlib.h>

#include "cloud/registry/index.h"

enum { SECOND_MS = 1000 };

typedef struct entry {
	zt_node by_key;
	struct entry *next; /* younger */
	int64_t at_ms;
	char key[];
} entry;

struct zt_pace {
	zt_index by_key;
	entry *oldest, **youngest;
	size_t count;
};

static void forget_oldest(zt_pace *p)
{
	entry *e = p->oldest;
	p->oldest = e->next;
	if (!p->oldest)
		p->youngest = &p->oldest;
	zt_index_take(&p->by_key, &e->by_key);
	p->count--;
	free(e);
}

bool zt_second_has_room(zt_second *second, unsigned max, int64_t mono_ms)
{
	if (mono_ms - second->began_ms >= SECOND_MS)
		*second = (zt_second){ .began_ms = mono_ms };
	return second->count < max;
}

zt_status zt_pace_new(zt_pace **ret)
{
	zt_pace *p = calloc(1, sizeof *p);
	ENSURE(p, ZT_E_NOMEM);
	p->youngest = &p->oldest;
	*ret = p;
	return ZT_OK;
}

void zt_pace_free(zt_pace *p)
{
	while (p && p->oldest)
		forget_oldest(p);
	free(p);
}

bool zt_pace_take(zt_pace *p, zt_view key, int64_t mono_ms)
{
	while (p->oldest && mono_ms - p->oldest->at_ms >= SECOND_MS)
		forget_oldest(p);
	if (zt_index_find(&p->by_key, key))
		return false;
	if (p->count == ZT_PACE_KEYS_MAX)
		forget_oldest(p);
	entry *e = calloc(1, sizeof *e + key.n);
	if (!e)
		return true;
	memcpy(e->key, key.p, key.n);
	e->by_key.key = zt_view_make(e->key, key.n);
	e->at_ms = mono_ms;
	zt_index_put(&p->by_key, &e->by_key);
	*p->youngest = e;
	p->youngest = &e->next;
	p->count++;
	return true;
}
