/* A few numbered slots that survive power loss: flash pages, files. What the outbox keeps its messages in. */
#ifndef ZEROTOUCH_STORAGE_H
#define ZEROTOUCH_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

/* Contract (each MUST is relied upon):
 *  read   ZT_OK and *ret_n <= cap, ZT_E_NOT_FOUND for a slot that was never written or is erased, ZT_E_SPACE when it
 *         holds more than cap, ZT_E_INVALID when it was damaged since it was written, ZT_E_IO otherwise. MUST NOT
 * return bytes of a write that did not finish. write  replaces the slot whole or not at all, and MUST be durable when
 * it returns ZT_OK. ZT_E_DISK_FULL, ZT_E_IO. erase  an empty slot is fine. Durable when it returns ZT_OK. */
typedef struct {
	zt_status (*read)(void *context, uint32_t slot, uint8_t *bytes, size_t cap, size_t *ret_n);
	zt_status (*write)(void *context, uint32_t slot, zt_view bytes);
	zt_status (*erase)(void *context, uint32_t slot);
	uint32_t slots; /* slots are 0 .. slots - 1 */
	void *context;
} zt_storage;

#endif
