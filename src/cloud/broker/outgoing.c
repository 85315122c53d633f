#include "cloud/broker/outgoing.h"

#include <stdlib.h>
#include <string.h>

static zt_view keep(uint8_t **at, zt_view v)
{
	zt_view kept = { *at, v.n };
	if (v.n)
		memcpy(*at, v.p, v.n);
	*at += v.n;
	return kept;
}

zt_outgoing *zt_outgoing_new(const zt_publish *message, zt_store_done_fn done, void *context)
{
	size_t n = message->topic.n + message->properties.n + message->payload.n;
	zt_outgoing *outgoing = malloc(sizeof *outgoing + n);
	if (!outgoing)
		return NULL;
	*outgoing =
	    (zt_outgoing){ .message = *message, .done = done, .context = context, .cost = sizeof *outgoing + n };
	uint8_t *at = (uint8_t *)(outgoing + 1);
	outgoing->message.topic = keep(&at, message->topic);
	outgoing->message.properties = keep(&at, message->properties);
	outgoing->message.payload = keep(&at, message->payload);
	outgoing->message.client_id = outgoing->message.principal = outgoing->message.source_ip = ZT_VIEW_EMPTY;
	return outgoing;
}

void zt_outgoing_end(zt_outgoing *outgoing, zt_status status)
{
	zt_store_done_fn done = outgoing->done;
	void *context = outgoing->context;
	free(outgoing);
	if (done)
		done(context, status);
}

void zt_outgoing_list_init(zt_outgoing_list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

void zt_outgoing_append(zt_outgoing_list *list, zt_outgoing *outgoing)
{
	outgoing->next = NULL;
	*list->end = outgoing;
	list->end = &outgoing->next;
}

static zt_outgoing *take_at(zt_outgoing_list *list, zt_outgoing **link)
{
	zt_outgoing *outgoing = *link;
	*link = outgoing->next;
	if (!*link)
		list->end = link;
	outgoing->next = NULL;
	return outgoing;
}

zt_outgoing *zt_outgoing_take_first(zt_outgoing_list *list)
{
	return list->first ? take_at(list, &list->first) : NULL;
}

zt_outgoing *zt_outgoing_take(zt_outgoing_list *list, uint16_t packet_id)
{
	for (zt_outgoing **link = &list->first; *link; link = &(*link)->next)
		if ((*link)->packet_id == packet_id)
			return take_at(list, link);
	return NULL;
}

void zt_outgoing_prepend(zt_outgoing_list *list, zt_outgoing_list *front)
{
	if (!front->first)
		return;
	*front->end = list->first;
	if (!list->first)
		list->end = front->end;
	list->first = front->first;
	zt_outgoing_list_init(front);
}
