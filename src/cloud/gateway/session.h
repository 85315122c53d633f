/* One client's MQTT traffic between its CONNACK and its end. Packets in, bytes out; no I/O of its own.
 *
 * The client speaks 3.1.1 or 5, the broker always 5 (design, "The relay"). Every packet of either side is read,
 * authorised through a port and counted; packet identifiers pass unchanged, so no PUBLISH may be added in either
 * direction. Topic aliases, subscription identifiers, QoS 2 and reserved topics end here. */
#ifndef ZT_CLOUD_GATEWAY_SESSION_H
#define ZT_CLOUD_GATEWAY_SESSION_H

#include "cloud/gateway/limits.h"
#include "cloud/gateway/refusals.h"
#include "cloud/publish.h"
#include "mqtt/packet.h"

typedef enum { ZT_MAY_PUBLISH, ZT_MAY_RETAIN, ZT_MAY_SUBSCRIBE, ZT_MAY_RECEIVE } zt_session_right;

/* What the owner supplies. */
typedef struct {
	void (*to_client)(void *context, zt_view bytes);
	void (*to_broker)(void *context, zt_view bytes);
	/* Whether policies allow it; `name` is a topic, or the filter as the client wrote it. */
	bool (*may)(void *context, zt_session_right right, zt_view name);
	/* A retained message's row: ZT_OK once durable, ZT_E_AGAIN while it is being written (the same packet is then
	 * offered again), else it failed. */
	zt_status (*keep)(void *context, const zt_publish *message);
	/* The message was accepted: for rules. */
	void (*accepted)(void *context, const zt_publish *message);
	/* A single filter or message was refused and the session goes on. */
	void (*refused)(void *context, zt_refusal_rule rule, zt_view name);
	/* Filters that the client may have went up to the broker, subscribed to or (`on` false) unsubscribed from. */
	void (*subscribed)(void *context, bool on, const zt_view *filters, size_t count);
} zt_session_ports;

/* Scratch that many sessions of one thread share. */
enum { ZT_SESSION_ROOM = 2 * ZT_BROKER_PACKET_MAX };

typedef struct zt_pending_subscribe zt_pending_subscribe;

/* Why it ended, set when a call below fails. */
typedef struct {
	zt_refusal_rule rule;
	uint8_t code;                   /* of the DISCONNECT that an MQTT 5 client gets */
	char what[ZT_REFUSAL_TEXT_MAX]; /* "PUBLISH a/b" */
} zt_session_end;

typedef struct {
	const zt_session_ports *ports;
	void *context;
	zt_mqtt_version version;
	zt_view client_id, principal; /* for zt_publish; borrowed */
	bool insider;                 /* an operator: $zerotouch/… may be subscribed to, where policies allow it */
	uint8_t *room;                /* ZT_SESSION_ROOM bytes */
	unsigned window;              /* QoS 1 messages that the broker takes before it has acknowledged one */
	unsigned in_flight;           /* of these, on their way */
	bool pings;                   /* the broker wants a keep-alive: the client's PINGREQ goes up */
	char *aliases[ZT_ALIASES_MAX];
	char *subscriptions[ZT_SUBSCRIPTIONS_MAX];
	size_t subscription_count;
	zt_pending_subscribe *pending;
	size_t pending_count;
	uint64_t from_client, from_broker; /* packets */
	zt_session_end end;
	zt_mqtt_disconnect goodbye; /* the client's own DISCONNECT */
} zt_session;

/* All but the fields named here starts zeroed. */
void zt_session_init(zt_session *session, const zt_session_ports *ports, void *context, zt_mqtt_version version,
		     uint8_t *room);
/* A zeroed one is fine. */
void zt_session_deinit(zt_session *session);

/* One packet of the client. ZT_OK; ZT_E_AGAIN: not now, offer the same packet again after a packet of the broker or
 * when `keep` is done; ZT_E_CLOSED: its DISCONNECT (`goodbye`); ZT_E_DENIED: end the connection (`end`). */
ZT_NODISCARD zt_status zt_session_from_client(zt_session *session, const zt_mqtt_frame *frame);
/* One packet of the broker. ZT_OK, ZT_E_CLOSED after the broker's DISCONNECT or ZT_E_DENIED, both with `end`. */
ZT_NODISCARD zt_status zt_session_from_broker(zt_session *session, const zt_mqtt_frame *frame);

/* A message of a service for this client alone, at QoS 0, which has no packet identifier. Sent when one of its own
 * filters (no shared one) matches the topic, its policies let it receive that, and the packet has at most packet_max
 * bytes (0: any number). Whether it was. */
bool zt_session_answer(zt_session *session, zt_view topic, zt_view payload, uint32_t packet_max);

#endif
