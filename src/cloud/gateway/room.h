/* Inside of the gateway: what its files share. */
#ifndef ZT_CLOUD_GATEWAY_ROOM_H
#define ZT_CLOUD_GATEWAY_ROOM_H

#include "cloud/accept/accept.h"
#include "cloud/gateway/connection.h"
#include "cloud/gateway/contact.h"
#include "cloud/gateway/gateway.h"
#include "cloud/gateway/pace.h"
#include "cloud/gateway/presence.h"
#include "cloud/gateway/refusals.h"
#include "cloud/registry/index.h"
#include "net/http_server.h"

typedef struct zt_arrival zt_arrival;

struct zt_gateway {
	struct event_base *loop;
	zt_registry *registry;
	zt_broker *broker;
	SSL_CTX *tls, *tls_all;
	zt_listener *mqtt_listener, *https_listener, *all_listener;
	unsigned mqtt_port, https_port, all_port;
	zt_operators operators;
	zt_arrival *arrivals; /* handshakes on the port of all */
	uint64_t arrival_count;
	zt_http_server *http;
	zt_refusals *refusals;
	zt_presence *presence;
	zt_pace *connects; /* NULL without quotas */
	zt_acceptor acceptor;
	zt_contacts contacts;
	uint64_t generation; /* see zt_grants */
	zt_gateway_counters counters;
	zt_inbox_room inbox_room;         /* what one connection has just received */
	uint8_t *room;                    /* ZT_SESSION_ROOM bytes of scratch */
	char denial[ZT_REFUSAL_TEXT_MAX]; /* why policies refused what was asked last */

	zt_mqtt_connection *connections; /* all of them by MQTT */
	uint64_t connections_max;
	unsigned patience_ms, second_ms;
	zt_index by_client_id;                    /* those that may use their client id */
	zt_index by_certificate;                  /* certificate id NUL client id, for a change of the certificate */
	zt_mqtt_connection *ended;                /* to be freed when nothing uses them any more */
	zt_mqtt_connection *unsent, **unsent_end; /* see zt_connections_flush */
	struct event *flusher;
	struct event *sweeper; /* frees them, and ends those whose certificate has changed */
	bool suspects;         /* some connection is one */
};

/* Runs the sweeper soon. */
void zt_gateway_sweep(zt_gateway *gateway);

/* "127.0.0.1:4711" and "[::1]:4711" without their ports. */
void zt_source_ip(const char *peer, char ret_ip[ZT_PEER_TEXT_MAX]);

/* Counts, keeps and logs it. */
void zt_gateway_refuse(zt_gateway *gateway, const zt_refusal *refusal);

/* all_port.c: connections of the port of all, until their handshake tells whose they are. */
void zt_arrival_accept(void *gateway, evutil_socket_t fd, const struct sockaddr *peer, int peer_len);
void zt_arrivals_end(zt_gateway *gateway);

/* Connections of the HTTPS port; `gateway` is the context of its listener. */
void zt_https_accept(void *gateway, evutil_socket_t fd, const struct sockaddr *peer, int peer_len);
/* One that has shaken hands; with a client certificate, or without one: then its requests are signed. */
void zt_https_adopt(zt_gateway *gateway, struct bufferevent *stream, const char *peer, unsigned port,
		    bool with_certificate);
ZT_NODISCARD zt_status zt_https_new(zt_gateway *gateway, zt_error *ret_error);

#endif
