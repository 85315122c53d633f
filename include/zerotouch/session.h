/* An MQTT session of a client, 3.1.1 or 5: calls and bytes in, bytes and events out. No I/O, no heap, no clock of its
 * own.
 *
 * 3.1.1 is always there. MQTT 5 is what zt_mqtt5 adds, in files of its own: whoever does not name it does not link it.
 *
 * The caller moves bytes between the session and a stream: zt_session_output/_sent one way, zt_session_input/_received
 * the other, and asks zt_session_next for events until there are none. It keeps session.now_ms at what its monotonic
 * clock says. One publish is in flight at a time; its payload is never copied. */
#ifndef ZEROTOUCH_SESSION_H
#define ZEROTOUCH_SESSION_H

#include "zerotouch/buf.h"
#include "zerotouch/message.h"

enum {
	ZT_SESSION_OUT_MIN = 1280,        /* memory for packets on their way out, payloads apart */
	ZT_SESSION_ANSWER_MS = 20 * 1000, /* how long the server may take for CONNACK, PUBACK, SUBACK, PINGRESP */
	ZT_KEEP_ALIVE_MIN_S = 30,         /* AWS takes 1..29 for 30 */
	ZT_KEEP_ALIVE_MAX_S = 1200,       /* AWS takes 0 and more for 1200 */
	ZT_SESSION_EXPIRY_S = 3600,       /* AWS keeps a session of 3.1.1 that long, and one of 5 by default at most */
};

typedef struct zt_protocol zt_protocol;

/* MQTT 5: reasons in words, a session that is kept as long as is asked, refusals of single messages (library
 * zt_device5).
 */
extern const zt_protocol zt_mqtt5;

typedef struct {
	zt_view client_id;           /* at most ZT_CLIENT_ID_MAX bytes */
	uint16_t keep_alive_s;       /* ZT_KEEP_ALIVE_MIN_S .. ZT_KEEP_ALIVE_MAX_S */
	bool clean;                  /* false: the server keeps subscriptions and QoS 1 messages (AWS: for an hour) */
	const zt_message *will;      /* NULL when there is none */
	const zt_protocol *protocol; /* NULL: MQTT 3.1.1; &zt_mqtt5 */
	uint32_t expiry_s; /* MQTT 5, unless clean: how long the server keeps the session; 0: ZT_SESSION_EXPIRY_S */
} zt_session_options;

typedef enum {
	ZT_SESSION_NONE,       /* nothing until more bytes come or zt_session_due_ms passes */
	ZT_SESSION_CONNECTED,  /* CONNACK 0; session_present */
	ZT_SESSION_REFUSED,    /* CONNACK with another code (MQTT-3.2.2.3): the server closes */
	ZT_SESSION_PUBLISHED,  /* QoS 1: acknowledged. QoS 0: the last byte was handed over */
	ZT_SESSION_SUBSCRIBED, /* SUBACK: code 0 or 1 is the QoS granted, 0x80 a refusal */
	ZT_SESSION_RECEIVED,   /* a message; acknowledged by the next call of zt_session_next */
	ZT_SESSION_REJECTED,   /* MQTT 5: the message in flight was refused; code */
	ZT_SESSION_ENDED,      /* MQTT 5: the server says goodbye; code: it closes */
} zt_session_event_kind;

typedef struct {
	zt_session_event_kind kind;
	uint8_t code; /* of 3.1.1's CONNACK and SUBACK; a reason code of MQTT 5 */
	bool session_present;
	uint16_t packet_id; /* SUBSCRIBED: of the zt_session_subscribe call */
	zt_message message; /* RECEIVED: borrowed until the next call */
	bool duplicate;     /* RECEIVED: the server says that it may be a repetition */
} zt_session_event;

/* What the session waits for, each with a deadline. */
typedef enum {
	ZT_SESSION_AWAIT_CONNACK,
	ZT_SESSION_AWAIT_PUBACK,
	ZT_SESSION_AWAIT_SUBACK,
	ZT_SESSION_AWAIT_PINGRESP,
	ZT_SESSION_AWAITS,
} zt_session_answer;

typedef struct {
	int64_t now_ms;  /* monotonic; the caller's to set */
	uint8_t version; /* 4: 3.1.1; 5 */
	bool connected;
	bool publishing;
	bool payload_pending;           /* the payload goes out behind byte payload_at of `out` */
	bool publish_done;              /* a QoS 0 message has gone out and is not reported yet */
	bool no_retain;                 /* the server keeps no retained messages */
	uint8_t qos_max;                /* the highest that the server takes */
	bool awaits[ZT_SESSION_AWAITS]; /* answers that are awaited, until due_ms */
	uint16_t keep_alive_s, last_id, publish_id, ack_owed;
	const zt_protocol *protocol; /* NULL: 3.1.1 */
	uint32_t expiry_s;
	uint32_t packet_max; /* the largest that the server takes; 0: no such limit */
	zt_buf out;          /* packets; out.n bytes queued */
	size_t out_sent;     /* of those, handed over */
	size_t payload_at, payload_sent;
	zt_view payload;
	uint8_t *in;
	size_t in_cap, in_n, in_used;
	int64_t sent_ms;                   /* monotonic: of the last byte handed over */
	int64_t due_ms[ZT_SESSION_AWAITS]; /* monotonic */
} zt_session;

/* out_cap >= ZT_SESSION_OUT_MIN; in_cap bounds the packets that can be received. The memory is the caller's. */
void zt_session_init(zt_session *session, void *out, size_t out_cap, void *in, size_t in_cap);
/* Begins on a fresh stream: forgets the old one and queues CONNECT. ZT_E_LIMIT, ZT_E_SPACE. */
ZT_NODISCARD zt_status zt_session_connect(zt_session *session, const zt_session_options *options);
/* Queues PUBLISH; `again` sets DUP for a QoS 1 message sent before without an acknowledgement (MQTT-3.3.1-1).
 * ZT_E_STATE when not connected or a publish is in flight; ZT_E_LIMIT, ZT_E_INVALID (message.h; MQTT 5: also a limit
 * that the server has told), ZT_E_UNSUPPORTED: the server does not do what the message asks for; ZT_E_AGAIN: no room
 * yet. */
ZT_NODISCARD zt_status zt_session_publish(zt_session *session, const zt_message *message, bool again);
/* Queues SUBSCRIBE of one filter. One SUBACK is awaited at a time: ZT_E_STATE before. */
ZT_NODISCARD zt_status zt_session_subscribe(zt_session *session, zt_view filter, uint8_t qos, uint16_t *ret_packet_id);
/* Queues DISCONNECT: the server drops the will. */
ZT_NODISCARD zt_status zt_session_disconnect(zt_session *session);
/* The same with a reason code of MQTT 5 (0x04: the will is to be sent); 3.1.1 has none, and sends none. */
ZT_NODISCARD zt_status zt_session_disconnect_because(zt_session *session, uint8_t code);

/* The next bytes to send; empty when there are none. Valid until the next call. */
zt_view zt_session_output(const zt_session *session);
void zt_session_sent(zt_session *session, size_t n);
/* Where received bytes go; room is 0 while a received message is still being looked at and memory is full. */
static inline uint8_t *zt_session_input(zt_session *session, size_t *ret_room)
{
	*ret_room = session->in_cap - session->in_n;
	return session->in + session->in_n;
}
static inline void zt_session_received(zt_session *session, size_t n)
{
	session->in_n += n;
}
/* The next event. ZT_E_PROTOCOL: the server broke MQTT. ZT_E_LIMIT: a packet larger than the memory. ZT_E_TIMEOUT: an
 * answer is overdue. After an error *ret says nothing and the stream is to be closed. Queues PINGREQ and PUBACK on its
 * own. */
ZT_NODISCARD zt_status zt_session_next(zt_session *session, zt_session_event *ret);
/* When zt_session_next must be called again even if no byte comes. Monotonic. */
int64_t zt_session_due_ms(const zt_session *session);

#endif
