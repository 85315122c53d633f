/* Inside of the gateway: a connection to the MQTT port, from its handshake to its end. */
#ifndef ZT_CLOUD_GATEWAY_CONNECTION_H
#define ZT_CLOUD_GATEWAY_CONNECTION_H

#include "cloud/gateway/contact.h"
#include "cloud/gateway/gateway.h"
#include "cloud/gateway/grants.h"
#include "cloud/gateway/mqtt_connect.h"
#include "cloud/gateway/pace.h"
#include "cloud/gateway/session.h"
#include "base/random.h"
#include "cloud/registry/index.h"
#include "net/inbox.h"
#include "net/websocket.h"

typedef enum {
	ZT_PHASE_HANDSHAKE,
	ZT_PHASE_GREETING, /* TLS is up, CONNECT is awaited */
	ZT_PHASE_MEETING,  /* its certificate is being registered */
	ZT_PHASE_OPENING,  /* allowed; a stream to the broker is being opened */
	ZT_PHASE_JOINING,  /* the broker's CONNACK is awaited */
	ZT_PHASE_ON,
	ZT_PHASE_LEAVING, /* last bytes leave, what comes is thrown away */
	ZT_PHASE_ENDED,
} zt_mqtt_phase;

typedef struct zt_mqtt_connection zt_mqtt_connection;
typedef struct zt_keeping zt_keeping;

struct zt_mqtt_connection {
	zt_gateway *gateway;
	zt_mqtt_connection *next, **link; /* of the gateway's list */
	zt_mqtt_connection *next_unsent;  /* of those that have bytes for the end of the turn */
	bool unsent;
	zt_mqtt_phase phase;
	struct bufferevent *client, *broker;
	zt_inbox from_client, from_broker; /* packets not used yet */
	zt_websocket *websocket;           /* between TLS and MQTT, or NULL */
	zt_caller *caller;                 /* who signed, where no certificate was; else NULL. Owned */
	unsigned port;                     /* ours */
	struct event *timer;
	zt_tls_watch tls;
	bool client_done, broker_done; /* leaving: nothing is left to send there */
	bool suspect;                  /* its certificate has changed */
	bool blocked;                  /* it is not read because of the broker or the store */
	zt_status stream_end;          /* what ended the WebSocket, while packets before it are still to be read */
	char peer[ZT_PEER_TEXT_MAX], source_ip[ZT_PEER_TEXT_MAX];
	char device_id[ZT_DEVICE_ID_HEX + 1];
	zt_connect_plan plan;
	zt_will will;
	zt_contact *contact;
	void *ticket; /* of zt_broker_open */
	zt_grants grants;
	zt_session session;
	zt_keeping *keeping; /* a retained message on its way to the store */
	zt_node by_client_id, by_certificate;
	bool listed;       /* in both indexes */
	bool session_ends; /* the broker is to forget it when it goes */
	char certificate_key[ZT_CERT_ID_TEXT + ZT_CLIENT_ID_MAX + 1];
	int64_t heard_ms;
	unsigned told;                 /* refusals while it goes on */
	char session_id[ZT_UUID_TEXT]; /* of lifecycle events; "" until it was accepted */
	uint64_t presence_version;
	zt_second published;           /* messages from the client */
	const char *disconnect_reason; /* AWS's word; static */
};

/* For the MQTT port's listener. */
void zt_connection_accept(void *gateway, evutil_socket_t fd, const struct sockaddr *peer, int peer_len);

/* One that has shaken hands: with a client certificate, or a WebSocket of `caller` (copied). Takes over `stream`. */
void zt_connection_adopt(zt_gateway *gateway, struct bufferevent *stream, const char *peer, unsigned port,
			 const zt_caller *caller);
/* Whose rights it has: the id of its certificate, or of who signed. Borrowed. */
const char *zt_connection_principal(const zt_mqtt_connection *connection);
/* Writes MQTT to the client, if it is still there. */
void zt_connection_send(const zt_mqtt_connection *connection, zt_view bytes);

/* connection_end.c */
/* Ends it at once; memory goes with the next sweep. */
void zt_connection_finish(zt_mqtt_connection *connection);
/* Ends it for a reason: records it, tells an MQTT 5 client that is on `code`, publishes the will, lets what is on its
 * way leave. */
void zt_connection_refuse(zt_mqtt_connection *connection, zt_refusal_rule rule, uint8_t code, const char *attempted,
			  const char *detail);
/* The gateway stops: ends it without a refusal. */
void zt_connection_dismiss(zt_mqtt_connection *connection);
/* An operator ends it. */
void zt_connection_delete(zt_mqtt_connection *connection, bool end_session, bool without_will);
/* The certificate has changed: ends it unless it may go on. */
void zt_connection_review(zt_mqtt_connection *connection);
void zt_connection_free(zt_mqtt_connection *connection);
#define ZT_DISCONNECT_BY_CLIENT "CLIENT_INITIATED_DISCONNECT"
#define ZT_DISCONNECT_LOST "CONNECTION_LOST"
/* Begins the end: the will, if it is asked for, and what is on its way. `reason` is AWS's word for it, static. */
void zt_connection_depart(zt_mqtt_connection *connection, bool with_will, const char *reason);
/* Leaving: looks whether anything is still on its way. */
void zt_connection_settle(zt_mqtt_connection *connection);

/* connection_open.c: the CONNECT; its frame is not used after this. */
void zt_connection_greet(zt_mqtt_connection *connection, const zt_mqtt_frame *connect);
/* The broker's first packet. */
void zt_connection_join(zt_mqtt_connection *connection, const zt_mqtt_frame *connack);

/* connection_relay.c: moves packets both ways until bytes are missing or room is. They leave at the end of the turn. */
void zt_connection_pump(zt_mqtt_connection *connection);
/* What was sent to it leaves at the end of the turn. */
void zt_connection_flush_later(zt_mqtt_connection *connection);
/* The end of the turn. */
void zt_connections_flush(zt_gateway *gateway);
/* Ports of the session; context is the connection. */
extern const zt_session_ports zt_connection_ports;
void zt_keeping_forget(zt_keeping *keeping);

/* connection.c, for its neighbours. */
/* How long the client may be silent: 1.5 times its keep-alive (MQTT-3.1.2-24). */
int64_t zt_connection_silence_ms(const zt_mqtt_connection *connection);
void zt_connection_limit(zt_mqtt_connection *connection, int64_t ms);
void zt_connection_record(zt_mqtt_connection *connection, zt_refusal_rule rule, const char *attempted,
			  const char *detail);
ZT_NODISCARD zt_status zt_connection_watch_broker(zt_mqtt_connection *connection, struct bufferevent *stream);

#endif
