/* The private mosquitto: configured, started, watched, started again when it dies. */
#ifndef ZT_CLOUD_BROKER_MOSQUITTO_H
#define ZT_CLOUD_BROKER_MOSQUITTO_H

#include <event2/event.h>

#include "cloud/broker/broker.h"

typedef struct zt_mosquitto zt_mosquitto;

typedef struct {
	void (*started)(void *context); /* the process runs; its socket accepts soon */
	void (*ended)(void *context);   /* it died and will be started again */
	void *context;
} zt_mosquitto_events;

/* Starts it; `started` runs later. ZT_E_NOT_FOUND names the Debian package. */
ZT_NODISCARD zt_status zt_mosquitto_new(struct event_base *loop, const zt_broker_spec *spec,
					const zt_mosquitto_events *events, zt_mosquitto **ret, zt_error *ret_error);
/* Ends it in good order, so that its sessions are kept. NULL is fine. */
void zt_mosquitto_free(zt_mosquitto *mosquitto);
const char *zt_mosquitto_socket(const zt_mosquitto *mosquitto);
/* 0 while it is down; for tests. */
pid_t zt_mosquitto_pid(const zt_mosquitto *mosquitto);

#endif
