/* Connects to the broker: to the private one's Unix socket, whose backlog is 10, or to an operator's over the network.
 * What does not get through waits here and is tried again. */
#ifndef ZT_CLOUD_BROKER_CONNECTOR_H
#define ZT_CLOUD_BROKER_CONNECTOR_H

#include "cloud/broker/broker.h"
#include "net/dial.h"

typedef struct zt_connector zt_connector;

/* Closed at birth: only urgent connects are tried until zt_connector_let. */
ZT_NODISCARD zt_status zt_connector_new(struct event_base *loop, const char *path, zt_connector **ret);
/* As zt_connector_new, by way of a dialer, which is borrowed. */
ZT_NODISCARD zt_status zt_connector_new_remote(struct event_base *loop, zt_dialer *dialer, zt_connector **ret);
/* What waits is forgotten, its callbacks do not run. NULL is fine. */
void zt_connector_free(zt_connector *connector);
/* Whether ordinary connects are tried: not before the broker has its retained messages back. */
void zt_connector_let(zt_connector *connector, bool open);
/* `opened` runs later, with NULL when there was no broker for ten seconds. Urgent ones go first and through a closed
 * connector. */
ZT_NODISCARD zt_status zt_connector_open(zt_connector *connector, bool urgent, zt_broker_opened_fn opened,
					 void *context, void **ret_ticket);
void zt_connector_cancel(zt_connector *connector, void *ticket);

#endif
