#include "zerotouch/outbox.h"

#include "zerotouch/buf.h"

enum { FLAG_QOS = 0x01, FLAG_RETAIN = 0x02, FLAGS_KNOWN = 0x03, RECORD_VERSION = 1 };

static uint32_t slot_of(const zt_outbox *outbox, uint64_t number)
{
	return (uint32_t)(number % outbox->storage.slots);
}

static void put_record(zt_buf *out, const zt_message *message, uint64_t number)
{
	zt_buf_put_u8(out, RECORD_VERSION);
	zt_buf_put_u8(out, (uint8_t)((message->qos ? FLAG_QOS : 0) | (message->retain ? FLAG_RETAIN : 0)));
	zt_buf_put_be16(out, (uint16_t)message->topic.n);
	zt_buf_put_be32(out, (uint32_t)(number >> 32));
	zt_buf_put_be32(out, (uint32_t)number);
	zt_buf_put(out, message->topic);
	zt_buf_put(out, message->payload);
}

static zt_status read_record(zt_view record, zt_message *ret, uint64_t *ret_number)
{
	uint8_t version, flags;
	uint16_t topic_n;
	uint32_t high, low;
	ENSURE(zt_view_take_u8(&record, &version) && version == RECORD_VERSION, ZT_E_INVALID);
	ENSURE(zt_view_take_u8(&record, &flags) && (flags & ~FLAGS_KNOWN) == 0, ZT_E_INVALID);
	ENSURE(zt_view_take_be16(&record, &topic_n), ZT_E_INVALID);
	ENSURE(zt_view_take_be32(&record, &high) && zt_view_take_be32(&record, &low), ZT_E_INVALID);
	ENSURE(zt_view_take(&record, topic_n, &ret->topic), ZT_E_INVALID);
	ret->payload = record;
	ret->qos = flags & FLAG_QOS;
	ret->retain = flags & FLAG_RETAIN;
	*ret_number = (uint64_t)high << 32 | low;
	return zt_message_check(ret, NULL);
}

/* ZT_E_INVALID: what lies there is no record. ZT_E_CONFIG: it is another slot's, as when there were more or fewer. */
static zt_status load(zt_outbox *outbox, uint32_t slot, zt_message *ret, uint64_t *ret_number)
{
	const zt_storage *s = &outbox->storage;
	size_t n;
	zt_status status = s->read(s->context, slot, outbox->memory, outbox->record_max, &n);
	if (status == ZT_E_SPACE)
		return ZT_E_INVALID;
	TRY(status);
	ENSURE(read_record((zt_view){ outbox->memory, n }, ret, ret_number) == ZT_OK, ZT_E_INVALID);
	return slot_of(outbox, *ret_number) == slot ? ZT_OK : ZT_E_CONFIG;
}

static void erase(zt_outbox *outbox, uint64_t number)
{
	/* One that cannot be erased is sent again after a restart, which "at least once" allows. */
	(void)!outbox->storage.erase(outbox->storage.context, slot_of(outbox, number));
}

static zt_status find_slot(zt_outbox *outbox, uint32_t slot, bool *any)
{
	zt_message message;
	uint64_t number = 0;
	zt_status status = load(outbox, slot, &message, &number);
	if (status == ZT_E_NOT_FOUND)
		return ZT_OK;
	if (status == ZT_E_INVALID) {
		outbox->damaged++;
		erase(outbox, slot);
		return ZT_OK;
	}
	TRY(status);
	if (!*any || number < outbox->first)
		outbox->first = number;
	if (!*any || number >= outbox->next)
		outbox->next = number + 1;
	*any = true;
	return ZT_OK;
}

zt_status zt_outbox_init(zt_outbox *outbox, const zt_storage *storage, zt_outbox_policy policy, uint8_t *memory,
			 size_t memory_n)
{
	bool any = false;
	*outbox = (zt_outbox){ .storage = *storage, .policy = policy, .memory = memory, .record_max = memory_n / 2 };
	ENSURE(storage->slots && outbox->record_max > ZT_OUTBOX_RECORD_HEAD, ZT_E_CONFIG);
	for (uint32_t slot = 0; slot < storage->slots; slot++)
		TRY(find_slot(outbox, slot, &any));
	/* Numbers further apart than there are slots cannot both be ours. */
	if (outbox->next - outbox->first > storage->slots)
		outbox->first = outbox->next - storage->slots;
	return ZT_OK;
}

uint32_t zt_outbox_count(const zt_outbox *outbox)
{
	return (uint32_t)(outbox->next - outbox->first);
}

/* The oldest makes room. If it is being sent, it goes on being sent from memory. */
static void drop_oldest(zt_outbox *outbox)
{
	if (!outbox->holding || outbox->held != outbox->first)
		outbox->dropped++;
	erase(outbox, outbox->first++);
}

zt_status zt_outbox_put(zt_outbox *outbox, const zt_message *message, const char **ret_why)
{
	const zt_storage *s = &outbox->storage;
	TRY(zt_message_check(message, ret_why));
	zt_buf record = zt_buf_make(outbox->memory + outbox->record_max, outbox->record_max);
	put_record(&record, message, outbox->next);
	if (zt_buf_finish(&record) != ZT_OK)
		return zt_because(ret_why, ZT_E_LIMIT, "the message is larger than the outbox has memory for");
	bool full = zt_outbox_count(outbox) >= s->slots;
	if (full && outbox->policy == ZT_OUTBOX_KEEP_OLDEST)
		return zt_because(ret_why, ZT_E_SPACE, "the outbox is full, and keeps the oldest messages");
	if (full)
		drop_oldest(outbox);
	zt_status status = s->write(s->context, slot_of(outbox, outbox->next), zt_buf_view(&record));
	if (status != ZT_OK)
		return zt_because(ret_why, status,
				  status == ZT_E_DISK_FULL ? "no space left for the outbox"
							   : "the outbox cannot be written");
	outbox->next++;
	return ZT_OK;
}

/* A number without a readable slot was sent already, or is damaged. ZT_E_NOT_FOUND: nothing waits. */
static zt_status hold_oldest(zt_outbox *outbox)
{
	for (; outbox->first != outbox->next; outbox->first++) {
		zt_status status = load(outbox, slot_of(outbox, outbox->first), &outbox->message, &outbox->held);
		ENSURE(status == ZT_OK || status == ZT_E_NOT_FOUND || status == ZT_E_INVALID, status);
		outbox->holding = status == ZT_OK && outbox->held == outbox->first;
		if (outbox->holding)
			return ZT_OK;
	}
	return ZT_E_NOT_FOUND;
}

static bool peek(void *context, zt_message *ret)
{
	zt_outbox *outbox = context;
	if (!outbox->holding && hold_oldest(outbox) != ZT_OK)
		return false;
	*ret = outbox->message;
	return true;
}

static void settled(void *context, bool published)
{
	zt_outbox *outbox = context;
	(void)published;
	/* Unless it was dropped while it was being sent. */
	if (outbox->holding && outbox->held == outbox->first)
		erase(outbox, outbox->first++);
	outbox->holding = false;
}

zt_source zt_outbox_source(zt_outbox *outbox)
{
	return (zt_source){ peek, settled, outbox };
}
