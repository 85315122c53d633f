#include "cloud/broker/service.h"

#include <event2/buffer.h>
#include <inttypes.h>

#include "base/log.h"
#include "base/random.h"
#include "cloud/broker/retained_sync.h"
#include "mqtt/properties.h"

enum {
	OUTPUT_MAX = 256 * 1024,      /* written but not taken by the broker; the rest waits in the queue */
	PACKET_MAX = 4 * 1024 * 1024, /* of the broker: a retained message at most */
	IN_FLIGHT_MAX = 1000,
	RECONNECT_MS = 20,
	REMOTE_RECONNECT_MS = 500,
	PING_S = ZT_BROKER_KEEP_ALIVE_MIN_S / 2,
	SMALL_PACKET_MAX = 256,
	CONNECT_MAX = SMALL_PACKET_MAX + ZT_BROKER_USERNAME_MAX + ZT_BROKER_PASSWORD_MAX,
	SUBSCRIBE_ID = 1,
	UNSUBSCRIBE_ID = 2, /* alone on the wire, so no publish has them */
};

typedef enum {
	DOWN,
	CONNECTING, /* CONNECT sent */
	LOOKING,    /* the broker tells what it has retained */
	RESTORING,  /* it gets what it lacks */
	CONFIRMING, /* it has been sent all of it: once it answers our PINGREQ, it has it */
	READY
} service_state;

struct zt_service {
	zt_service_spec spec;
	char client_id[24];
	void *ticket;
	struct bufferevent *stream;
	struct event *again;
	struct event *ping; /* for the keep-alive that an operator's broker may impose */
	service_state state;
	bool restored; /* this broker process has its retained messages */
	zt_retained_sync *sync;
	zt_outgoing_list waiting, sent;
	size_t sent_count, sent_max, count, bytes;
	uint16_t last_id;
};

static void end(zt_service *service, zt_outgoing *outgoing, zt_status status)
{
	if (outgoing->cost) {
		service->count--;
		service->bytes -= outgoing->cost;
	}
	zt_outgoing_end(outgoing, status);
}

static void close_stream(zt_service *service)
{
	if (service->ticket)
		zt_connector_cancel(service->spec.connector, service->ticket);
	service->ticket = NULL;
	(void)event_del(service->again);
	if (service->stream)
		bufferevent_free(service->stream);
	service->stream = NULL;
	service->state = DOWN;
	zt_retained_sync_free(service->sync);
	service->sync = NULL;
	zt_outgoing_prepend(&service->waiting, &service->sent);
	service->sent_count = 0;
}

static void reconnect(zt_service *service, const char *cause)
{
	const struct timeval rest = { 0, (service->spec.remote ? REMOTE_RECONNECT_MS : RECONNECT_MS) * 1000 };
	LOG_DEBUG("broker", "the service connection is opened again", ZT_KV_STR("cause", cause));
	close_stream(service);
	if (service->spec.remote && service->restored) {
		LOG_WARNING("broker", "the broker is gone; devices wait until it is back", ZT_KV_STR("cause", cause));
		service->restored = false;
		service->spec.lost(service->spec.context);
	}
	if (event_add(service->again, &rest) != 0)
		LOG_ERROR("broker", "no memory for the service connection");
}

static bool put(zt_service *service, const zt_buf *packet)
{
	return zt_buf_finish(packet) == ZT_OK && bufferevent_write(service->stream, packet->p, packet->n) == 0;
}

/* The broker acknowledges in order (MQTT-4.6.0-2), so the id of 65535 messages ago is free again. */
static uint16_t next_id(zt_service *service)
{
	service->last_id = service->last_id == UINT16_MAX ? 1 : (uint16_t)(service->last_id + 1);
	return service->last_id;
}

static bool write_publish(struct bufferevent *stream, const zt_outgoing *outgoing)
{
	const zt_publish *m = &outgoing->message;
	const zt_mqtt_publish packet = { .qos = m->qos,
					 .retain = m->retain,
					 .packet_id = outgoing->packet_id,
					 .topic = m->topic,
					 .properties = m->properties,
					 .payload = m->payload };
	struct evbuffer *out = bufferevent_get_output(stream);
	struct evbuffer_iovec room;
	/* Fixed header, two lengths, packet id and the properties' length. */
	size_t head_max = (size_t)ZT_MQTT_HEAD_MAX + 2 + 2 + 4 + m->topic.n + m->properties.n;
	if (evbuffer_reserve_space(out, (ev_ssize_t)head_max, &room, 1) != 1)
		return false;
	zt_buf head = zt_buf_make(room.iov_base, room.iov_len);
	zt_mqtt_write_publish_head(&head, ZT_MQTT_V5, &packet);
	room.iov_len = head.n;
	return zt_buf_finish(&head) == ZT_OK && evbuffer_commit_space(out, &room, 1) == 0 &&
	       (m->payload.n == 0 || evbuffer_add(out, m->payload.p, m->payload.n) == 0);
}

static bool has_room(const zt_service *service)
{
	return service->sent_count < service->sent_max &&
	       evbuffer_get_length(bufferevent_get_output(service->stream)) < OUTPUT_MAX;
}

/* Moves it from `waiting` or nowhere to the wire. */
static bool transmit(zt_service *service, zt_outgoing *outgoing)
{
	outgoing->packet_id = outgoing->message.qos ? next_id(service) : 0;
	bool written = write_publish(service->stream, outgoing);
	zt_outgoing_append(&service->sent, outgoing);
	service->sent_count++;
	return written;
}

static bool confirm(zt_service *service)
{
	uint8_t bytes[SMALL_PACKET_MAX];
	zt_buf packet = ZT_BUF(bytes);
	zt_mqtt_write_empty(&packet, ZT_MQTT_PINGREQ);
	service->state = CONFIRMING;
	return put(service, &packet);
}

static bool restore(zt_service *service)
{
	zt_publish row;
	while (has_room(service)) {
		if (!zt_retained_sync_next(service->sync, &row))
			return confirm(service);
		zt_outgoing *outgoing = zt_outgoing_new(&row, NULL, NULL);
		if (!outgoing)
			return false;
		outgoing->cost = 0;
		if (!transmit(service, outgoing))
			return false;
	}
	return true;
}

static void flush(zt_service *service)
{
	bool fine = service->state != RESTORING || restore(service);
	while (fine && service->state == READY && service->waiting.first && has_room(service))
		fine = transmit(service, zt_outgoing_take_first(&service->waiting));
	/* Later: the caller may be in the middle of reading this stream. */
	if (!fine)
		bufferevent_trigger_event(service->stream, BEV_EVENT_ERROR, BEV_OPT_DEFER_CALLBACKS);
}

static bool send_connect(zt_service *service)
{
	uint8_t bytes[CONNECT_MAX];
	zt_buf packet = ZT_BUF(bytes);
	const zt_broker_login *login = &service->spec.login;
	/* Keep-alive 0: on a private socket a dead peer is seen at once, elsewhere TCP sees it (net/dial.h). */
	const zt_mqtt_connect connect = { .version = ZT_MQTT_V5,
					  .clean = true,
					  .client_id = zt_view_of(service->client_id),
					  .has_username = login->username.n > 0,
					  .has_password = login->username.n > 0,
					  .username = login->username,
					  .password = login->password };
	zt_mqtt_write_connect(&packet, &connect);
	bool written = put(service, &packet);
	zt_wipe(bytes, sizeof bytes);
	return written;
}

/* Everything retained is told as QoS 0 before the UNSUBACK comes. */
static bool ask_for_retained(zt_service *service)
{
	uint8_t bytes[SMALL_PACKET_MAX];
	zt_buf packet = ZT_BUF(bytes);
	zt_mqtt_subscribe all = { .packet_id = SUBSCRIBE_ID, .items = { { .filter = ZT_LIT("#") } }, .count = 1 };
	zt_mqtt_write_subscribe(&packet, ZT_MQTT_V5, &all);
	all.packet_id = UNSUBSCRIBE_ID;
	zt_mqtt_write_unsubscribe(&packet, ZT_MQTT_V5, &all);
	return put(service, &packet);
}

static zt_status on_connack(zt_service *service, const zt_mqtt_frame *frame)
{
	zt_mqtt_connack connack;
	zt_mqtt_property receive_maximum;
	TRY(zt_mqtt_read_connack(frame, ZT_MQTT_V5, &connack));
	TRY(zt_mqtt_properties_check(connack.properties, ZT_MQTT_CONNACK, false));
	ENSURE(connack.code == ZT_RC_SUCCESS, ZT_E_DENIED);
	service->sent_max = IN_FLIGHT_MAX;
	if (zt_mqtt_property_find(connack.properties, ZT_PROP_RECEIVE_MAXIMUM, &receive_maximum) &&
	    receive_maximum.number < service->sent_max)
		service->sent_max = receive_maximum.number;
	if (service->restored) {
		service->state = READY;
		return ZT_OK;
	}
	service->state = LOOKING;
	TRY(zt_retained_sync_new(service->spec.registry, &service->sync));
	return ask_for_retained(service) ? ZT_OK : ZT_E_NOMEM;
}

static zt_status on_publish(zt_service *service, const zt_mqtt_frame *frame)
{
	zt_mqtt_publish message;
	bool clear;
	TRY(zt_mqtt_read_publish(frame, ZT_MQTT_V5, &message));
	/* What is published while we look is none of the old. */
	if (!service->sync || !message.retain)
		return ZT_OK;
	TRY(zt_retained_sync_seen(service->sync, &message, &clear));
	if (!clear || service->spec.remote)
		return ZT_OK;
	const zt_outgoing nothing = { .message = { .topic = message.topic, .retain = true } };
	return write_publish(service->stream, &nothing) ? ZT_OK : ZT_E_NOMEM;
}

static zt_status on_puback(zt_service *service, const zt_mqtt_frame *frame)
{
	zt_mqtt_ack ack;
	TRY(zt_mqtt_read_ack(frame, ZT_MQTT_V5, &ack));
	zt_outgoing *outgoing = ack.packet_id ? zt_outgoing_take(&service->sent, ack.packet_id) : NULL;
	ENSURE(outgoing, ZT_E_PROTOCOL);
	service->sent_count--;
	if (ack.code >= ZT_RC_UNSPECIFIED)
		LOG_WARNING("broker", "the broker refused a message", ZT_KV_INT("reason", ack.code),
			    ZT_KV_V("topic", outgoing->message.topic));
	end(service, outgoing, ack.code < ZT_RC_UNSPECIFIED ? ZT_OK : ZT_E_DENIED);
	return ZT_OK;
}

static void on_restored(zt_service *service)
{
	zt_retained_sync_free(service->sync);
	service->sync = NULL;
	service->restored = true;
	service->state = READY;
	service->spec.ready(service->spec.context);
}

static zt_status on_packet(zt_service *service, const zt_mqtt_frame *frame)
{
	if (service->state == CONNECTING) {
		ENSURE(frame->type == ZT_MQTT_CONNACK, ZT_E_PROTOCOL);
		return on_connack(service, frame);
	}
	switch (frame->type) {
	case ZT_MQTT_PUBLISH:
		return on_publish(service, frame);
	case ZT_MQTT_PUBACK:
		return on_puback(service, frame);
	case ZT_MQTT_SUBACK:
		return ZT_OK;
	case ZT_MQTT_UNSUBACK:
		ENSURE(service->state == LOOKING, ZT_E_PROTOCOL);
		service->state = RESTORING;
		return ZT_OK;
	case ZT_MQTT_PINGRESP:
		ENSURE(service->state == CONFIRMING || service->spec.remote, ZT_E_PROTOCOL);
		if (service->state == CONFIRMING)
			on_restored(service);
		return ZT_OK;
	default:
		return ZT_E_PROTOCOL; /* DISCONNECT too: the broker has a reason to end this connection */
	}
}

static void on_read(struct bufferevent *stream, void *context)
{
	zt_service *service = context;
	struct evbuffer *in = bufferevent_get_input(stream);
	size_t n = evbuffer_get_length(in);
	zt_view bytes = zt_view_make(evbuffer_pullup(in, -1), n);
	zt_mqtt_frame frame;
	zt_status status;
	while ((status = zt_mqtt_frame_next(&bytes, PACKET_MAX, &frame)) == ZT_OK)
		if ((status = on_packet(service, &frame)) != ZT_OK)
			break;
	if (status != ZT_E_AGAIN) {
		reconnect(service, zt_status_text(status));
		return;
	}
	(void)evbuffer_drain(in, n - bytes.n);
	flush(service);
}

/* All is written: a message with QoS 0 has nothing else to wait for. */
static void on_written(struct bufferevent *stream, void *context)
{
	zt_service *service = context;
	if (evbuffer_get_length(bufferevent_get_output(stream)) > 0)
		return;
	for (zt_outgoing *outgoing; (outgoing = zt_outgoing_take(&service->sent, 0)) != NULL;) {
		service->sent_count--;
		end(service, outgoing, ZT_OK);
	}
	flush(service);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	reconnect(context, "the stream ended");
}

static void on_opened(void *context, struct bufferevent *stream)
{
	zt_service *service = context;
	service->ticket = NULL;
	service->stream = stream;
	if (!stream) {
		reconnect(service, "the broker does not accept");
		return;
	}
	service->state = CONNECTING;
	bufferevent_setcb(stream, on_read, on_written, on_event, service);
	if (bufferevent_enable(stream, EV_READ | EV_WRITE) != 0 || !send_connect(service))
		reconnect(service, "out of memory");
}

static void open_stream(zt_service *service)
{
	if (zt_connector_open(service->spec.connector, true, on_opened, service, &service->ticket) != ZT_OK)
		reconnect(service, "out of memory");
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	open_stream(context);
}

static void on_ping(evutil_socket_t fd, short what, void *context)
{
	zt_service *service = context;
	uint8_t bytes[SMALL_PACKET_MAX];
	zt_buf packet = ZT_BUF(bytes);
	(void)fd;
	(void)what;
	zt_mqtt_write_empty(&packet, ZT_MQTT_PINGREQ);
	if (service->state == READY && !put(service, &packet))
		reconnect(service, "out of memory");
}

static bool start_pings(zt_service *service)
{
	const struct timeval rest = { PING_S, 0 };
	service->ping = event_new(service->spec.loop, -1, EV_PERSIST, on_ping, service);
	return service->ping && event_add(service->ping, &rest) == 0;
}

zt_status zt_service_new(const zt_service_spec *spec, zt_service **ret)
{
	zt_service *service = calloc(1, sizeof *service);
	ENSURE(service, ZT_E_NOMEM);
	service->spec = *spec;
	/* Gateways that share a broker must not take each other's connection over. */
	uint64_t random;
	zt_random_bytes(&random, sizeof random);
	(void)snprintf(service->client_id, sizeof service->client_id, "s/%016" PRIx64, random);
	service->again = evtimer_new(spec->loop, on_again, service);
	zt_outgoing_list_init(&service->waiting);
	zt_outgoing_list_init(&service->sent);
	if (!service->again || (spec->remote && !start_pings(service))) {
		zt_service_free(service);
		return ZT_E_NOMEM;
	}
	*ret = service;
	return ZT_OK;
}

void zt_service_free(zt_service *service)
{
	if (!service)
		return;
	if (service->again)
		close_stream(service);
	for (zt_outgoing *outgoing; (outgoing = zt_outgoing_take_first(&service->waiting)) != NULL;)
		end(service, outgoing, ZT_E_CANCELLED);
	if (service->ping)
		event_free(service->ping);
	if (service->again)
		event_free(service->again);
	free(service);
}

void zt_service_broker_started(zt_service *service)
{
	close_stream(service);
	service->restored = false;
	open_stream(service);
}

void zt_service_broker_ended(zt_service *service)
{
	close_stream(service);
}

bool zt_service_reserve(zt_service *service, size_t cost)
{
	if (service->count == ZT_OUTGOING_COUNT_MAX || cost > ZT_OUTGOING_BYTES_MAX - service->bytes)
		return false;
	service->count++;
	service->bytes += cost;
	return true;
}

void zt_service_send(zt_service *service, zt_outgoing *outgoing)
{
	zt_outgoing_append(&service->waiting, outgoing);
	if (service->state == READY)
		flush(service);
}

void zt_service_give_up(zt_service *service, zt_outgoing *outgoing, zt_status status)
{
	end(service, outgoing, status);
}
