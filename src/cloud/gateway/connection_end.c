/* How a connection ends: the reason is recorded, the will goes out, last bytes leave both ways, and then the streams
 * go. */
#include <event2/buffer.h>
#include <stddef.h>

#include "base/log.h"
#include "cloud/gateway/connection.h"
#include "cloud/gateway/lifecycle.h"
#include "cloud/gateway/room.h"
#include "mqtt/properties.h"

static size_t unsent(struct bufferevent *stream)
{
	return stream ? evbuffer_get_length(bufferevent_get_output(stream)) : 0;
}

static void unlist(zt_mqtt_connection *c)
{
	if (!c->listed)
		return;
	zt_index_take(&c->gateway->by_client_id, &c->by_client_id);
	zt_index_take(&c->gateway->by_certificate, &c->by_certificate);
	c->listed = false;
}

static void let_go(zt_mqtt_connection *c)
{
	unlist(c);
	zt_contact_forget(c->contact);
	c->contact = NULL;
	if (c->ticket)
		zt_broker_cancel(c->gateway->broker, c->ticket);
	c->ticket = NULL;
	zt_keeping_forget(c->keeping);
	c->keeping = NULL;
}

void zt_connection_finish(zt_mqtt_connection *c)
{
	if (c->phase == ZT_PHASE_ENDED)
		return;
	let_go(c);
	c->phase = ZT_PHASE_ENDED;
	zt_websocket_free(c->websocket);
	c->websocket = NULL;
	zt_inbox_close(&c->from_client);
	zt_inbox_close(&c->from_broker);
	if (c->client) {
		zt_gateway_tls_goodbye(c->client);
		bufferevent_free(c->client);
	}
	if (c->broker)
		bufferevent_free(c->broker);
	event_free(c->timer);
	c->client = c->broker = NULL;
	c->timer = NULL;
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->gateway->counters.open--;
	c->next = c->gateway->ended;
	c->gateway->ended = c;
	zt_gateway_sweep(c->gateway);
}

void zt_connection_free(zt_mqtt_connection *c)
{
	zt_will_free(&c->will);
	zt_session_deinit(&c->session);
	zt_grants_deinit(&c->grants);
	free(c->caller);
	free(c);
}

/* It was allowed at the CONNECT; policies may have changed since. */
static bool may_still(zt_mqtt_connection *c, const char *action, zt_view topic)
{
	return zt_grants_decide(&c->grants, action, "topic", topic).kind == ZT_DECISION_ALLOW;
}

static void publish_will(zt_mqtt_connection *c)
{
	zt_publish *will = &c->will.message;
	zt_error error = { 0 };
	if (will->topic.n == 0)
		return;
	if (!may_still(c, "iot:Publish", will->topic) ||
	    (will->retain && !may_still(c, "iot:RetainPublish", will->topic)))
		return;
	will->client_id = zt_view_of(c->plan.client_id);
	will->principal = zt_view_of(zt_connection_principal(c));
	if (zt_accept(&c->gateway->acceptor, will, NULL, NULL, &error) != ZT_OK)
		(void)zt_log_error("gateway", &error, "a will cannot be published");
}

static void say_goodbye_to_broker(zt_mqtt_connection *c)
{
	uint8_t room[32], property[8];
	zt_buf out = ZT_BUF(room), properties = ZT_BUF(property);
	zt_mqtt_property expiry;
	if (c->session_ends) {
		zt_mqtt_put_number(&properties, ZT_PROP_SESSION_EXPIRY, 0);
	} else if (zt_mqtt_property_find(c->session.goodbye.properties, ZT_PROP_SESSION_EXPIRY, &expiry)) {
		uint32_t s = expiry.number < ZT_SESSION_EXPIRY_MAX_S ? expiry.number : ZT_SESSION_EXPIRY_MAX_S;
		zt_mqtt_put_number(&properties, ZT_PROP_SESSION_EXPIRY, s);
	}
	zt_mqtt_write_disconnect(&out, ZT_MQTT_V5, &(zt_mqtt_disconnect){ .properties = zt_buf_view(&properties) });
	(void)bufferevent_write(c->broker, out.p, out.n);
}

/* Both ways are empty or closed: the client gets a while to close, so that no reset overtakes our last bytes. */
void zt_connection_settle(zt_mqtt_connection *c)
{
	if (!c->broker_done && unsent(c->broker) == 0)
		c->broker_done = true;
	if (c->broker_done && c->broker) {
		zt_inbox_close(&c->from_broker);
		bufferevent_free(c->broker);
		c->broker = NULL;
	}
	if (c->client && !c->client_done && unsent(c->client) == 0) {
		c->client_done = true;
		zt_gateway_tls_goodbye(c->client);
	}
	if (!c->client && c->broker_done)
		zt_connection_finish(c);
}

static void let_drain(struct bufferevent *stream, zt_inbox *inbox)
{
	if (!stream)
		return;
	bufferevent_setwatermark(stream, EV_WRITE, 0, 0);
	(void)bufferevent_enable(stream, EV_WRITE);
	zt_inbox_gate(inbox, true);
}

void zt_connection_depart(zt_mqtt_connection *c, bool with_will, const char *reason)
{
	bool joined = c->phase == ZT_PHASE_ON;
	let_go(c);
	c->disconnect_reason = reason;
	if (joined)
		zt_lifecycle_disconnected(c);
	if (joined && with_will)
		publish_will(c);
	if (joined && c->broker && !c->broker_done)
		say_goodbye_to_broker(c);
	else
		c->broker_done = true;
	c->phase = ZT_PHASE_LEAVING;
	if (c->websocket)
		zt_websocket_close(c->websocket);
	zt_connection_limit(c, ZT_GOODBYE_MS);
	let_drain(c->broker, &c->from_broker);
	let_drain(c->client, &c->from_client);
	zt_connection_settle(c);
}

static void tell_client(zt_mqtt_connection *c, uint8_t code)
{
	uint8_t room[8];
	zt_buf out = ZT_BUF(room);
	if (c->plan.version != ZT_MQTT_V5 || !c->client)
		return;
	zt_mqtt_write_disconnect(&out, ZT_MQTT_V5, &(zt_mqtt_disconnect){ .code = code });
	zt_connection_send(c, zt_buf_view(&out));
}

void zt_connection_refuse(zt_mqtt_connection *c, zt_refusal_rule rule, uint8_t code, const char *attempted,
			  const char *detail)
{
	if (c->phase >= ZT_PHASE_LEAVING)
		return;
	zt_connection_record(c, rule, attempted, detail);
	if (c->phase == ZT_PHASE_ON)
		tell_client(c, code);
	zt_connection_depart(c, true, zt_lifecycle_reason(rule));
}

void zt_connection_dismiss(zt_mqtt_connection *c)
{
	if (c->phase >= ZT_PHASE_LEAVING)
		return;
	if (c->phase == ZT_PHASE_ON)
		tell_client(c, ZT_RC_SERVER_SHUTTING_DOWN);
	zt_connection_depart(c, true, "SERVER_INITIATED_DISCONNECT");
}

void zt_connection_delete(zt_mqtt_connection *c, bool end_session, bool without_will)
{
	c->session_ends = end_session;
	if (without_will) {
		c->grants.will_topic = ZT_VIEW_EMPTY;
		zt_will_free(&c->will);
	}
	zt_connection_refuse(c, ZT_REFUSED_DELETED, ZT_RC_ADMINISTRATIVE_ACTION, "stay connected", "");
}

void zt_connection_review(zt_mqtt_connection *c)
{
	c->suspect = false;
	if (c->phase >= ZT_PHASE_LEAVING || c->caller || zt_grants_active(&c->grants))
		return;
	bool revoked = c->grants.certificate && c->grants.certificate->status == ZT_CERT_REVOKED;
	zt_connection_refuse(c, revoked ? ZT_REFUSED_REVOKED : ZT_REFUSED_INACTIVE, ZT_RC_NOT_AUTHORIZED,
			     "stay connected", "");
}
