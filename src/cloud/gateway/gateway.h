/* The device gateway: mutual TLS, first contact, MQTT relay and HTTPS data plane (facts §1.1, §2). */
#ifndef ZT_CLOUD_GATEWAY_H
#define ZT_CLOUD_GATEWAY_H

#include "cloud/broker/broker.h"
#include "cloud/rules/engine.h"
#include "net/listener.h"

typedef struct zt_gateway zt_gateway;

typedef struct {
	zt_registry *registry;
	zt_broker *broker;
	zt_publish_listener listener;    /* rules, later shadows */
	zt_listener_spec mqtt, https;    /* 8883, 8443 */
	zt_view chain_pem, key_pem;      /* the server's certificate and key */
} zt_gateway_spec;

ZT_NODISCARD zt_status zt_gateway_new(struct event_base *loop, const zt_gateway_spec *spec, zt_gateway **ret,
				      zt_error *ret_error);
/* Closes the listeners and every connection. NULL is fine. */
void zt_gateway_free(zt_gateway *gateway);
unsigned zt_gateway_mqtt_port(const zt_gateway *gateway);
unsigned zt_gateway_https_port(const zt_gateway *gateway);

#endif
