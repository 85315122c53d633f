/* A shadow of the Thing that this device is: learns the Thing's name, subscribes, and tells what comes. */
#ifndef ZT_AGENT_THING_SHADOW_H
#define ZT_AGENT_THING_SHADOW_H

#include "port/linux/client.h"
#include "zerotouch/shadow.h"

enum {
	ZT_THING_GUESS_MS = 3000
}; /* without an identity message by then, the Thing is taken to be named by the device id */

typedef struct {
	const char *name; /* of the shadow; "" for the classic one */
	zt_thing thing;   /* its name is known in advance, learnt, or guessed */
	zt_shadow shadow;
	bool begun, named; /* the identity message is waited for; the shadow is subscribed to */
	bool ready;        /* its subscriptions are granted on this connection */
	unsigned granted;
	zt_subscription subscriptions[ZT_SHADOW_SUBSCRIPTIONS];
	int64_t guess_at_ms; /* monotonic; INT64_MAX while there is nothing to wait for */
} zt_agent_shadow;

/* `thing` may be NULL. ZT_E_USAGE when AWS would not allow one of the names. */
ZT_NODISCARD zt_status zt_agent_shadow_init(zt_agent_shadow *shadow, const char *thing, const char *name,
					    zt_error *ret_error);
/* Looks at an event of the client. ZT_OK: *ret is news of the shadow. ZT_E_AGAIN: nothing of it. Other failures: broken
 * or refused, in *ret_error. */
ZT_NODISCARD zt_status zt_agent_shadow_take(zt_agent_shadow *shadow, zt_client *client, const zt_event *event,
					    zt_shadow_event *ret, zt_error *ret_error);
/* Call now and then: takes the guess when it is time. */
ZT_NODISCARD zt_status zt_agent_shadow_tick(zt_agent_shadow *shadow, zt_client *client, zt_error *ret_error);

#endif
