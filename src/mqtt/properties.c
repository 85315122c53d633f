#include "mqtt/properties.h"

#include "mqtt/topic.h"
#include "mqtt/wire.h"

typedef enum { FORM_NONE, FORM_BYTE, FORM_TWO, FORM_FOUR, FORM_VARINT, FORM_STRING, FORM_BINARY, FORM_PAIR } form;

#define IN(type) (1u << ZT_MQTT_##type)
#define IN_WILL 1u /* no packet has type 0 */
#define IN_ACKS (IN(PUBACK) | IN(PUBREC) | IN(PUBREL) | IN(PUBCOMP) | IN(SUBACK) | IN(UNSUBACK))
#define IN_MESSAGE (IN(PUBLISH) | IN_WILL)
#define IN_HANDSHAKE (IN(CONNECT) | IN(CONNACK))

/* Table 2-4. `low` and `high` bound a number; a table entry without a form is no property. */
typedef struct {
	uint8_t form;
	uint32_t packets, low, high;
} rule;

static const rule rules[] = {
	[ZT_PROP_PAYLOAD_FORMAT] = { FORM_BYTE, IN_MESSAGE, 0, 1 },
	[ZT_PROP_MESSAGE_EXPIRY] = { FORM_FOUR, IN_MESSAGE, 0, UINT32_MAX },
	[ZT_PROP_CONTENT_TYPE] = { FORM_STRING, IN_MESSAGE, 0, 0 },
	[ZT_PROP_RESPONSE_TOPIC] = { FORM_STRING, IN_MESSAGE, 0, 0 },
	[ZT_PROP_CORRELATION_DATA] = { FORM_BINARY, IN_MESSAGE, 0, 0 },
	[ZT_PROP_SUBSCRIPTION_ID] = { FORM_VARINT, IN(PUBLISH) | IN(SUBSCRIBE), 1, ZT_MQTT_REMAINING_MAX },
	[ZT_PROP_SESSION_EXPIRY] = { FORM_FOUR, IN_HANDSHAKE | IN(DISCONNECT), 0, UINT32_MAX },
	[ZT_PROP_ASSIGNED_CLIENT_ID] = { FORM_STRING, IN(CONNACK), 0, 0 },
	[ZT_PROP_SERVER_KEEP_ALIVE] = { FORM_TWO, IN(CONNACK), 0, UINT16_MAX },
	[ZT_PROP_AUTH_METHOD] = { FORM_STRING, IN_HANDSHAKE | IN(AUTH), 0, 0 },
	[ZT_PROP_AUTH_DATA] = { FORM_BINARY, IN_HANDSHAKE | IN(AUTH), 0, 0 },
	[ZT_PROP_REQUEST_PROBLEM_INFO] = { FORM_BYTE, IN(CONNECT), 0, 1 },
	[ZT_PROP_WILL_DELAY] = { FORM_FOUR, IN_WILL, 0, UINT32_MAX },
	[ZT_PROP_REQUEST_RESPONSE_INFO] = { FORM_BYTE, IN(CONNECT), 0, 1 },
	[ZT_PROP_RESPONSE_INFO] = { FORM_STRING, IN(CONNACK), 0, 0 },
	[ZT_PROP_SERVER_REFERENCE] = { FORM_STRING, IN(CONNACK) | IN(DISCONNECT), 0, 0 },
	[ZT_PROP_REASON_STRING] = { FORM_STRING, IN(CONNACK) | IN_ACKS | IN(DISCONNECT) | IN(AUTH), 0, 0 },
	[ZT_PROP_RECEIVE_MAXIMUM] = { FORM_TWO, IN_HANDSHAKE, 1, UINT16_MAX },
	[ZT_PROP_TOPIC_ALIAS_MAXIMUM] = { FORM_TWO, IN_HANDSHAKE, 0, UINT16_MAX },
	[ZT_PROP_TOPIC_ALIAS] = { FORM_TWO, IN(PUBLISH), 1, UINT16_MAX }, /* MQTT-3.3.2-8 */
	[ZT_PROP_MAXIMUM_QOS] = { FORM_BYTE, IN(CONNACK), 0, 1 },
	[ZT_PROP_RETAIN_AVAILABLE] = { FORM_BYTE, IN(CONNACK), 0, 1 },
	[ZT_PROP_USER_PROPERTY] = { FORM_PAIR,
				    IN_HANDSHAKE | IN_MESSAGE | IN_ACKS | IN(SUBSCRIBE) | IN(UNSUBSCRIBE) |
					IN(DISCONNECT) | IN(AUTH),
				    0, 0 },
	[ZT_PROP_MAXIMUM_PACKET_SIZE] = { FORM_FOUR, IN_HANDSHAKE, 1, UINT32_MAX },
	[ZT_PROP_WILDCARD_AVAILABLE] = { FORM_BYTE, IN(CONNACK), 0, 1 },
	[ZT_PROP_SUBSCRIPTION_ID_AVAILABLE] = { FORM_BYTE, IN(CONNACK), 0, 1 },
	[ZT_PROP_SHARED_AVAILABLE] = { FORM_BYTE, IN(CONNACK), 0, 1 },
};

static const rule *rule_of(uint32_t id)
{
	return id < ZT_COUNT(rules) && rules[id].form != FORM_NONE ? &rules[id] : NULL;
}

static zt_status take_number(zt_view *in, uint8_t how, uint32_t *ret)
{
	uint8_t one = 0;
	uint16_t two = 0;
	switch (how) {
	case FORM_BYTE:
		ENSURE(zt_view_take_u8(in, &one), ZT_E_PROTOCOL);
		*ret = one;
		return ZT_OK;
	case FORM_TWO:
		ENSURE(zt_view_take_be16(in, &two), ZT_E_PROTOCOL);
		*ret = two;
		return ZT_OK;
	case FORM_FOUR:
		ENSURE(zt_view_take_be32(in, ret), ZT_E_PROTOCOL);
		return ZT_OK;
	default:
		ENSURE(zt_mqtt_take_varint(in, ret) == ZT_OK, ZT_E_PROTOCOL);
		return ZT_OK;
	}
}

static zt_status take_value(zt_view *in, uint8_t how, zt_mqtt_property *p)
{
	switch (how) {
	case FORM_STRING:
		return zt_mqtt_take_string(in, &p->text);
	case FORM_BINARY:
		return zt_mqtt_take_binary(in, &p->text);
	case FORM_PAIR:
		TRY(zt_mqtt_take_string(in, &p->name));
		return zt_mqtt_take_string(in, &p->text);
	default:
		return take_number(in, how, &p->number);
	}
}

static zt_status take_property(zt_view *in, zt_mqtt_property *ret)
{
	zt_view rest = *in;
	uint32_t id;
	ENSURE(zt_mqtt_take_varint(&rest, &id) == ZT_OK, ZT_E_PROTOCOL);
	const rule *r = rule_of(id);
	ENSURE(r && in->n - rest.n == zt_mqtt_varint_size(id), ZT_E_PROTOCOL); /* MQTT-1.5.5-1 */
	zt_mqtt_property p = { .id = (zt_mqtt_property_id)id };
	TRY(take_value(&rest, r->form, &p));
	p.whole = (zt_view){ in->p, in->n - rest.n };
	*ret = p;
	*in = rest;
	return ZT_OK;
}

bool zt_mqtt_property_next(zt_view *properties, zt_mqtt_property *ret)
{
	return properties->n && take_property(properties, ret) == ZT_OK;
}

static bool in_range(const rule *r, const zt_mqtt_property *p)
{
	if (r->form <= FORM_VARINT)
		return p->number >= r->low && p->number <= r->high;
	/* MQTT-3.3.2-14 (will: MQTT-3.1.3.2.5): a response topic holds no wildcards. */
	return p->id != ZT_PROP_RESPONSE_TOPIC || zt_topic_is_valid(p->text);
}

static bool may_repeat(zt_mqtt_property_id id, zt_mqtt_type packet)
{
	return id == ZT_PROP_USER_PROPERTY || (id == ZT_PROP_SUBSCRIPTION_ID && packet == ZT_MQTT_PUBLISH);
}

zt_status zt_mqtt_properties_check(zt_view properties, zt_mqtt_type packet, bool will)
{
	uint32_t where = will ? IN_WILL : 1u << packet;
	uint64_t seen = 0;
	zt_mqtt_property p;
	while (properties.n) {
		TRY(take_property(&properties, &p));
		const rule *r = rule_of(p.id);
		uint64_t bit = UINT64_C(1) << p.id;
		ENSURE(r->packets & where, ZT_E_PROTOCOL);
		ENSURE(!(seen & bit) || may_repeat(p.id, packet), ZT_E_PROTOCOL);
		ENSURE(in_range(r, &p), ZT_E_PROTOCOL);
		seen |= bit;
	}
	/* §3.1.2.11.10: authentication data needs a method. */
	ENSURE(!(seen >> ZT_PROP_AUTH_DATA & 1) || (seen >> ZT_PROP_AUTH_METHOD & 1), ZT_E_PROTOCOL);
	return ZT_OK;
}

bool zt_mqtt_property_find(zt_view properties, zt_mqtt_property_id id, zt_mqtt_property *ret)
{
	zt_mqtt_property p;
	while (zt_mqtt_property_next(&properties, &p))
		if (p.id == id) {
			*ret = p;
			return true;
		}
	return false;
}

void zt_mqtt_put_number(zt_buf *out, zt_mqtt_property_id id, uint32_t number)
{
	const rule *r = rule_of(id);
	zt_buf_put_u8(out, (uint8_t)id);
	switch (r ? r->form : FORM_NONE) {
	case FORM_BYTE:
		zt_buf_put_u8(out, (uint8_t)number);
		break;
	case FORM_TWO:
		zt_buf_put_be16(out, (uint16_t)number);
		break;
	case FORM_FOUR:
		zt_buf_put_be32(out, number);
		break;
	case FORM_VARINT:
		zt_mqtt_put_varint(out, number);
		break;
	default:
		out->overflow = true;
	}
}

void zt_mqtt_put_text(zt_buf *out, zt_mqtt_property_id id, zt_view text)
{
	zt_buf_put_u8(out, (uint8_t)id);
	zt_mqtt_put_string(out, text);
}

void zt_mqtt_put_user(zt_buf *out, zt_view name, zt_view value)
{
	zt_buf_put_u8(out, ZT_PROP_USER_PROPERTY);
	zt_mqtt_put_string(out, name);
	zt_mqtt_put_string(out, value);
}
