#include "cloud/gateway/presence.h"

#include <stddef.h>
#include <stdlib.h>

#include "cloud/registry/index.h"

typedef struct client {
	zt_node by_id;
	struct client *next, *previous; /* of the absent, longest first */
	unsigned open;                  /* connections: an older one leaves after the newer one has come */
	uint64_t version;
	int64_t left_ms;
	char id[];
} client;

struct zt_presence {
	zt_index by_id;
	client *first, *last; /* of the absent */
	uint64_t absent;
};

static void stay_away(zt_presence *p, client *c)
{
	c->previous = p->last;
	c->next = NULL;
	*(p->last ? &p->last->next : &p->first) = c;
	p->last = c;
	p->absent++;
}

static void come_back(zt_presence *p, client *c)
{
	*(c->previous ? &c->previous->next : &p->first) = c->next;
	*(c->next ? &c->next->previous : &p->last) = c->previous;
	p->absent--;
}

static void forget(zt_presence *p, client *c)
{
	come_back(p, c);
	zt_index_take(&p->by_id, &c->by_id);
	free(c);
}

static void forget_old(zt_presence *p, int64_t now_ms)
{
	while (p->first &&
	       (p->absent > ZT_PRESENCE_ABSENT_MAX || now_ms - p->first->left_ms >= ZT_PRESENCE_REMEMBERED_MS))
		forget(p, p->first);
}

static client *find(const zt_presence *p, zt_view client_id)
{
	zt_node *node = zt_index_find(&p->by_id, client_id);
	return node ? ZT_CONTAINER(node, client, by_id) : NULL;
}

static client *add(zt_presence *p, zt_view client_id)
{
	client *c = calloc(1, sizeof *c + client_id.n);
	if (!c)
		return NULL;
	memcpy(c->id, client_id.p, client_id.n);
	c->by_id.key = zt_view_make(c->id, client_id.n);
	zt_index_put(&p->by_id, &c->by_id);
	return c;
}

zt_status zt_presence_new(zt_presence **ret)
{
	*ret = calloc(1, sizeof **ret);
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

void zt_presence_free(zt_presence *p)
{
	zt_node *node;
	while (p && (node = zt_index_at(&p->by_id, 0))) {
		zt_index_take(&p->by_id, node);
		free(ZT_CONTAINER(node, client, by_id));
	}
	free(p);
}

uint64_t zt_presence_enter(zt_presence *p, zt_view client_id, int64_t now_ms)
{
	forget_old(p, now_ms);
	client *c = find(p, client_id);
	if (!c) {
		c = add(p, client_id);
		if (!c)
			return 0;
	} else {
		if (c->open == 0)
			come_back(p, c);
		c->version++;
	}
	c->open++;
	return c->version;
}

void zt_presence_leave(zt_presence *p, zt_view client_id, int64_t now_ms)
{
	client *c = find(p, client_id);
	if (!c || c->open == 0 || --c->open > 0)
		return;
	c->left_ms = now_ms;
	stay_away(p, c);
}

uint64_t zt_presence_count(const zt_presence *p)
{
	return zt_index_count(&p->by_id);
}
