/* Where a device gets messages by itself: it asks for the oldest whenever it can send, and says what became of it. The
 * outbox is one (outbox.h). */
#ifndef ZEROTOUCH_SOURCE_H
#define ZEROTOUCH_SOURCE_H

#include "zerotouch/message.h"

/* Contract (each MUST is relied upon):
 *  peek     false when there is none. The message's bytes MUST stay as they are until `settled`; the same message MUST
 *           come again until then.
 *  settled  the message of the last peek was published, or was given up and will not be tried again (the device reports
 *           the reason as ZT_EVENT_NOT_PUBLISHED). */
typedef struct {
	bool (*peek)(void *context, zt_message *ret);
	void (*settled)(void *context, bool published);
	void *context;
} zt_source;

#endif
