/* An outbox: keeps messages in order, in storage that survives power loss, until a device has published them.
 *
 * A message that zt_outbox_put took is sent at least once and in order, whatever happens in between, unless it is one
 * of those that are counted as dropped. It is bounded by the slots of its storage; what happens when they are full is
 * the caller's choice. */
#ifndef ZEROTOUCH_OUTBOX_H
#define ZEROTOUCH_OUTBOX_H

#include "zerotouch/source.h"
#include "zerotouch/storage.h"

enum { ZT_OUTBOX_RECORD_HEAD = 12 }; /* bytes of a record beside topic and payload */

typedef enum {
	ZT_OUTBOX_KEEP_OLDEST, /* when full, the new message is refused: nothing that was taken is lost */
	ZT_OUTBOX_KEEP_NEWEST, /* when full, the oldest is dropped: the latest readings matter most */
} zt_outbox_policy;

typedef struct {
	zt_storage storage;
	zt_outbox_policy policy;
	uint8_t *memory;      /* two records: one being sent, one being put */
	size_t record_max;    /* bytes of each */
	uint64_t first, next; /* numbers of the oldest message and of the one to come */
	bool holding;         /* a message is in memory, on its way out: */
	uint64_t held;        /* its number */
	zt_message message;   /* itself */
	uint32_t dropped;     /* given up because the outbox was full */
	uint32_t damaged;     /* slots that could not be read and were emptied */
} zt_outbox;

/* Finds what an earlier life left in storage. The memory is the caller's: 2 * record_max bytes, where record_max bounds
 * topic and payload together with ZT_OUTBOX_RECORD_HEAD. ZT_E_CONFIG when there are no slots or no memory, or
 * the messages in storage were put with another number of slots (nothing is changed then); ZT_E_IO, when storage fails
 * altogether. */
ZT_NODISCARD zt_status zt_outbox_init(zt_outbox *outbox, const zt_storage *storage, zt_outbox_policy policy,
				      uint8_t *memory, size_t memory_n);
/* Takes a message: durable when it returns ZT_OK. ZT_E_LIMIT and ZT_E_INVALID (message.h, or larger than a record),
 * ZT_E_SPACE when full and the oldest are kept, ZT_E_DISK_FULL and ZT_E_IO from storage; each says why in *ret_why
 * (NULL is fine). */
ZT_NODISCARD zt_status zt_outbox_put(zt_outbox *outbox, const zt_message *message, const char **ret_why);
/* Messages that wait, the one being sent included; at most the slots of the storage. */
uint32_t zt_outbox_count(const zt_outbox *outbox);
/* For zt_device_config.source. */
zt_source zt_outbox_source(zt_outbox *outbox);

#endif
