/* MQTT packets, 3.1.1 and 5: bytes in, bytes out. No heap, no I/O; shared by device and gateway.
 *
 * A decoded packet borrows from the bytes it was read from. Version 5 properties pass through as an opaque range here;
 * properties.h reads and writes them, so a device that speaks 3.1.1 alone links without it. Clauses are cited as
 * MQTT-x.y.z-n of the OASIS specifications. Protocol errors are ZT_E_PROTOCOL. */
#ifndef ZT_MQTT_PACKET_H
#define ZT_MQTT_PACKET_H

#include "zerotouch/buf.h"
#include "zerotouch/status.h"
#include "zerotouch/view.h"

typedef enum {
	ZT_MQTT_CONNECT = 1,
	ZT_MQTT_CONNACK,
	ZT_MQTT_PUBLISH,
	ZT_MQTT_PUBACK,
	ZT_MQTT_PUBREC,
	ZT_MQTT_PUBREL,
	ZT_MQTT_PUBCOMP,
	ZT_MQTT_SUBSCRIBE,
	ZT_MQTT_SUBACK,
	ZT_MQTT_UNSUBSCRIBE,
	ZT_MQTT_UNSUBACK,
	ZT_MQTT_PINGREQ,
	ZT_MQTT_PINGRESP,
	ZT_MQTT_DISCONNECT,
	ZT_MQTT_AUTH,
} zt_mqtt_type;

typedef enum { ZT_MQTT_V311 = 4, ZT_MQTT_V5 = 5 } zt_mqtt_version;

enum {
	ZT_MQTT_HEAD_MAX = 5, /* fixed header */
	ZT_MQTT_REMAINING_MAX = 268435455,
	ZT_MQTT_FILTERS_MAX = 64, /* of one SUBSCRIBE or UNSUBSCRIBE that we are ready to read */
};

/* Reason codes of MQTT 5 that we use (§2.4); 3.1.1's CONNACK return codes are 0 to 5. */
enum {
	ZT_RC_SUCCESS = 0x00,
	ZT_RC_DISCONNECT_WITH_WILL = 0x04,
	ZT_RC_NO_MATCHING_SUBSCRIBERS = 0x10,
	ZT_RC_NO_SUBSCRIPTION_EXISTED = 0x11,
	ZT_RC_UNSPECIFIED = 0x80,
	ZT_RC_MALFORMED = 0x81,
	ZT_RC_PROTOCOL_ERROR = 0x82,
	ZT_RC_IMPLEMENTATION_SPECIFIC = 0x83,
	ZT_RC_UNSUPPORTED_VERSION = 0x84,
	ZT_RC_CLIENT_ID_INVALID = 0x85,
	ZT_RC_NOT_AUTHORIZED = 0x87,
	ZT_RC_SERVER_UNAVAILABLE = 0x88,
	ZT_RC_SERVER_BUSY = 0x89,
	ZT_RC_SERVER_SHUTTING_DOWN = 0x8b,
	ZT_RC_KEEP_ALIVE_TIMEOUT = 0x8d,
	ZT_RC_SESSION_TAKEN_OVER = 0x8e,
	ZT_RC_TOPIC_FILTER_INVALID = 0x8f,
	ZT_RC_TOPIC_NAME_INVALID = 0x90,
	ZT_RC_RECEIVE_MAXIMUM_EXCEEDED = 0x93,
	ZT_RC_TOPIC_ALIAS_INVALID = 0x94,
	ZT_RC_PACKET_TOO_LARGE = 0x95,
	ZT_RC_QUOTA_EXCEEDED = 0x97,
	ZT_RC_ADMINISTRATIVE_ACTION = 0x98,
	ZT_RC_QOS_NOT_SUPPORTED = 0x9b,
	ZT_RC_SUBSCRIPTION_IDS_NOT_SUPPORTED = 0xa1,
};

/* One packet cut from a stream. */
typedef struct {
	zt_mqtt_type type;
	uint8_t flags; /* low four bits of the first byte */
	zt_view body;  /* behind the fixed header */
	zt_view whole; /* fixed header and body */
} zt_mqtt_frame;

/* Bytes in all of the packet that begins here, told from its first ZT_MQTT_HEAD_MAX bytes or fewer. Fails as
 * zt_mqtt_frame_next does; ZT_E_AGAIN only while the length itself is incomplete. */
ZT_NODISCARD zt_status zt_mqtt_frame_size(zt_view in, size_t max, size_t *ret);

/* Takes the next whole packet from *in. ZT_E_AGAIN while bytes are missing (nothing taken), ZT_E_LIMIT when it is
 * larger than max bytes in all, ZT_E_PROTOCOL for a bad length, type 0 or wrong reserved flags (MQTT-2.2.2-2). */
ZT_NODISCARD zt_status zt_mqtt_frame_next(zt_view *in, size_t max, zt_mqtt_frame *ret);

typedef struct {
	zt_mqtt_version version;
	bool clean; /* clean session (3.1.1), clean start (5) */
	uint16_t keep_alive_s;
	zt_view properties; /* v5, without the length */
	zt_view client_id;
	bool has_will, will_retain;
	uint8_t will_qos;
	zt_view will_properties, will_topic, will_payload;
	bool has_username, has_password;
	zt_view username, password;
} zt_mqtt_connect;

typedef struct {
	bool session_present;
	uint8_t code; /* return code (3.1.1) or reason code (5) */
	zt_view properties;
} zt_mqtt_connack;

typedef struct {
	uint8_t qos; /* 0, 1 or 2 */
	bool retain, dup;
	uint16_t packet_id; /* 0 with QoS 0 */
	zt_view topic;      /* empty only in v5 with an alias */
	zt_view properties;
	zt_view payload;
} zt_mqtt_publish;

/* PUBACK, PUBREC, PUBREL, PUBCOMP. */
typedef struct {
	uint16_t packet_id;
	uint8_t code;
	zt_view properties;
} zt_mqtt_ack;

typedef struct {
	zt_view filter;
	uint8_t qos;
	bool no_local, retain_as_published; /* v5 */
	uint8_t retain_handling;            /* v5: 0, 1, 2 */
} zt_mqtt_subscription;

/* SUBSCRIBE and UNSUBSCRIBE (where only the filters count). */
typedef struct {
	uint16_t packet_id;
	zt_view properties;
	zt_mqtt_subscription items[ZT_MQTT_FILTERS_MAX];
	size_t count;
} zt_mqtt_subscribe;

/* SUBACK and UNSUBACK. UNSUBACK of 3.1.1 has no codes. */
typedef struct {
	uint16_t packet_id;
	zt_view properties;
	zt_view codes;
} zt_mqtt_suback;

typedef struct {
	uint8_t code;
	zt_view properties;
} zt_mqtt_disconnect;

/* Readers. The frame's type must fit; everything of the body must be used. The CONNECT names its own version;
 * ZT_E_UNSUPPORTED for a protocol level other than 4 and 5. Strings are checked to be UTF-8 (MQTT-1.5.3-1, -2). */
ZT_NODISCARD zt_status zt_mqtt_read_connect(const zt_mqtt_frame *frame, zt_mqtt_connect *ret);
ZT_NODISCARD zt_status zt_mqtt_read_connack(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_connack *ret);
ZT_NODISCARD zt_status zt_mqtt_read_publish(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_publish *ret);
ZT_NODISCARD zt_status zt_mqtt_read_ack(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_ack *ret);
ZT_NODISCARD zt_status zt_mqtt_read_subscribe(const zt_mqtt_frame *frame, zt_mqtt_version version,
					      zt_mqtt_subscribe *ret);
ZT_NODISCARD zt_status zt_mqtt_read_unsubscribe(const zt_mqtt_frame *frame, zt_mqtt_version version,
						zt_mqtt_subscribe *ret);
ZT_NODISCARD zt_status zt_mqtt_read_suback(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_suback *ret);
ZT_NODISCARD zt_status zt_mqtt_read_unsuback(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_suback *ret);
ZT_NODISCARD zt_status zt_mqtt_read_disconnect(const zt_mqtt_frame *frame, zt_mqtt_version version,
					       zt_mqtt_disconnect *ret);

/* Writers: append one whole packet. What does not fit sets the buffer's flag; look at it with zt_buf_finish. */
void zt_mqtt_write_connect(zt_buf *out, const zt_mqtt_connect *packet);
void zt_mqtt_write_connack(zt_buf *out, zt_mqtt_version version, const zt_mqtt_connack *packet);
void zt_mqtt_write_publish(zt_buf *out, zt_mqtt_version version, const zt_mqtt_publish *packet);
/* Everything of a PUBLISH but its payload, which the caller sends behind it. */
void zt_mqtt_write_publish_head(zt_buf *out, zt_mqtt_version version, const zt_mqtt_publish *packet);
void zt_mqtt_write_ack(zt_buf *out, zt_mqtt_version version, zt_mqtt_type type, const zt_mqtt_ack *packet);
void zt_mqtt_write_subscribe(zt_buf *out, zt_mqtt_version version, const zt_mqtt_subscribe *packet);
/* The same of one filter and no properties, for whoever has no room for the whole struct. */
void zt_mqtt_write_subscribe_one(zt_buf *out, zt_mqtt_version version, uint16_t packet_id,
				 const zt_mqtt_subscription *item);
void zt_mqtt_write_unsubscribe(zt_buf *out, zt_mqtt_version version, const zt_mqtt_subscribe *packet);
void zt_mqtt_write_suback(zt_buf *out, zt_mqtt_version version, zt_mqtt_type type, const zt_mqtt_suback *packet);
/* PINGREQ, PINGRESP, and DISCONNECT of 3.1.1. */
void zt_mqtt_write_empty(zt_buf *out, zt_mqtt_type type);
void zt_mqtt_write_disconnect(zt_buf *out, zt_mqtt_version version, const zt_mqtt_disconnect *packet);

#endif
