/* An outbox on the board's flash. */
#include "zerotouch/outbox.h"

#include "size/program.h"

extern const zt_storage board_storage;

static zt_outbox outbox;
static zt_source source;
static uint8_t records[2 * 1024];

const zt_protocol *size_protocol(void)
{
	return NULL;
}

const zt_source *size_source(void)
{
	const zt_message message = { ZT_LIT("t"), ZT_LIT("x"), 1, false };
	board_note(zt_outbox_init(&outbox, &board_storage, ZT_OUTBOX_KEEP_OLDEST, records, sizeof records));
	board_note(zt_outbox_put(&outbox, &message, board_why()));
	source = zt_outbox_source(&outbox);
	return zt_outbox_count(&outbox) ? &source : NULL;
}
