/* The agent's outbox: zt_outbox over files in the state folder. */
#ifndef ZT_AGENT_OUTBOX_H
#define ZT_AGENT_OUTBOX_H

#include "port/linux/storage_files.h"
#include "zerotouch/outbox.h"

enum { ZT_AGENT_OUTBOX_SLOTS = 1000 };

typedef struct {
	zt_str folder;
	zt_storage_files files;
	zt_outbox outbox;
	zt_source source;
	uint8_t *memory;
} zt_agent_outbox;

/* DIR/outbox. ZT_E_CONFLICT when another agent runs with this state folder, ZT_E_CONFIG when it holds messages that
 * were kept with another number of slots. */
ZT_NODISCARD zt_status zt_agent_outbox_open(zt_agent_outbox *box, const char *state, unsigned slots,
					    zt_outbox_policy policy, zt_error *ret_error);
/* A zeroed one is fine. */
void zt_agent_outbox_close(zt_agent_outbox *box);

#endif
