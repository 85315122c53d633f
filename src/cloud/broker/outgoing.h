/* A message of ours on its way to the broker, and the bounded queue of them. */
#ifndef ZT_CLOUD_BROKER_OUTGOING_H
#define ZT_CLOUD_BROKER_OUTGOING_H

#include "cloud/publish.h"
#include "cloud/store/store.h"

enum {
	ZT_OUTGOING_COUNT_MAX = 10000,
	ZT_OUTGOING_BYTES_MAX = 64 * 1024 * 1024,
};

typedef struct zt_outgoing {
	struct zt_outgoing *next;
	zt_publish message; /* its views lie behind this structure */
	zt_store_done_fn done;
	void *context;
	void *owner;        /* the broker, while a retained message is made durable */
	uint16_t packet_id; /* once sent with QoS 1 */
	size_t cost;        /* what it counts for the queue's limit; 0 when it does not count */
} zt_outgoing;

/* NULL when out of memory. */
zt_outgoing *zt_outgoing_new(const zt_publish *message, zt_store_done_fn done, void *context);
/* Tells the publisher and frees it. */
void zt_outgoing_end(zt_outgoing *outgoing, zt_status status);

typedef struct {
	zt_outgoing *first, **end;
} zt_outgoing_list;

void zt_outgoing_list_init(zt_outgoing_list *list);
void zt_outgoing_append(zt_outgoing_list *list, zt_outgoing *outgoing);
zt_outgoing *zt_outgoing_take_first(zt_outgoing_list *list);
/* Takes out the one with that packet id; NULL when there is none. */
zt_outgoing *zt_outgoing_take(zt_outgoing_list *list, uint16_t packet_id);
/* All of `front` before all of `list`. */
void zt_outgoing_prepend(zt_outgoing_list *list, zt_outgoing_list *front);

#endif
