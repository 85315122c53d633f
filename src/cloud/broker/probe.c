#include "cloud/broker/probe.h"

#include <event2/buffer.h>

#include "base/random.h"
#include "mqtt/properties.h"

enum {
	ANSWER_MS = 10000,
	PACKET_ROOM = 512 + ZT_BROKER_USERNAME_MAX + ZT_BROKER_PASSWORD_MAX,
	PACKET_MAX = 64 * 1024,     /* of what we read: only our own small messages are asked for */
	NEEDED_PACKET = 146 * 1024, /* the gateway's largest */
	NEEDED_EXPIRY_S = 3600,     /* AWS IoT Core quota "persistent session expiry period" */
	BAD_LOGIN = 0x86,           /* v5 §3.2.2.2 */
	OLD_VERSION = 1,
	OLD_DENIED = 4, /* return codes of 3.1.1, §3.2.2.3 */
	SUBSCRIBE_ID = 1,
	PUBLISH_ID = 2,
};

typedef enum { GREETING, ON_DOLLAR, SHARED, STEP_COUNT } probe_step;

static const char *const features[STEP_COUNT] = { "MQTT 5", "topics that begin with '$'", "shared subscriptions" };

typedef struct {
	struct event_base *loop;
	const zt_dial_spec *where;
	zt_broker_login login;
	zt_dial *dial;
	struct bufferevent *stream;
	struct event *limit;
	probe_step step;
	char name[ZT_BROKER_CLIENT_ID_TEXT], topic[64], filter[96];
	bool told, delivered, ended; /* told: the PUBACK came */
	zt_status status;
	zt_error *error;
} probe;

static void end(probe *p, zt_status status)
{
	p->status = status;
	p->ended = true;
}

static void fail(probe *p, zt_status status, const char *what, const char *detail)
{
	end(p, zt_error_set(p->error, status, "the broker %s:%u %s%s%s", p->where->host, p->where->port, what,
			    detail[0] ? ": " : "", detail));
}

static void lacks(probe *p, const char *feature, const char *detail)
{
	char what[128];
	(void)snprintf(what, sizeof what, "cannot be used, it lacks %s", feature);
	fail(p, ZT_E_CONFIG, what, detail);
}

static void send_packet(probe *p, const zt_buf *packet)
{
	if (zt_buf_finish(packet) != ZT_OK || bufferevent_write(p->stream, packet->p, packet->n) != 0)
		fail(p, ZT_E_NOMEM, "is not asked", "out of memory");
}

static void send_connect(probe *p)
{
	uint8_t bytes[PACKET_ROOM], properties[16];
	zt_buf packet = ZT_BUF(bytes), more = ZT_BUF(properties);
	zt_mqtt_put_number(&more, ZT_PROP_SESSION_EXPIRY, NEEDED_EXPIRY_S);
	zt_mqtt_connect connect = {
		.version = ZT_MQTT_V5, .clean = true, .properties = zt_buf_view(&more), .client_id = zt_view_of(p->name)
	};
	zt_broker_login_put(&p->login, &connect);
	zt_mqtt_write_connect(&packet, &connect);
	send_packet(p, &packet);
	zt_wipe(bytes, sizeof bytes);
}

/* Nothing of ours stays behind. */
static void send_goodbye(const probe *p)
{
	uint8_t bytes[16], properties[8];
	zt_buf packet = ZT_BUF(bytes), none = ZT_BUF(properties);
	zt_mqtt_put_number(&none, ZT_PROP_SESSION_EXPIRY, 0);
	zt_mqtt_write_disconnect(&packet, ZT_MQTT_V5, &(zt_mqtt_disconnect){ .properties = zt_buf_view(&none) });
	/* The stream is closed in any case. */
	(void)bufferevent_write(p->stream, packet.p, packet.n);
	(void)bufferevent_flush(p->stream, EV_WRITE, BEV_FLUSH);
}

static void send_subscribe(probe *p)
{
	uint8_t bytes[PACKET_ROOM];
	zt_buf packet = ZT_BUF(bytes);
	bool shared = p->step == SHARED;
	(void)snprintf(p->topic, sizeof p->topic, "%szerotouch/probe/%s", shared ? "" : "$aws/", p->name);
	(void)snprintf(p->filter, sizeof p->filter, "%s%s", shared ? "$share/zerotouch-probe/" : "", p->topic);
	const zt_mqtt_subscribe subscribe = { .packet_id = SUBSCRIBE_ID,
					      .items = { { .filter = zt_view_of(p->filter), .qos = 1 } },
					      .count = 1 };
	p->told = p->delivered = false;
	zt_mqtt_write_subscribe(&packet, ZT_MQTT_V5, &subscribe);
	send_packet(p, &packet);
}

static void send_publish(probe *p)
{
	uint8_t bytes[PACKET_ROOM], properties[64];
	zt_buf packet = ZT_BUF(bytes), more = ZT_BUF(properties);
	zt_mqtt_put_user(&more, ZT_LIT("probe"), zt_view_of(p->name));
	const zt_mqtt_publish message = { .qos = 1,
					  .packet_id = PUBLISH_ID,
					  .topic = zt_view_of(p->topic),
					  .properties = zt_buf_view(&more),
					  .payload = zt_view_of(p->name) };
	zt_mqtt_write_publish(&packet, ZT_MQTT_V5, &message);
	send_packet(p, &packet);
}

/* What one number of the CONNACK says, or what it means when it is not there. */
static uint32_t promised(zt_view properties, zt_mqtt_property_id id, uint32_t if_absent)
{
	zt_mqtt_property p;
	return zt_mqtt_property_find(properties, id, &p) ? p.number : if_absent;
}

/* The first thing that the CONNACK says it cannot do (v5 §3.2.2.3); NULL: nothing. */
static const char *missing_of(zt_view properties)
{
	if (promised(properties, ZT_PROP_MAXIMUM_QOS, 2) < 1)
		return "QoS 1";
	if (!promised(properties, ZT_PROP_RETAIN_AVAILABLE, 1))
		return "retained messages";
	if (!promised(properties, ZT_PROP_WILDCARD_AVAILABLE, 1))
		return "wildcard subscriptions";
	if (!promised(properties, ZT_PROP_SHARED_AVAILABLE, 1))
		return "shared subscriptions";
	if (promised(properties, ZT_PROP_MAXIMUM_PACKET_SIZE, UINT32_MAX) < NEEDED_PACKET)
		return "packets of 146 KiB";
	if (promised(properties, ZT_PROP_SESSION_EXPIRY, UINT32_MAX) < NEEDED_EXPIRY_S)
		return "sessions that are kept for an hour";
	if (promised(properties, ZT_PROP_SERVER_KEEP_ALIVE, UINT16_MAX) < ZT_BROKER_KEEP_ALIVE_MIN_S)
		return "keep-alives of twenty minutes";
	return NULL;
}

/* A broker of 3.1.1 answers in two bytes, flags and return code. */
static void on_old_connack(probe *p, zt_view body)
{
	if (body.n == 2 && body.p[1] == OLD_VERSION)
		lacks(p, features[GREETING], "it speaks older versions alone");
	else if (body.n == 2 && body.p[1] >= OLD_DENIED)
		fail(p, ZT_E_CREDENTIALS, "does not let us in", "see --broker-credentials");
	else
		lacks(p, features[GREETING], "its CONNACK is not one of MQTT 5");
}

static void on_connack(probe *p, const zt_mqtt_frame *frame)
{
	zt_mqtt_connack connack;
	if (frame->type != ZT_MQTT_CONNACK) {
		lacks(p, features[GREETING], "its first packet is no CONNACK");
		return;
	}
	if (zt_mqtt_read_connack(frame, ZT_MQTT_V5, &connack) != ZT_OK ||
	    zt_mqtt_properties_check(connack.properties, ZT_MQTT_CONNACK, false) != ZT_OK) {
		on_old_connack(p, frame->body);
		return;
	}
	const char *missing = missing_of(connack.properties);
	char code[32];
	(void)snprintf(code, sizeof code, "reason code 0x%02x", connack.code);
	if (connack.code == ZT_RC_UNSUPPORTED_VERSION) {
		lacks(p, features[GREETING], code);
	} else if (connack.code == BAD_LOGIN || connack.code == ZT_RC_NOT_AUTHORIZED) {
		fail(p, ZT_E_CREDENTIALS, "does not let us in, see --broker-credentials", code);
	} else if (connack.code != ZT_RC_SUCCESS) {
		fail(p, ZT_E_NETWORK, "refuses the connection", code);
	} else if (missing) {
		lacks(p, missing, "its CONNACK says so");
	} else {
		p->step = ON_DOLLAR;
		send_subscribe(p);
	}
}

static void go_on(probe *p)
{
	if (!p->told || !p->delivered)
		return;
	p->step++;
	if (p->step == STEP_COUNT)
		end(p, ZT_OK);
	else
		send_subscribe(p);
}

static void on_suback(probe *p, const zt_mqtt_frame *frame)
{
	zt_mqtt_suback suback;
	char code[32] = "SUBACK";
	if (zt_mqtt_read_suback(frame, ZT_MQTT_V5, &suback) == ZT_OK && suback.codes.n == 1) {
		if (suback.codes.p[0] == 1) {
			send_publish(p);
			return;
		}
		(void)snprintf(code, sizeof code, "SUBACK with 0x%02x", suback.codes.p[0]);
	}
	lacks(p, features[p->step], code);
}

static void on_puback(probe *p, const zt_mqtt_frame *frame)
{
	zt_mqtt_ack ack;
	char code[32] = "PUBACK";
	if (zt_mqtt_read_ack(frame, ZT_MQTT_V5, &ack) == ZT_OK && ack.code < ZT_RC_UNSPECIFIED) {
		p->told = true;
		go_on(p);
		return;
	}
	(void)snprintf(code, sizeof code, "PUBACK with 0x%02x", ack.code);
	lacks(p, features[p->step], code);
}

static void on_publish(probe *p, const zt_mqtt_frame *frame)
{
	uint8_t bytes[16];
	zt_buf packet = ZT_BUF(bytes);
	zt_mqtt_publish message;
	zt_mqtt_property property;
	if (zt_mqtt_read_publish(frame, ZT_MQTT_V5, &message) != ZT_OK ||
	    !zt_view_equal(message.topic, zt_view_of(p->topic)) || message.qos != 1) {
		lacks(p, features[p->step], "our own message came back as another");
		return;
	}
	if (!zt_mqtt_property_find(message.properties, ZT_PROP_USER_PROPERTY, &property) ||
	    !zt_view_equal(property.text, zt_view_of(p->name))) {
		lacks(p, "user properties", "our own message came back without");
		return;
	}
	zt_mqtt_write_ack(&packet, ZT_MQTT_V5, ZT_MQTT_PUBACK, &(zt_mqtt_ack){ .packet_id = message.packet_id });
	send_packet(p, &packet);
	p->delivered = true;
	go_on(p);
}

static void on_packet(probe *p, const zt_mqtt_frame *frame)
{
	if (p->step == GREETING)
		on_connack(p, frame);
	else if (frame->type == ZT_MQTT_SUBACK)
		on_suback(p, frame);
	else if (frame->type == ZT_MQTT_PUBACK)
		on_puback(p, frame);
	else if (frame->type == ZT_MQTT_PUBLISH)
		on_publish(p, frame);
	else
		lacks(p, features[p->step], frame->type == ZT_MQTT_DISCONNECT ? "DISCONNECT" : "an unexpected packet");
}

static void on_read(struct bufferevent *stream, void *context)
{
	probe *p = context;
	struct evbuffer *in = bufferevent_get_input(stream);
	size_t n = evbuffer_get_length(in);
	zt_view bytes = zt_view_make(evbuffer_pullup(in, -1), n);
	zt_mqtt_frame frame;
	zt_status status = ZT_OK;
	while (!p->ended && (status = zt_mqtt_frame_next(&bytes, PACKET_MAX, &frame)) == ZT_OK)
		on_packet(p, &frame);
	if (!p->ended && status != ZT_E_AGAIN)
		lacks(p, features[p->step], "it sent something that is no MQTT packet");
	(void)evbuffer_drain(in, n - bytes.n);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	probe *p = context;
	(void)stream;
	(void)what;
	if (!p->ended)
		lacks(p, features[p->step], "it closed the connection");
}

static void on_limit(evutil_socket_t fd, short what, void *context)
{
	probe *p = context;
	(void)fd;
	(void)what;
	if (!p->ended)
		lacks(p, features[p->step], "it did not answer");
}

static void on_dialed(void *context, struct bufferevent *stream, const char *cause)
{
	probe *p = context;
	const struct timeval limit = { ANSWER_MS / 1000, 0 };
	p->dial = NULL;
	p->stream = stream;
	if (!stream) {
		fail(p, ZT_E_NETWORK, "is not reached", cause);
		return;
	}
	bufferevent_setcb(stream, on_read, NULL, on_event, p);
	if (bufferevent_enable(stream, EV_READ | EV_WRITE) != 0 || event_add(p->limit, &limit) != 0)
		fail(p, ZT_E_NOMEM, "is not asked", "out of memory");
	else
		send_connect(p);
}

static zt_status run(probe *p, zt_dialer *dialer)
{
	ENSURE(p->limit, ZT_E_NOMEM);
	TRY(zt_dial_start(dialer, on_dialed, p, &p->dial));
	while (!p->ended) {
		ENSURE(event_base_loop(p->loop, EVLOOP_ONCE) >= 0, ZT_E_INTERNAL);
		ENSURE(p->ended || !event_base_got_exit(p->loop), ZT_E_CANCELLED);
	}
	return p->status;
}

zt_status zt_broker_probe(struct event_base *loop, zt_dialer *dialer, const zt_dial_spec *where, zt_broker_login login,
			  zt_error *ret_error)
{
	probe p = { .loop = loop, .where = where, .login = login, .error = ret_error };
	zt_broker_client_id(p.name);
	p.limit = evtimer_new(loop, on_limit, &p);
	zt_status status = run(&p, dialer);
	zt_dial_cancel(p.dial);
	if (p.stream) {
		send_goodbye(&p);
		bufferevent_free(p.stream);
	}
	if (p.limit)
		event_free(p.limit);
	return status;
}
