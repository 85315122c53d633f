/* The device gateway: mutual TLS, first contact, MQTT relay and HTTPS data plane (AWS IoT, "Just-in-time registration",
 * "Device communication protocols"). */
#ifndef ZT_CLOUD_GATEWAY_H
#define ZT_CLOUD_GATEWAY_H

#include "cloud/broker/broker.h"
#include "cloud/caller.h"
#include "cloud/faults/faults.h"
#include "cloud/rules/engine.h"
#include "net/http_server.h"
#include "net/listener.h"

typedef struct zt_gateway zt_gateway;

/* Operators: those who come without a certificate and sign with Signature Version 4. The control plane knows them. */
typedef struct {
	/* Who signed a request for /mqtt in its query (or its headers). */
	zt_status (*authenticate)(void *context, const zt_http_request *request, zt_caller *ret, zt_error *ret_error);
	/* Whether the caller's identity policies allow it. */
	bool (*allows)(void *context, const zt_caller *caller, const char *peer, const char *action, zt_view resource);
	/* Answers every other request; and a device's requests that are no publish. */
	zt_http_handler serve;
	void (*serve_device)(void *context, zt_http_exchange *exchange, const zt_device_rights *rights);
	/* Takes a certificate whose first contact this was through its CA's provisioning template, if any. NULL: none.
	 */
	void (*provision)(void *context, zt_view certificate_id);
	void *context;
} zt_operators;

typedef struct {
	zt_registry *registry;
	zt_broker *broker;
	zt_publish_listener listener; /* rules, later shadows */
	zt_listener_spec mqtt, https; /* 8883, 8443 */
	zt_listener_spec all;         /* 443: both by ALPN; without it signed requests and MQTT over WebSocket */
	zt_operators operators;
	zt_faults *faults;          /* what goes wrong on purpose, or NULL; borrowed */
	bool quotas;                /* AWS's rates: registrations, CONNECTs of a client id, messages of a connection */
	zt_view chain_pem, key_pem; /* the server's certificate and key */
	unsigned patience_ms;       /* for a handshake, and for the CONNECT or request behind it; 0 is 10 s */
	unsigned second_ms;         /* how long a second of keep-alive lasts; 0 is 1000, tests give less */
} zt_gateway_spec;

ZT_NODISCARD zt_status zt_gateway_new(struct event_base *loop, const zt_gateway_spec *spec, zt_gateway **ret,
				      zt_error *ret_error);
/* Another certificate for handshakes from now on; connections go on. */
ZT_NODISCARD zt_status zt_gateway_use_identity(zt_gateway *gateway, zt_view chain_pem, zt_view key_pem,
					       zt_error *ret_error);
/* Takes nobody new, and says goodbye to every MQTT client (version 5: DISCONNECT 0x8B); its will goes out, what is on
 * its way leaves. The loop must go on meanwhile, until zt_gateway_is_busy says no. */
void zt_gateway_stop(zt_gateway *gateway);
bool zt_gateway_is_busy(const zt_gateway *gateway);
/* An operator ends the connection of this client id (DeleteConnection): version 5 is told 0x98. Its session ends too,
 * or its will is not sent, where that is asked for. False when no connection of ours has the id. */
bool zt_gateway_disconnect(zt_gateway *gateway, zt_view client_id, bool end_session, bool without_will);
/* A service answers the connection of this client id and principal, and nobody else (zt_session_answer). Lost, as
 * at QoS 0, when it has gone or does not listen. */
void zt_gateway_answer(zt_gateway *gateway, zt_view client_id, zt_view principal, zt_view topic, zt_view payload);
/* Closes the listeners and every connection. NULL is fine. */
void zt_gateway_free(zt_gateway *gateway);
/* What has happened since the start. */
typedef struct {
	uint64_t open;                 /* connections to the MQTT port now */
	uint64_t turned_away;          /* closed at once: too many */
	uint64_t handshakes, connects; /* completed, by MQTT */
	uint64_t packets_from_clients, packets_from_broker;
	uint64_t messages_accepted; /* by MQTT and HTTPS */
	uint64_t requests;          /* by HTTPS */
	uint64_t registered;        /* certificates, by first contact */
	uint64_t refusals;
} zt_gateway_counters;
void zt_gateway_count(const zt_gateway *gateway, zt_gateway_counters *ret);
/* Why whoever was refused was refused. Borrowed. */
const struct zt_refusals *zt_gateway_refusals(const zt_gateway *gateway);
unsigned zt_gateway_mqtt_port(const zt_gateway *gateway);
unsigned zt_gateway_https_port(const zt_gateway *gateway);
unsigned zt_gateway_all_port(const zt_gateway *gateway);

#endif
