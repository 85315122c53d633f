#include "cloud/gateway/lifecycle.h"

#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "cloud/gateway/room.h"

enum { TOPIC_MAX = 256, PAYLOAD_MAX = 8 * 1024 };

const char *zt_lifecycle_reason(zt_refusal_rule rule)
{
	switch (rule) {
	case ZT_REFUSED_TAKEN_OVER:
		return "DUPLICATE_CLIENTID";
	case ZT_REFUSED_KEEP_ALIVE:
		return "MQTT_KEEP_ALIVE_TIMEOUT";
	case ZT_REFUSED_INACTIVE:
	case ZT_REFUSED_REVOKED:
		return "AUTH_ERROR";
	case ZT_REFUSED_PUBLISH:
	case ZT_REFUSED_RETAIN:
	case ZT_REFUSED_SUBSCRIBE:
	case ZT_REFUSED_RESERVED:
		return "FORBIDDEN_ACCESS";
	case ZT_REFUSED_DELETED:
		return "API_INITIATED_DISCONNECT";
	case ZT_REFUSED_BROKER:
	case ZT_REFUSED_STORE:
		return "SERVER_ERROR";
	default:
		return "CLIENT_ERROR";
	}
}

/* QoS 0: AWS does not say, and nobody waits for them. */
static void publish(const zt_mqtt_connection *c, const char *kind, json_t *event)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_MAX);
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(PAYLOAD_MAX);
	ZT_JSON_CLEANUP json_t *owned = event;
	const zt_acceptor *acceptor = &c->gateway->acceptor;
	if (!owned || zt_str_printf(&topic, "$aws/events/%s/%s", kind, c->plan.client_id) != ZT_OK ||
	    zt_json_write(owned, &payload) != ZT_OK)
		return;
	const zt_publish message = {
		.topic = zt_str_view(&topic),
		.payload = zt_str_view(&payload),
		.client_id = zt_view_of(c->plan.client_id),
		.principal = zt_view_of(zt_connection_principal(c)),
	};
	if (acceptor->listener.accepted)
		acceptor->listener.accepted(acceptor->listener.context, &message);
	zt_status status = zt_broker_publish(c->gateway->broker, &message, NULL, NULL);
	if (status != ZT_OK) /* rules have it; only subscribers miss it */
		LOG_DEBUG("gateway", "the broker did not take a lifecycle event",
			  ZT_KV_STR("client", c->plan.client_id), ZT_KV_STR("cause", zt_status_text(status)));
}

/* A topic cannot hold such a client id. */
static bool has_events(const zt_mqtt_connection *c)
{
	return !strpbrk(c->plan.client_id, "#+");
}

/* What every event has; its client id is UTF-8, or there would be no connection. */
static json_t *begin(zt_mqtt_connection *c, const char *type)
{
	json_t *event = json_pack("{s:s, s:I, s:s}", "clientId", c->plan.client_id, "timestamp",
				  (json_int_t)zt_registry_now_ms(c->gateway->registry), "eventType", type);
	zt_grants_refresh(&c->grants);
	if (event && c->grants.thing && c->grants.thing_is_exclusive)
		(void)json_object_set_new(event, "thingName", json_string(c->grants.thing->name));
	return event;
}

static json_t *with_session(const zt_mqtt_connection *c, json_t *event)
{
	const char *principal = zt_connection_principal(c);
	if (event && c->session_id[0])
		(void)json_object_set_new(event, "sessionIdentifier", json_string(c->session_id));
	if (event)
		(void)json_object_set_new(event, "principalIdentifier", json_string(principal));
	return event;
}

static json_t *with_version(const zt_mqtt_connection *c, json_t *event)
{
	if (event)
		(void)json_object_set_new(event, "versionNumber", json_integer((json_int_t)c->presence_version));
	return event;
}

/* 32 hex digits, as AWS's examples have them. */
static void make_session_id(char ret_id[ZT_UUID_TEXT])
{
	char uuid[ZT_UUID_TEXT];
	size_t n = 0;
	zt_uuid(uuid);
	for (size_t i = 0; uuid[i]; i++)
		if (uuid[i] != '-')
			ret_id[n++] = uuid[i];
	ret_id[n] = 0;
}

void zt_lifecycle_connected(zt_mqtt_connection *c)
{
	zt_gateway *g = c->gateway;
	make_session_id(c->session_id);
	c->presence_version =
	    zt_presence_enter(g->presence, zt_view_of(c->plan.client_id), zt_registry_now_ms(g->registry));
	if (!has_events(c))
		return;
	json_t *event = with_session(c, begin(c, "connected"));
	if (event)
		(void)json_object_set_new(event, "ipAddress", json_string(c->source_ip));
	publish(c, "presence/connected", with_version(c, event));
}

void zt_lifecycle_disconnected(zt_mqtt_connection *c)
{
	zt_gateway *g = c->gateway;
	zt_presence_leave(g->presence, zt_view_of(c->plan.client_id), zt_registry_now_ms(g->registry));
	if (!has_events(c))
		return;
	bool by_client = strcmp(c->disconnect_reason, ZT_DISCONNECT_BY_CLIENT) == 0;
	json_t *event = with_session(c, begin(c, "disconnected"));
	if (event) {
		(void)json_object_set_new(event, "clientInitiatedDisconnect", json_boolean(by_client));
		(void)json_object_set_new(event, "disconnectReason", json_string(c->disconnect_reason));
	}
	publish(c, "presence/disconnected", with_version(c, event));
}

void zt_lifecycle_connect_failed(zt_mqtt_connection *c)
{
	if (!has_events(c))
		return;
	json_t *event = with_session(c, begin(c, "connect_failed"));
	if (event)
		(void)json_object_set_new(event, "connectFailureReason", json_string("AUTHORIZATION_FAILED"));
	publish(c, "presence/connect_failed", event);
}

void zt_lifecycle_subscribed(zt_mqtt_connection *c, bool subscribed, const zt_view *filters, size_t count)
{
	if (!has_events(c))
		return;
	json_t *event = with_session(c, begin(c, subscribed ? "subscribed" : "unsubscribed"));
	json_t *topics = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(topics, zt_json_string(filters[i]));
	if (event)
		(void)json_object_set_new(event, "topics", topics);
	else
		json_decref(topics);
	publish(c, subscribed ? "subscriptions/subscribed" : "subscriptions/unsubscribed", event);
}
