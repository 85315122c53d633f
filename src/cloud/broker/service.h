/* Our own MQTT 5 client of the broker: gives it its retained messages back, then publishes what the cloud itself says.
 */
#ifndef ZT_CLOUD_BROKER_SERVICE_H
#define ZT_CLOUD_BROKER_SERVICE_H

#include "cloud/broker/connector.h"
#include "cloud/broker/outgoing.h"
#include "cloud/broker/remote.h"

typedef struct zt_service zt_service;

typedef struct {
	struct event_base *loop;
	const zt_registry *registry;
	zt_connector *connector;
	zt_broker_login login; /* borrowed */
	/* An operator's broker: others may use it as we do, and nobody tells us when it starts again, so each
	 * connection to it counts as a new process of it. What it has retained and we do not know is left alone. */
	bool remote;
	void (*ready)(void *context); /* this broker process has its retained messages */
	void (*lost)(void *context);  /* remote: it is not there any more, and is looked for */
	void *context;
} zt_service_spec;

ZT_NODISCARD zt_status zt_service_new(const zt_service_spec *spec, zt_service **ret);
/* What is not acknowledged ends with ZT_E_CANCELLED. NULL is fine. */
void zt_service_free(zt_service *service);
/* A new broker process: connect to it, and look at its retained messages. */
void zt_service_broker_started(zt_service *service);
/* It is gone: what it has not acknowledged is sent again to the next one. */
void zt_service_broker_ended(zt_service *service);
/* Whether one more of that cost fits the queue; it is counted from now on. */
bool zt_service_reserve(zt_service *service, size_t cost);
/* Whether what nobody waits for may take a place too: the broker is there and most of the queue is free. */
bool zt_service_has_leisure(const zt_service *service);
/* Queues it, reserved before. Its `done` runs later. */
void zt_service_send(zt_service *service, zt_outgoing *outgoing);
/* Ends it without sending. */
void zt_service_give_up(zt_service *service, zt_outgoing *outgoing, zt_status status);

#endif
