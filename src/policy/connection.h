/* What a connection and the Thing that it is bound to give to policy variables and condition keys (AWS IoT, "Thing
 * policy variables", "Basic AWS IoT Core policy variables"). */
#ifndef ZT_POLICY_CONNECTION_H
#define ZT_POLICY_CONNECTION_H

#include <jansson.h>

#include "zerotouch/view.h"

typedef struct {
	zt_view client_id;              /* empty: no MQTT connection */
	zt_view thing_name, thing_type; /* of the Thing; empty: none, or no type */
	const json_t *attributes;       /* object of strings, or NULL */
} zt_policy_connection;

/* Value `index` of "iot:ClientId" and "iot:Connection.Thing.…", without case; false when it has none. Borrowed. */
bool zt_policy_connection_value(const zt_policy_connection *connection, zt_view name, size_t index, zt_view *ret);

#endif
