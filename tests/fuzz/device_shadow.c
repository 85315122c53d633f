/* What comes on the topics of a shadow and of the identity message, and a slot of the outbox's storage: any bytes. */
#include <stdint.h>
#include <string.h>

#include "zerotouch/json_view.h"
#include "zerotouch/outbox.h"
#include "zerotouch/shadow.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static zt_status read_slot(void *context, uint32_t slot, uint8_t *bytes, size_t cap, size_t *ret_n)
{
	const zt_view *slots = context;
	ENSURE(slots[slot].p, ZT_E_NOT_FOUND);
	ENSURE(slots[slot].n <= cap, ZT_E_SPACE);
	if (slots[slot].n)
		memcpy(bytes, slots[slot].p, slots[slot].n);
	*ret_n = slots[slot].n;
	return ZT_OK;
}

static zt_status write_slot(void *context, uint32_t slot, zt_view bytes)
{
	(void)context;
	(void)slot;
	(void)bytes;
	return ZT_OK;
}

static zt_status erase_slot(void *context, uint32_t slot)
{
	((zt_view *)context)[slot] = ZT_VIEW_EMPTY;
	return ZT_OK;
}

static void read_outbox(zt_view input)
{
	static uint8_t memory[512];
	zt_view slots[2] = { { input.p, input.n / 2 }, zt_view_from(input, input.n / 2) };
	const zt_storage storage = { read_slot, write_slot, erase_slot, 2, slots };
	zt_outbox outbox;
	zt_message message;
	if (zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory) != ZT_OK)
		return;
	const zt_source source = zt_outbox_source(&outbox);
	for (int i = 0; source.peek(source.context, &message); i++) {
		if (i == 2 || zt_message_check(&message, NULL) != ZT_OK)
			__builtin_trap();
		source.settled(source.context, true);
	}
}

static void read_messages(zt_view input)
{
	static const char *const topics[] = { "$aws/things/t/shadow/get/accepted", "$aws/things/t/shadow/update/delta",
					      "$aws/things/t/shadow/update/rejected", "zerotouch/d/identity" };
	zt_shadow shadow;
	zt_thing thing;
	zt_shadow_event event;
	if (zt_shadow_init(&shadow, ZT_LIT("t"), ZT_VIEW_EMPTY, NULL) != ZT_OK ||
	    zt_thing_init(&thing, ZT_LIT("d")) != ZT_OK)
		__builtin_trap();
	for (size_t i = 0; i < ZT_COUNT(topics); i++) {
		const zt_message message = { zt_view_of(topics[i]), input, 1, false };
		(void)!zt_shadow_take(&shadow, &message, &event);
		(void)!zt_thing_take(&thing, &message);
	}
	if (thing.name[0] && !zt_thing_name_is_valid(zt_view_of(thing.name), ZT_THING_NAME_MAX))
		__builtin_trap();
}

/* What we write of any text is JSON again, as long as the text is. */
static void write_text(zt_view input)
{
	static uint8_t memory[8192];
	zt_buf out = ZT_BUF(memory);
	zt_jv_put_text(&out, input);
	if (zt_view_is_utf8(input) && zt_buf_finish(&out) == ZT_OK && zt_jv_check(zt_buf_view(&out)) != ZT_OK)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const zt_view input = zt_view_make(bytes, n);
	read_messages(input);
	read_outbox(input);
	write_text(input);
	return 0;
}
