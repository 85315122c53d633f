/* From the CONNECT to the CONNACK: the certificate, the policies, an older connection of the same name, the broker. */
#include <event2/buffer.h>
#include <stddef.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/gateway/connection.h"
#include "cloud/gateway/lifecycle.h"
#include "cloud/gateway/room.h"
#include "mqtt/properties.h"
#include "net/stream.h"

enum {
	PACKET_ROOM = 512,
	UPSTREAM_ROOM = PACKET_ROOM + ZT_BROKER_USERNAME_MAX + ZT_BROKER_PASSWORD_MAX,
	BROKER_WINDOW_DEFAULT = 65535,
};

static void attempted_text(const zt_mqtt_connection *c, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "CONNECT as %s", c->plan.client_id);
}

/* AWS hangs up without a CONNACK in 3.1.1; an MQTT 5 client is told `code`, unless it is 0. */
static void turn_away(zt_mqtt_connection *c, zt_refusal_rule rule, uint8_t code, const char *detail)
{
	char attempted[ZT_REFUSAL_TEXT_MAX];
	uint8_t room[16];
	zt_buf out = ZT_BUF(room);
	attempted_text(c, attempted, sizeof attempted);
	if (code) {
		zt_connect_put_refusal(c->plan.version, code, &out);
		zt_connection_send(c, zt_buf_view(&out));
	}
	zt_connection_refuse(c, rule, code, attempted, detail);
}

static void on_stream(void *context, struct bufferevent *stream)
{
	zt_mqtt_connection *c = context;
	uint8_t room[UPSTREAM_ROOM];
	zt_buf out = ZT_BUF(room);
	c->ticket = NULL;
	if (!stream) {
		turn_away(c, ZT_REFUSED_BROKER, ZT_RC_SERVER_UNAVAILABLE, "no connection to the broker");
		return;
	}
	if (zt_connection_watch_broker(c, stream) != ZT_OK) {
		zt_connection_finish(c);
		return;
	}
	zt_connect_put_upstream(&c->plan, zt_broker_login_of(c->gateway->broker), &out);
	(void)bufferevent_write(stream, out.p, out.n);
	zt_stream_flush(stream);
	zt_wipe(room, sizeof room);
	c->phase = ZT_PHASE_JOINING;
}

static void open_upstream(zt_mqtt_connection *c)
{
	void *ticket = NULL;
	c->phase = ZT_PHASE_OPENING;
	zt_connection_limit(c, ZT_BROKER_MS);
	if (zt_broker_open(c->gateway->broker, on_stream, c, &ticket) != ZT_OK)
		turn_away(c, ZT_REFUSED_BROKER, ZT_RC_SERVER_UNAVAILABLE, "no connection to the broker");
	else if (c->phase == ZT_PHASE_OPENING)
		c->ticket = ticket;
}

/* Only one connection uses a client id; the newer wins (MQTT-3.1.4-2). */
static void take_over(zt_mqtt_connection *c)
{
	zt_gateway *g = c->gateway;
	zt_view id = zt_view_of(c->plan.client_id);
	zt_node *older = zt_index_find(&g->by_client_id, id);
	if (older)
		zt_connection_refuse(ZT_CONTAINER(older, zt_mqtt_connection, by_client_id), ZT_REFUSED_TAKEN_OVER,
				     ZT_RC_SESSION_TAKEN_OVER, "stay connected", c->peer);
	size_t n = strlen(c->grants.certificate_id) + 1;
	memcpy(c->certificate_key, c->grants.certificate_id, n);
	memcpy(c->certificate_key + n, id.p, id.n);
	c->by_client_id.key = id;
	c->by_certificate.key = zt_view_make(c->certificate_key, n + id.n);
	zt_index_put(&g->by_client_id, &c->by_client_id);
	zt_index_put(&g->by_certificate, &c->by_certificate);
	c->listed = true;
}

static bool is_allowed(zt_mqtt_connection *c, const char *action, const char *type, zt_view name, zt_refusal_rule rule)
{
	char text[ZT_REFUSAL_TEXT_MAX];
	zt_decision decision = zt_grants_decide(&c->grants, action, type, name);
	if (decision.kind == ZT_DECISION_ALLOW)
		return true;
	zt_grants_explain(&c->grants, &decision, action, text, sizeof text);
	zt_lifecycle_connect_failed(c);
	turn_away(c, rule, ZT_RC_NOT_AUTHORIZED, text);
	return false;
}

/* A will needs what its PUBLISH would need (AWS checks it at CONNECT). */
static bool may_connect(zt_mqtt_connection *c)
{
	const zt_publish *will = &c->will.message;
	return is_allowed(c, "iot:Connect", "client", zt_view_of(c->plan.client_id), ZT_REFUSED_CONNECT) &&
	       (will->topic.n == 0 || is_allowed(c, "iot:Publish", "topic", will->topic, ZT_REFUSED_PUBLISH)) &&
	       (!will->retain || is_allowed(c, "iot:RetainPublish", "topic", will->topic, ZT_REFUSED_RETAIN));
}

static void authorise(zt_mqtt_connection *c)
{
	zt_grants_refresh(&c->grants);
	if (!c->caller && c->grants.policies.count == 0) {
		zt_lifecycle_connect_failed(c);
		turn_away(c, ZT_REFUSED_NO_POLICY, ZT_RC_NOT_AUTHORIZED, "");
		return;
	}
	if (!may_connect(c))
		return;
	take_over(c);
	open_upstream(c);
}

static void prepare_grants(zt_mqtt_connection *c)
{
	const zt_gateway *g = c->gateway;
	c->grants.registry = g->registry;
	c->grants.generation = &g->generation;
	c->grants.client_id = zt_view_of(c->plan.client_id);
	c->grants.source_ip = zt_view_of(c->source_ip);
	c->grants.will_topic = c->will.message.topic;
	c->grants.persistent = c->plan.session_expiry_s > 0 || !c->plan.clean;
}

/* The code that MQTT 5 gets for a certificate's state is unconfirmed: it gets none, as 3.1.1. */
static void on_registered(void *context, zt_refusal_rule rule)
{
	zt_mqtt_connection *c = context;
	c->contact = NULL;
	turn_away(c, rule, 0, "");
}

static void meet(zt_mqtt_connection *c)
{
	zt_leaf leaf;
	zt_refusal_rule rule = ZT_REFUSED_UNREADABLE;
	prepare_grants(c);
	if (c->caller) {
		c->grants.operators = &c->gateway->operators;
		c->grants.caller = c->caller;
		c->grants.peer = c->peer;
		authorise(c);
		return;
	}
	if (zt_leaf_of(c->client, &leaf) != ZT_OK) {
		turn_away(c, rule, 0, "");
		return;
	}
	memcpy(c->grants.certificate_id, leaf.id, sizeof c->grants.certificate_id);
	memcpy(c->device_id, leaf.device_id, sizeof c->device_id);
	c->phase = ZT_PHASE_MEETING;
	zt_status status = zt_contact_meet(&c->gateway->contacts, &leaf, zt_view_of(c->plan.client_id), on_registered,
					   c, &c->contact, &rule);
	zt_leaf_free(&leaf);
	if (status == ZT_OK)
		authorise(c);
	else if (status != ZT_E_AGAIN)
		turn_away(c, rule, 0, "");
}

void zt_connection_greet(zt_mqtt_connection *c, const zt_mqtt_frame *frame)
{
	zt_mqtt_connect connect;
	zt_connect_refusal refusal;
	if (frame->type != ZT_MQTT_CONNECT) { /* MQTT-3.1.0-1 */
		turn_away(c, ZT_REFUSED_MALFORMED, 0, "the first packet is no CONNECT");
		return;
	}
	if (zt_connect_read(frame, &connect, &c->plan, &refusal) != ZT_OK) {
		c->plan.version = refusal.version;
		memcpy(c->plan.client_id, refusal.client_id, sizeof c->plan.client_id);
		turn_away(c, refusal.rule, refusal.code, refusal.detail);
		return;
	}
	if (c->gateway->connects &&
	    !zt_pace_take(c->gateway->connects, zt_view_of(c->plan.client_id), zt_time_mono_ms())) {
		turn_away(c, ZT_REFUSED_CONNECT_RATE, ZT_RC_QUOTA_EXCEEDED, "");
		return;
	}
	if (zt_will_copy(&connect, &c->will) != ZT_OK) {
		turn_away(c, ZT_REFUSED_STORE, ZT_RC_UNSPECIFIED, "");
		return;
	}
	meet(c);
}

static unsigned window_of(const zt_mqtt_connack *connack)
{
	zt_mqtt_property p = { .number = BROKER_WINDOW_DEFAULT };
	(void)zt_mqtt_property_find(connack->properties, ZT_PROP_RECEIVE_MAXIMUM, &p);
	return p.number < ZT_RECEIVE_MAX ? p.number : ZT_RECEIVE_MAX;
}

static bool wants_keep_alive(const zt_mqtt_connack *connack)
{
	zt_mqtt_property p;
	return zt_mqtt_property_find(connack->properties, ZT_PROP_SERVER_KEEP_ALIVE, &p);
}

void zt_connection_join(zt_mqtt_connection *c, const zt_mqtt_frame *frame)
{
	zt_mqtt_connack connack;
	uint8_t room[PACKET_ROOM];
	zt_buf out = ZT_BUF(room);
	if (zt_mqtt_read_connack(frame, ZT_MQTT_V5, &connack) != ZT_OK || connack.code != ZT_RC_SUCCESS) {
		turn_away(c, ZT_REFUSED_BROKER, ZT_RC_SERVER_UNAVAILABLE, "the broker refused the session");
		return;
	}
	zt_session_init(&c->session, &zt_connection_ports, c, c->plan.version, c->gateway->room);
	c->session.client_id = zt_view_of(c->plan.client_id);
	c->session.principal = zt_view_of(zt_connection_principal(c));
	c->session.insider = c->caller != NULL;
	c->session.window = window_of(&connack);
	c->session.pings = wants_keep_alive(&connack);
	zt_connect_put_connack(&c->plan, connack.session_present, &out);
	zt_connection_send(c, zt_buf_view(&out));
	c->phase = ZT_PHASE_ON;
	c->heard_ms = zt_time_mono_ms();
	c->gateway->counters.connects++;
	zt_lifecycle_connected(c);
	zt_connection_limit(c, zt_connection_silence_ms(c));
	LOG_INFO("gateway", "connected", ZT_KV_STR("client", c->plan.client_id), ZT_KV_STR("peer", c->peer),
		 ZT_KV_STR("certificate", c->grants.certificate_id),
		 ZT_KV_INT("mqtt", c->plan.version == ZT_MQTT_V5 ? 5 : 3));
}
