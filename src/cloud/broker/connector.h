/* Connects to the broker's Unix socket. Its backlog is 10: what does not fit waits here and is tried again. */
#ifndef ZT_CLOUD_BROKER_CONNECTOR_H
#define ZT_CLOUD_BROKER_CONNECTOR_H

#include "cloud/broker/broker.h"

typedef struct zt_connector zt_connector;

/* Closed at birth: only urgent connects are tried until zt_connector_let. */
ZT_NODISCARD zt_status zt_connector_new(struct event_base *loop, const char *path, zt_connector **ret);
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
