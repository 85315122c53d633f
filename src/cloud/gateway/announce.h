/* The events of registrations on their way to rules and subscribers, with the faults that were asked for. Inside of the
 * gateway. */
#ifndef ZT_CLOUD_GATEWAY_ANNOUNCE_H
#define ZT_CLOUD_GATEWAY_ANNOUNCE_H

#include <event2/event.h>

#include "cloud/broker/broker.h"
#include "cloud/faults/faults.h"
#include "cloud/registry/registry.h"

typedef struct zt_late_event zt_late_event;

typedef struct {
	struct event_base *loop;
	zt_registry *registry;
	zt_broker *broker;
	zt_publish_listener listener;
	zt_faults *faults;   /* or NULL */
	zt_late_event *late; /* held back on purpose */
} zt_announcer;

/* registered_ms < 0: it is being registered by this very contact. `client_id` is the CONNECT's, empty by HTTPS. */
void zt_announce(zt_announcer *announcer, zt_view certificate_id, zt_view ca_id, int64_t registered_ms,
		 zt_view client_id);
/* What is held back is lost. */
void zt_announcer_deinit(zt_announcer *announcer);

#endif
