/* An accepted message on its way: what the gateway, the data plane and the services hand to one another. */
#ifndef ZT_CLOUD_PUBLISH_H
#define ZT_CLOUD_PUBLISH_H

#include "zerotouch/status.h"
#include "zerotouch/view.h"

typedef struct {
	zt_view topic;
	zt_view payload;
	zt_view properties; /* MQTT 5 PUBLISH properties as on the wire without their length, or empty */
	uint8_t qos;        /* 0 or 1 */
	bool retain;
	zt_view client_id; /* MQTT client id; empty when it came by HTTPS or from a service */
	zt_view principal; /* certificate id, or the IAM principal; empty for the service itself */
	zt_view source_ip; /* of who sent it; empty for the service itself */
} zt_publish;

/* Runs what listens to accepted messages beside subscribers: rules, shadows. Never fails towards the publisher. */
typedef struct {
	void (*accepted)(void *context, const zt_publish *message);
	void *context;
} zt_publish_listener;

#endif
