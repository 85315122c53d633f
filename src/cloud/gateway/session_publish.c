/* PUBLISH from the client to the broker, and its PUBACK back. */
#include "base/str.h"
#include "cloud/accept/accept.h"
#include "cloud/gateway/mqtt_connect.h"
#include "cloud/gateway/session_room.h"
#include "mqtt/properties.h"
#include "mqtt/topic.h"

typedef struct {
	zt_mqtt_publish packet; /* as it came; then its topic without alias and its properties without what ends here */
	zt_topic_kind kind;
	bool rewritten; /* differs from the client's bytes */
} publication;

static zt_status stop(zt_session *session, zt_refusal_rule rule, uint8_t code, zt_view topic)
{
	return zt_session_stop(session, rule, code, "PUBLISH", topic);
}

static zt_status resolve_alias(zt_session *session, uint32_t alias, publication *p)
{
	if (alias > ZT_ALIASES_MAX)
		return stop(session, ZT_REFUSED_ALIAS, ZT_RC_TOPIC_ALIAS_INVALID, p->packet.topic);
	char **slot = &session->aliases[alias - 1];
	if (p->packet.topic.n) {
		char *copy = zt_view_dup(p->packet.topic);
		if (!copy)
			return stop(session, ZT_REFUSED_STORE, ZT_RC_UNSPECIFIED, p->packet.topic);
		free(*slot);
		*slot = copy;
	}
	p->packet.topic = zt_view_of(*slot);
	p->rewritten = true;
	return ZT_OK;
}

/* Copies a property, or what AWS makes of it. */
static void put_property(zt_buf *out, const zt_mqtt_property *property, bool *ret_rewritten)
{
	uint32_t expiry = property->number;
	if (property->id != ZT_PROP_MESSAGE_EXPIRY) {
		zt_buf_put(out, property->whole);
		return;
	}
	expiry = expiry == 0 ? 1 : expiry > ZT_MESSAGE_EXPIRY_MAX_S ? ZT_MESSAGE_EXPIRY_MAX_S : expiry;
	*ret_rewritten |= expiry != property->number;
	zt_mqtt_put_number(out, property->id, expiry);
}

static zt_status rewrite_properties(zt_session *session, publication *p)
{
	zt_view rest = p->packet.properties;
	zt_buf out = zt_session_parts_room(session);
	zt_mqtt_property property;
	size_t user_bytes = 0;
	while (zt_mqtt_property_next(&rest, &property)) {
		if (property.id == ZT_PROP_SUBSCRIPTION_ID) /* MQTT-3.3.4-6: a client sends none */
			return stop(session, ZT_REFUSED_MALFORMED, ZT_RC_PROTOCOL_ERROR, p->packet.topic);
		if (!zt_property_within_limit(&property, &user_bytes))
			return stop(session, ZT_REFUSED_PROPERTIES, ZT_RC_QUOTA_EXCEEDED, p->packet.topic);
		if (property.id == ZT_PROP_TOPIC_ALIAS)
			TRY(resolve_alias(session, property.number, p));
		else
			put_property(&out, &property, &p->rewritten);
	}
	if (p->rewritten)
		p->packet.properties = zt_buf_view(&out);
	return ZT_OK;
}

static zt_status refuse_properties(zt_session *session, const zt_mqtt_publish *packet)
{
	zt_mqtt_property alias;
	if (zt_mqtt_property_find(packet->properties, ZT_PROP_TOPIC_ALIAS, &alias) && alias.number == 0)
		return stop(session, ZT_REFUSED_ALIAS, ZT_RC_TOPIC_ALIAS_INVALID, packet->topic);
	return stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, packet->topic);
}

static zt_status read_publication(zt_session *session, const zt_mqtt_frame *frame, publication *ret)
{
	*ret = (publication){ .rewritten = session->version != ZT_MQTT_V5 };
	if (zt_mqtt_read_publish(frame, session->version, &ret->packet) != ZT_OK)
		return stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, ZT_VIEW_EMPTY);
	if (zt_mqtt_properties_check(ret->packet.properties, ZT_MQTT_PUBLISH, false) != ZT_OK)
		return refuse_properties(session, &ret->packet);
	if (ret->packet.properties.n)
		TRY(rewrite_properties(session, ret));
	if (ret->packet.topic.n == 0) /* an empty topic without alias, or an alias that stands for none */
		return stop(session, ZT_REFUSED_ALIAS, ZT_RC_PROTOCOL_ERROR, ZT_VIEW_EMPTY);
	ret->kind = zt_topic_kind_of(ret->packet.topic);
	return ZT_OK;
}

static zt_status check_limits(zt_session *session, const publication *p)
{
	zt_view topic = p->packet.topic;
	if (!zt_topic_within_limits(topic))
		return stop(session, ZT_REFUSED_TOPIC, ZT_RC_TOPIC_NAME_INVALID, topic);
	if (p->packet.payload.n > ZT_PAYLOAD_MAX)
		return stop(session, ZT_REFUSED_PAYLOAD, ZT_RC_QUOTA_EXCEEDED, topic);
	if (p->kind == ZT_TOPIC_RESERVED || (p->packet.retain && p->kind != ZT_TOPIC_ORDINARY))
		return stop(session, ZT_REFUSED_RESERVED, ZT_RC_NOT_AUTHORIZED, topic);
	return ZT_OK;
}

static zt_status check_rights(zt_session *session, const publication *p)
{
	zt_view topic = p->packet.topic;
	if (!session->ports->may(session->context, ZT_MAY_PUBLISH, topic))
		return stop(session, ZT_REFUSED_PUBLISH, ZT_RC_NOT_AUTHORIZED, topic);
	if (p->packet.retain && !session->ports->may(session->context, ZT_MAY_RETAIN, topic))
		return stop(session, ZT_REFUSED_RETAIN, ZT_RC_NOT_AUTHORIZED, topic);
	return ZT_OK;
}

/* Version 5 promised to stay below our Receive Maximum; 3.1.1 is simply not read on (AWS: "nothing new is accepted").
 */
static zt_status take_flight(zt_session *session, const publication *p)
{
	if (p->packet.qos == 0 || !zt_topic_is_for_all(p->kind))
		return ZT_OK;
	if (session->version == ZT_MQTT_V5 && session->in_flight >= ZT_RECEIVE_MAX)
		return stop(session, ZT_REFUSED_INFLIGHT, ZT_RC_RECEIVE_MAXIMUM_EXCEEDED, p->packet.topic);
	return session->in_flight >= session->window ? ZT_E_AGAIN : ZT_OK;
}

static zt_status keep_retained(zt_session *session, const zt_publish *message)
{
	if (!message->retain)
		return ZT_OK;
	zt_status status = session->ports->keep(session->context, message);
	if (status == ZT_OK || status == ZT_E_AGAIN)
		return status;
	return stop(session, ZT_REFUSED_STORE, ZT_RC_UNSPECIFIED, message->topic);
}

static zt_status acknowledge(zt_session *session, uint16_t packet_id, uint8_t code)
{
	zt_buf out = zt_session_packet_room(session);
	zt_mqtt_write_ack(&out, session->version, ZT_MQTT_PUBACK,
			  &(zt_mqtt_ack){ .packet_id = packet_id, .code = code });
	return zt_session_send_client(session, &out);
}

static zt_status forward(zt_session *session, const zt_mqtt_frame *frame, const publication *p)
{
	if (!zt_topic_is_for_all(p->kind))
		return p->packet.qos ? acknowledge(session, p->packet.packet_id, ZT_RC_SUCCESS) : ZT_OK;
	session->in_flight += p->packet.qos;
	if (!p->rewritten) {
		session->ports->to_broker(session->context, frame->whole);
		return ZT_OK;
	}
	zt_buf head = zt_session_packet_room(session);
	zt_mqtt_write_publish_head(&head, ZT_MQTT_V5, &p->packet);
	TRY(zt_session_send_broker(session, &head));
	if (p->packet.payload.n)
		session->ports->to_broker(session->context, p->packet.payload);
	return ZT_OK;
}

zt_status zt_session_publish(zt_session *session, const zt_mqtt_frame *frame)
{
	publication p;
	TRY(read_publication(session, frame, &p));
	if (p.packet.qos == 2) {
		/* AWS answers nothing; version 5 was told so in the CONNACK. */
		if (session->version == ZT_MQTT_V5)
			return stop(session, ZT_REFUSED_QOS, ZT_RC_QOS_NOT_SUPPORTED, p.packet.topic);
		session->ports->refused(session->context, ZT_REFUSED_QOS, p.packet.topic);
		return ZT_OK;
	}
	TRY(check_limits(session, &p));
	TRY(check_rights(session, &p));
	TRY(take_flight(session, &p));
	const zt_publish message = {
		.topic = p.packet.topic,
		.payload = p.packet.payload,
		.properties = p.packet.properties,
		.qos = p.packet.qos,
		.retain = p.packet.retain,
		.client_id = session->client_id,
		.principal = session->principal,
	};
	TRY(keep_retained(session, &message));
	TRY(forward(session, frame, &p));
	session->ports->accepted(session->context, &message);
	return ZT_OK;
}

zt_status zt_session_published(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_ack ack;
	if (zt_mqtt_read_ack(frame, ZT_MQTT_V5, &ack) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "broker's PUBACK",
				       ZT_VIEW_EMPTY);
	if (session->in_flight)
		session->in_flight--;
	if (ack.code == ZT_RC_NO_MATCHING_SUBSCRIBERS) /* AWS does not tell */
		ack.code = ZT_RC_SUCCESS;
	/* 3.1.1 has no word for "not taken": without PUBACK and connection the client keeps the message. */
	if (ack.code >= ZT_RC_UNSPECIFIED && session->version != ZT_MQTT_V5)
		return zt_session_stop(session, ZT_REFUSED_BROKER, ack.code, "broker's PUBACK", ZT_VIEW_EMPTY);
	return acknowledge(session, ack.packet_id, ack.code);
}
