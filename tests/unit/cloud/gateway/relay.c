#include "relay.h"

static void to_client(void *context, zt_view bytes)
{
	zt_buf_put(&((relay *)context)->to_client, bytes);
}

static void to_broker(void *context, zt_view bytes)
{
	zt_buf_put(&((relay *)context)->to_broker, bytes);
}

static bool may(void *context, zt_session_right right, zt_view name)
{
	const relay *r = context;
	return !r->denied || right != r->denied_right || !zt_view_equal(name, zt_view_of(r->denied));
}

static zt_status keep(void *context, const zt_publish *message)
{
	relay *r = context;
	(void)message;
	r->asked_to_keep++;
	return r->keep;
}

static void accepted(void *context, const zt_publish *message)
{
	relay *r = context;
	r->accepted++;
	r->accepted_retain = message->retain;
	(void)snprintf(r->accepted_topic, sizeof r->accepted_topic, "%.*s", ZT_PRI(message->topic));
	(void)snprintf(r->accepted_payload, sizeof r->accepted_payload, "%.*s", ZT_PRI(message->payload));
}

static void refused(void *context, zt_refusal_rule rule, zt_view name)
{
	relay *r = context;
	(void)name;
	r->refused++;
	r->refused_rule = rule;
}

static void subscribed(void *context, bool on, const zt_view *filters, size_t count)
{
	relay *r = context;
	(void)filters;
	*(on ? &r->subscribed : &r->unsubscribed) += (unsigned)count;
}

static const zt_session_ports ports = { to_client, to_broker, may, keep, accepted, refused, subscribed };

relay *relay_new(zt_mqtt_version version)
{
	relay *r = calloc(1, sizeof *r);
	assert_non_null(r);
	r->to_client = ZT_BUF(r->client_bytes);
	r->to_broker = ZT_BUF(r->broker_bytes);
	zt_session_init(&r->session, &ports, r, version, r->room);
	r->session.window = ZT_RECEIVE_MAX;
	r->session.client_id = ZT_LIT("dev");
	r->session.principal = ZT_LIT("cert");
	return r;
}

void relay_free(relay *r)
{
	assert_false(r->to_client.overflow || r->to_broker.overflow);
	zt_session_deinit(&r->session);
	free(r);
}

static zt_mqtt_frame frame_of(zt_view packet)
{
	zt_mqtt_frame frame;
	assert_ok(zt_mqtt_frame_next(&packet, ZT_MQTT_REMAINING_MAX, &frame));
	assert_int_equal(packet.n, 0);
	return frame;
}

zt_status client_sends(relay *r, zt_view packet)
{
	zt_mqtt_frame frame = frame_of(packet);
	return zt_session_from_client(&r->session, &frame);
}

zt_status broker_sends(relay *r, zt_view packet)
{
	zt_mqtt_frame frame = frame_of(packet);
	return zt_session_from_broker(&r->session, &frame);
}
