/* Which Thing this device is. Its name depends on the fleet's template, so the registration handler tells it: in a
 * retained message on zerotouch/<device id>/identity, {"thingName":"…"}, which nobody else may publish. A fleet whose
 * Things are named by their device id needs no message: zt_thing_is. */
#ifndef ZEROTOUCH_THING_H
#define ZEROTOUCH_THING_H

#include "zerotouch/device.h"

enum {
	ZT_THING_NAME_MAX = 128, /* AWS: 128 characters of a-z A-Z 0-9 : _ - */
	ZT_THING_FILTER_MAX = 10 + ZT_DEVICE_NAME_MAX + 9,
};

typedef struct {
	char filter[ZT_THING_FILTER_MAX + 1];
	char name[ZT_THING_NAME_MAX + 1]; /* "" until it is known */
} zt_thing;

/* ZT_E_INVALID when the device id is empty, too long or no topic level. */
ZT_NODISCARD zt_status zt_thing_init(zt_thing *thing, zt_view device_id);
/* What to subscribe to; borrows from the thing. */
zt_subscription zt_thing_subscription(const zt_thing *thing);
/* Looks at a received message. ZT_OK: the name is known now. ZT_E_NOT_FOUND: it is about something else. ZT_E_PROTOCOL:
 * it holds no Thing name that AWS would allow; what was known stays. */
ZT_NODISCARD zt_status zt_thing_take(zt_thing *thing, const zt_message *message);
/* Sets the name. ZT_E_INVALID when AWS would not allow it. */
ZT_NODISCARD zt_status zt_thing_is(zt_thing *thing, zt_view name);
/* a-z A-Z 0-9 : _ -, at least one, at most `max` (AWS IoT, CreateThing). */
bool zt_thing_name_is_valid(zt_view name, size_t max);

#endif
