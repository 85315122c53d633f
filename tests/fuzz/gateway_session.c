/* A connection's life after its TLS handshake: a version, then packets, each behind a byte that says who sends it and
 * what the store and the policies say. The first of the client is its CONNECT. Whatever comes in, only whole packets go
 * out, and nothing goes up that the rules keep here. */
#include <stdint.h>

#include "cloud/gateway/filter.h"
#include "cloud/gateway/mqtt_connect.h"
#include "cloud/gateway/session.h"
#include "mqtt/properties.h"
#include "mqtt/topic.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { FROM_BROKER = 1, DENIES = 2, NOT_YET = 4, SENT_MAX = 512 * 1024 };

typedef struct {
	uint8_t how;
	zt_buf up, down;
} world;

static uint8_t room[ZT_SESSION_ROOM], up_bytes[SENT_MAX], down_bytes[SENT_MAX];

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void to_client(void *context, zt_view bytes)
{
	zt_buf_put(&((world *)context)->down, bytes);
}

static void to_broker(void *context, zt_view bytes)
{
	zt_buf_put(&((world *)context)->up, bytes);
}

static bool may(void *context, zt_session_right right, zt_view name)
{
	const world *w = context;
	(void)right;
	return !(w->how & DENIES) || (name.n & 1);
}

static zt_status keep(void *context, const zt_publish *message)
{
	const world *w = context;
	must(message->retain);
	return w->how & NOT_YET ? ZT_E_AGAIN : ZT_OK;
}

static void accepted(void *context, const zt_publish *message)
{
	(void)context;
	must(zt_topic_is_valid(message->topic) && zt_topic_within_limits(message->topic) && message->qos <= 1);
	must(!zt_view_starts(message->topic, ZT_LIT("$SYS")) && !zt_view_starts(message->topic, ZT_LIT("$aws/events")));
}

static void refused(void *context, zt_refusal_rule rule, zt_view name)
{
	(void)context;
	(void)rule;
	(void)name;
}

static void subscribed(void *context, bool on, const zt_view *filters, size_t count)
{
	(void)context, (void)on, (void)filters, (void)count;
}

static const zt_session_ports ports = { to_client, to_broker, may, keep, accepted, refused, subscribed };

static void check_up(zt_view sent)
{
	zt_mqtt_frame f;
	zt_mqtt_publish p;
	zt_mqtt_property found;
	while (sent.n) {
		must(zt_mqtt_frame_next(&sent, SENT_MAX, &f) == ZT_OK);
		if (f.type != ZT_MQTT_PUBLISH)
			continue;
		must(zt_mqtt_read_publish(&f, ZT_MQTT_V5, &p) == ZT_OK && p.topic.n && p.qos <= 1);
		must(zt_mqtt_properties_check(p.properties, ZT_MQTT_PUBLISH, false) == ZT_OK);
		must(!zt_mqtt_property_find(p.properties, ZT_PROP_TOPIC_ALIAS, &found));
		must(!zt_mqtt_property_find(p.properties, ZT_PROP_SUBSCRIPTION_ID, &found));
	}
}

static void check_down(zt_view sent)
{
	zt_mqtt_frame f;
	while (sent.n)
		must(zt_mqtt_frame_next(&sent, SENT_MAX, &f) == ZT_OK);
}

static void greet(const zt_mqtt_frame *f)
{
	zt_mqtt_connect connect;
	zt_connect_plan plan;
	zt_connect_refusal refusal;
	zt_will will;
	uint8_t packet[1024];
	zt_buf out = ZT_BUF(packet);
	if (f->type != ZT_MQTT_CONNECT || zt_connect_read(f, &connect, &plan, &refusal) != ZT_OK)
		return;
	zt_connect_put_upstream(&plan, (zt_broker_login){ 0 }, &out);
	zt_connect_put_connack(&plan, false, &out);
	must(zt_buf_finish(&out) == ZT_OK);
	must(zt_will_copy(&connect, &will) == ZT_OK);
	zt_will_free(&will);
}

static bool live(zt_session *session, world *w, const zt_mqtt_frame *f)
{
	w->up = ZT_BUF(up_bytes);
	w->down = ZT_BUF(down_bytes);
	zt_status status =
	    w->how & FROM_BROKER ? zt_session_from_broker(session, f) : zt_session_from_client(session, f);
	must(!w->up.overflow && !w->down.overflow);
	check_up(zt_buf_view(&w->up));
	check_down(zt_buf_view(&w->down));
	return status == ZT_OK || status == ZT_E_AGAIN;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view in = { bytes, n };
	world w = { 0 };
	zt_session session;
	zt_mqtt_frame f;
	uint8_t version;
	if (n > ZT_PACKET_MAX || !zt_view_take_u8(&in, &version))
		return 0;
	zt_session_init(&session, &ports, &w, version & 1 ? ZT_MQTT_V5 : ZT_MQTT_V311, room);
	session.window = 3;
	bool first = true, alive = true;
	while (alive && zt_view_take_u8(&in, &w.how) && zt_mqtt_frame_next(&in, ZT_PACKET_MAX, &f) == ZT_OK) {
		if (first)
			greet(&f);
		else
			alive = live(&session, &w, &f);
		first = false;
	}
	zt_session_deinit(&session);
	return 0;
}
