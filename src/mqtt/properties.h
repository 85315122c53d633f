/* MQTT 5 properties (§2.2.2): a range of (identifier, value) pairs, read one by one and written one by one. */
#ifndef ZT_MQTT_PROPERTIES_H
#define ZT_MQTT_PROPERTIES_H

#include "mqtt/packet.h"

typedef enum {
	ZT_PROP_PAYLOAD_FORMAT = 0x01,
	ZT_PROP_MESSAGE_EXPIRY = 0x02,
	ZT_PROP_CONTENT_TYPE = 0x03,
	ZT_PROP_RESPONSE_TOPIC = 0x08,
	ZT_PROP_CORRELATION_DATA = 0x09,
	ZT_PROP_SUBSCRIPTION_ID = 0x0b,
	ZT_PROP_SESSION_EXPIRY = 0x11,
	ZT_PROP_ASSIGNED_CLIENT_ID = 0x12,
	ZT_PROP_SERVER_KEEP_ALIVE = 0x13,
	ZT_PROP_AUTH_METHOD = 0x15,
	ZT_PROP_AUTH_DATA = 0x16,
	ZT_PROP_REQUEST_PROBLEM_INFO = 0x17,
	ZT_PROP_WILL_DELAY = 0x18,
	ZT_PROP_REQUEST_RESPONSE_INFO = 0x19,
	ZT_PROP_RESPONSE_INFO = 0x1a,
	ZT_PROP_SERVER_REFERENCE = 0x1c,
	ZT_PROP_REASON_STRING = 0x1f,
	ZT_PROP_RECEIVE_MAXIMUM = 0x21,
	ZT_PROP_TOPIC_ALIAS_MAXIMUM = 0x22,
	ZT_PROP_TOPIC_ALIAS = 0x23,
	ZT_PROP_MAXIMUM_QOS = 0x24,
	ZT_PROP_RETAIN_AVAILABLE = 0x25,
	ZT_PROP_USER_PROPERTY = 0x26,
	ZT_PROP_MAXIMUM_PACKET_SIZE = 0x27,
	ZT_PROP_WILDCARD_AVAILABLE = 0x28,
	ZT_PROP_SUBSCRIPTION_ID_AVAILABLE = 0x29,
	ZT_PROP_SHARED_AVAILABLE = 0x2a,
} zt_mqtt_property_id;

typedef struct {
	zt_mqtt_property_id id;
	uint32_t number; /* of byte, two-byte, four-byte and variable-length properties */
	zt_view text;    /* of string and binary properties; the value of a user property */
	zt_view name;    /* of a user property */
	zt_view whole;   /* identifier and value as they stand */
} zt_mqtt_property;

/* Takes the next property. false at the end. Only after zt_mqtt_properties_check. */
bool zt_mqtt_property_next(zt_view *properties, zt_mqtt_property *ret);
/* Well-formed, allowed in this kind of packet (`will` for a CONNECT's will), none but user properties (and subscription
 * ids from a server) twice, values in range. ZT_E_PROTOCOL (§2.2.2.2; the per-packet tables of §3). */
ZT_NODISCARD zt_status zt_mqtt_properties_check(zt_view properties, zt_mqtt_type packet, bool will);
/* The first property of that id. */
bool zt_mqtt_property_find(zt_view properties, zt_mqtt_property_id id, zt_mqtt_property *ret);

/* Writers append identifier and value. */
void zt_mqtt_put_number(zt_buf *out, zt_mqtt_property_id id, uint32_t number);
void zt_mqtt_put_text(zt_buf *out, zt_mqtt_property_id id, zt_view text);
void zt_mqtt_put_user(zt_buf *out, zt_view name, zt_view value);

#endif
