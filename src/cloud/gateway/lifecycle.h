/* Lifecycle events: what becomes of connections and subscriptions, on $aws/events/presence/… and
 * $aws/events/subscriptions/… (AWS IoT, "Lifecycle events"). Inside of the gateway. */
#ifndef ZT_CLOUD_GATEWAY_LIFECYCLE_H
#define ZT_CLOUD_GATEWAY_LIFECYCLE_H

#include "cloud/gateway/connection.h"

/* The connection was accepted: it gets its session identifier and version number. */
void zt_lifecycle_connected(zt_mqtt_connection *connection);
/* It ends, for the reason in `disconnect_reason`. Only after zt_lifecycle_connected. */
void zt_lifecycle_disconnected(zt_mqtt_connection *connection);
/* Its CONNECT was refused by policies. */
void zt_lifecycle_connect_failed(zt_mqtt_connection *connection);
/* Its filters went up to the broker. */
void zt_lifecycle_subscribed(zt_mqtt_connection *connection, bool subscribed, const zt_view *filters, size_t count);

/* AWS's word for the end that such a refusal brings. */
const char *zt_lifecycle_reason(zt_refusal_rule rule);

#endif
