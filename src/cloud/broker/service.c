#include "cloud/broker/service.h"

#include <event2/buffer.h>

#include "base/log.h"
#include "cloud/broker/service_room.h"

enum {
	OUTPUT_MAX = 256 * 1024,      /* written but not taken by the broker; the rest waits in the queue */
	PACKET_MAX = 4 * 1024 * 1024, /* of the broker: a retained message at most */
	RECONNECT_MS = 20,
	REMOTE_RECONNECT_MS = 500,
	PING_S = ZT_BROKER_KEEP_ALIVE_MIN_S / 2,
	LEISURE_PART = 10, /* of the queue: beyond it only what somebody waits for goes in */
};

void zt_service_end(zt_service *service, zt_outgoing *outgoing, zt_status status)
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

/* The broker acknowledges in order (MQTT-4.6.0-2), so the id of 65535 messages ago is free again. */
static uint16_t next_id(zt_service *service)
{
	service->last_id = service->last_id == UINT16_MAX ? 1 : (uint16_t)(service->last_id + 1);
	return service->last_id;
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
	bool written = zt_service_write(service, outgoing);
	zt_outgoing_append(&service->sent, outgoing);
	service->sent_count++;
	return written;
}

static bool confirm(zt_service *service)
{
	service->state = CONFIRMING;
	return zt_service_ping(service);
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

static void on_read(struct bufferevent *stream, void *context)
{
	zt_service *service = context;
	struct evbuffer *in = bufferevent_get_input(stream);
	size_t n = evbuffer_get_length(in);
	zt_view bytes = zt_view_make(evbuffer_pullup(in, -1), n);
	zt_mqtt_frame frame;
	zt_status status;
	while ((status = zt_mqtt_frame_next(&bytes, PACKET_MAX, &frame)) == ZT_OK)
		if ((status = zt_service_hear(service, &frame)) != ZT_OK)
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
		zt_service_end(service, outgoing, ZT_OK);
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
	if (bufferevent_enable(stream, EV_READ | EV_WRITE) != 0 || !zt_service_say_hello(service))
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
	(void)fd;
	(void)what;
	if (service->state == READY && !zt_service_ping(service))
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
	zt_broker_client_id(service->client_id);
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
		zt_service_end(service, outgoing, ZT_E_CANCELLED);
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

bool zt_service_has_leisure(const zt_service *service)
{
	return service->state == READY && service->count < ZT_OUTGOING_COUNT_MAX / LEISURE_PART &&
	       service->bytes < ZT_OUTGOING_BYTES_MAX / LEISURE_PART;
}

void zt_service_send(zt_service *service, zt_outgoing *outgoing)
{
	zt_outgoing_append(&service->waiting, outgoing);
	if (service->state == READY)
		flush(service);
}

void zt_service_give_up(zt_service *service, zt_outgoing *outgoing, zt_status status)
{
	zt_service_end(service, outgoing, status);
}
