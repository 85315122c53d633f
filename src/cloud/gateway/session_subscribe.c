/* SUBSCRIBE and UNSUBSCRIBE: only permitted filters go up, and the broker's codes are merged back by position. */
#include "base/str.h"
#include "cloud/gateway/filter.h"
#include "cloud/gateway/session_room.h"
#include "mqtt/properties.h"
#include "mqtt/topic.h"

enum {
	SHARE_NAME_MAX = 128,    /* AWS IoT Core quota "group name" */
	CODE_FROM_BROKER = 0xff, /* no reason code of any version */
};

/* One that the broker has not answered: a code for each filter, or CODE_FROM_BROKER in its place. */
struct zt_pending_subscribe {
	zt_pending_subscribe *next;
	zt_mqtt_type answer;
	uint16_t packet_id;
	uint8_t count;
	uint8_t codes[ZT_MQTT_FILTERS_MAX];
};

static const char *verb_of(zt_mqtt_type answer)
{
	return answer == ZT_MQTT_SUBACK ? "SUBSCRIBE" : "UNSUBSCRIBE";
}

void zt_session_forget_subscriptions(zt_session *session)
{
	for (size_t i = 0; i < session->subscription_count; i++)
		free(session->subscriptions[i]);
	session->subscription_count = 0;
	for (zt_pending_subscribe *next, *p = session->pending; p; p = next) {
		next = p->next;
		free(p);
	}
	session->pending = NULL;
	session->pending_count = 0;
}

static size_t index_of(const zt_session *session, zt_view filter)
{
	size_t i = 0;
	while (i < session->subscription_count && !zt_view_equal(zt_view_of(session->subscriptions[i]), filter))
		i++;
	return i;
}

/* ZT_RC_SUCCESS when the connection has it from now on. */
static uint8_t remember(zt_session *session, zt_view filter)
{
	if (index_of(session, filter) < session->subscription_count)
		return ZT_RC_SUCCESS;
	if (session->subscription_count == ZT_SUBSCRIPTIONS_MAX) {
		session->ports->refused(session->context, ZT_REFUSED_SUBSCRIPTIONS, filter);
		return ZT_RC_QUOTA_EXCEEDED;
	}
	char *copy = zt_view_dup(filter);
	if (!copy)
		return ZT_RC_UNSPECIFIED;
	session->subscriptions[session->subscription_count++] = copy;
	return ZT_RC_SUCCESS;
}

static void forget(zt_session *session, zt_view filter)
{
	size_t at = index_of(session, filter);
	if (at == session->subscription_count)
		return;
	free(session->subscriptions[at]);
	session->subscriptions[at] = session->subscriptions[--session->subscription_count];
}

static bool is_acceptable(zt_view filter)
{
	zt_view plain = zt_filter_unshared(filter);
	size_t name = filter.n - plain.n;
	return zt_filter_is_valid(filter) && zt_topic_within_limits(filter) &&
	       (name == 0 || name <= sizeof "$share/" + SHARE_NAME_MAX);
}

static uint8_t judge(zt_session *session, const zt_mqtt_subscription *item)
{
	if (!is_acceptable(item->filter)) {
		session->ports->refused(session->context, ZT_REFUSED_TOPIC, item->filter);
		return ZT_RC_TOPIC_FILTER_INVALID;
	}
	if (!session->ports->may(session->context, ZT_MAY_SUBSCRIBE, item->filter)) {
		session->ports->refused(session->context, ZT_REFUSED_SUBSCRIBE, item->filter);
		return ZT_RC_NOT_AUTHORIZED;
	}
	return remember(session, item->filter);
}

/* To the client, in its version. */
static zt_status answer(zt_session *session, zt_pending_subscribe *p)
{
	if (session->version != ZT_MQTT_V5)
		for (size_t i = 0; i < p->count; i++)
			p->codes[i] = p->codes[i] >= ZT_RC_UNSPECIFIED ? ZT_RC_UNSPECIFIED : p->codes[i];
	zt_buf out = zt_session_packet_room(session);
	const zt_mqtt_suback packet = { .packet_id = p->packet_id, .codes = { p->codes, p->count } };
	zt_mqtt_write_suback(&out, session->version, p->answer, &packet);
	return zt_session_send_client(session, &out);
}

static zt_pending_subscribe **find_pending(zt_session *session, uint16_t packet_id)
{
	zt_pending_subscribe **at = &session->pending;
	while (*at && (*at)->packet_id != packet_id)
		at = &(*at)->next;
	return at;
}

static zt_status remember_pending(zt_session *session, const zt_pending_subscribe *pending)
{
	zt_pending_subscribe *copy = malloc(sizeof *copy);
	if (!copy)
		return zt_session_stop(session, ZT_REFUSED_STORE, ZT_RC_UNSPECIFIED, verb_of(pending->answer),
				       ZT_VIEW_EMPTY);
	*copy = *pending;
	copy->next = session->pending;
	session->pending = copy;
	session->pending_count++;
	return ZT_OK;
}

/* Sends up the filters whose code is the broker's to give; answers at once when there is none. */
static zt_status forward(zt_session *session, const zt_mqtt_subscribe *packet, zt_pending_subscribe *pending)
{
	zt_mqtt_subscribe up = { .packet_id = packet->packet_id };
	zt_view filters[ZT_MQTT_FILTERS_MAX];
	zt_buf texts = zt_session_parts_room(session);
	for (size_t i = 0; i < packet->count; i++) {
		if (pending->codes[i] != CODE_FROM_BROKER)
			continue;
		filters[up.count] = packet->items[i].filter;
		up.items[up.count++] = zt_filter_upstream(&packet->items[i], &texts);
	}
	if (up.count == 0)
		return answer(session, pending);
	TRY(remember_pending(session, pending));
	session->ports->subscribed(session->context, pending->answer == ZT_MQTT_SUBACK, filters, up.count);
	zt_buf out = zt_session_packet_room(session);
	if (pending->answer == ZT_MQTT_SUBACK)
		zt_mqtt_write_subscribe(&out, ZT_MQTT_V5, &up);
	else
		zt_mqtt_write_unsubscribe(&out, ZT_MQTT_V5, &up);
	return zt_session_send_broker(session, &out);
}

/* ZT_E_AGAIN while the broker owes too many answers. */
static zt_status begin(zt_session *session, const zt_mqtt_subscribe *packet, zt_mqtt_type answer_type,
		       zt_pending_subscribe *ret)
{
	if (zt_mqtt_properties_check(packet->properties,
				     answer_type == ZT_MQTT_SUBACK ? ZT_MQTT_SUBSCRIBE : ZT_MQTT_UNSUBSCRIBE,
				     false) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, verb_of(answer_type),
				       ZT_VIEW_EMPTY);
	if (*find_pending(session, packet->packet_id)) /* MQTT-2.3.1-4: an id in use */
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_PROTOCOL_ERROR, verb_of(answer_type),
				       ZT_VIEW_EMPTY);
	if (session->pending_count >= ZT_PENDING_SUBSCRIBES)
		return ZT_E_AGAIN;
	*ret = (zt_pending_subscribe){ .answer = answer_type,
				       .packet_id = packet->packet_id,
				       .count = (uint8_t)packet->count };
	return ZT_OK;
}

/* What ends the connection, whatever the policies say. */
static zt_status check_subscribe(zt_session *session, const zt_mqtt_subscribe *packet)
{
	zt_mqtt_property found;
	if (zt_mqtt_property_find(packet->properties, ZT_PROP_SUBSCRIPTION_ID, &found))
		return zt_session_stop(session, ZT_REFUSED_SUBSCRIPTION_ID, ZT_RC_SUBSCRIPTION_IDS_NOT_SUPPORTED,
				       "SUBSCRIBE", packet->items[0].filter);
	if (packet->count > ZT_FILTERS_PER_SUBSCRIBE)
		return zt_session_stop(session, ZT_REFUSED_FILTERS, ZT_RC_QUOTA_EXCEEDED, "SUBSCRIBE",
				       packet->items[0].filter);
	for (size_t i = 0; i < packet->count; i++)
		if (zt_filter_is_reserved(packet->items[i].filter) &&
		    !(session->insider && zt_filter_is_own(packet->items[i].filter)))
			return zt_session_stop(session, ZT_REFUSED_RESERVED, ZT_RC_TOPIC_FILTER_INVALID, "SUBSCRIBE",
					       packet->items[i].filter);
	return ZT_OK;
}

/* 3.1.1: AWS sends no SUBACK when QoS 2 is asked for. Version 5 must be granted less (MQTT-3.2.2-10). */
static bool asks_in_vain(const zt_session *session, const zt_mqtt_subscribe *packet)
{
	for (size_t i = 0; i < packet->count; i++)
		if (session->version == ZT_MQTT_V311 && packet->items[i].qos == 2)
			return true;
	return false;
}

zt_status zt_session_subscribe(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_subscribe packet;
	zt_pending_subscribe pending;
	if (zt_mqtt_read_subscribe(frame, session->version, &packet) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, "SUBSCRIBE", ZT_VIEW_EMPTY);
	TRY(begin(session, &packet, ZT_MQTT_SUBACK, &pending));
	TRY(check_subscribe(session, &packet));
	if (asks_in_vain(session, &packet)) {
		session->ports->refused(session->context, ZT_REFUSED_QOS, packet.items[0].filter);
		return ZT_OK;
	}
	for (size_t i = 0; i < packet.count; i++) {
		uint8_t code = judge(session, &packet.items[i]);
		pending.codes[i] = code == ZT_RC_SUCCESS ? CODE_FROM_BROKER : code;
	}
	return forward(session, &packet, &pending);
}

zt_status zt_session_unsubscribe(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_subscribe packet;
	zt_pending_subscribe pending;
	if (zt_mqtt_read_unsubscribe(frame, session->version, &packet) != ZT_OK)
		return zt_session_stop(session, ZT_REFUSED_MALFORMED, ZT_RC_MALFORMED, "UNSUBSCRIBE", ZT_VIEW_EMPTY);
	TRY(begin(session, &packet, ZT_MQTT_UNSUBACK, &pending));
	for (size_t i = 0; i < packet.count; i++) {
		bool acceptable = is_acceptable(packet.items[i].filter);
		pending.codes[i] = acceptable ? CODE_FROM_BROKER : ZT_RC_TOPIC_FILTER_INVALID;
		forget(session, packet.items[i].filter);
	}
	return forward(session, &packet, &pending);
}

static zt_status merge(zt_session *session, zt_pending_subscribe *pending, zt_view codes)
{
	for (size_t i = 0; i < pending->count; i++) {
		uint8_t code;
		if (pending->codes[i] != CODE_FROM_BROKER)
			continue;
		if (!zt_view_take_u8(&codes, &code))
			return ZT_E_PROTOCOL;
		/* AWS's UNSUBACK does not tell "no subscription existed". */
		pending->codes[i] = code == ZT_RC_NO_SUBSCRIPTION_EXISTED ? ZT_RC_SUCCESS : code;
	}
	ENSURE(codes.n == 0, ZT_E_PROTOCOL);
	return answer(session, pending);
}

zt_status zt_session_subscribed(zt_session *session, const zt_mqtt_frame *frame)
{
	zt_mqtt_suback packet;
	zt_status read = frame->type == ZT_MQTT_SUBACK ? zt_mqtt_read_suback(frame, ZT_MQTT_V5, &packet)
						       : zt_mqtt_read_unsuback(frame, ZT_MQTT_V5, &packet);
	zt_pending_subscribe **at = read == ZT_OK ? find_pending(session, packet.packet_id) : NULL;
	zt_pending_subscribe *pending = at ? *at : NULL;
	if (!pending || pending->answer != frame->type)
		return zt_session_stop(session, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "broker's SUBACK",
				       ZT_VIEW_EMPTY);
	*at = pending->next;
	session->pending_count--;
	zt_status status = merge(session, pending, packet.codes);
	free(pending);
	if (status == ZT_E_PROTOCOL)
		return zt_session_stop(session, ZT_REFUSED_BROKER, ZT_RC_SERVER_SHUTTING_DOWN, "broker's SUBACK",
				       ZT_VIEW_EMPTY);
	return status;
}
