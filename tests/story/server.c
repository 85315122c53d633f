#include "story/server.h"

#include <string.h>

#include "mqtt/packet.h"

enum { DAY_MS = 24 * 3600 * 1000, ACTIVATION_MS = 2000, RETIREMENT_MS = 1500, LATENCY_MS = 200 };

static const zt_view not_found = ZT_LIT_INIT("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");

uint32_t server_chance(server *s, uint32_t bound)
{
	s->seed = s->seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)s->seed * ((uint64_t)bound + 1) >> 32);
}

void server_renew(server *s)
{
	s->generation++;
	s->identity = (zt_identity_info){ .name = "device-1",
					  .not_before_ms = s->wall_ms,
					  .not_after_ms = s->wall_ms + DAY_MS,
					  .generation = s->generation };
	s->renewals++;
}

void server_init(server *s)
{
	memset(s, 0, sizeof *s);
	s->mono_ms = 1000000;
	s->wall_ms = INT64_C(1769860800000);
	s->seed = 20260131;
	s->network = true;
	s->last_new = -1;
	s->last_connect_ms = INT64_MIN / 2;
	server_renew(s);
}

/* Unknown: it is registered, and this contact is refused. Known: it counts from its activation to its retirement. */
static bool meet(server *s, uint32_t generation)
{
	if (generation > s->known) {
		s->known = generation;
		s->activates_ms = s->mono_ms + server_chance(s, ACTIVATION_MS);
		s->retires_ms = s->activates_ms + server_chance(s, RETIREMENT_MS);
		return false;
	}
	if (generation == s->known)
		return s->mono_ms >= s->activates_ms;
	return generation + 1 == s->known && s->mono_ms < s->retires_ms;
}

static void answer(server *s, server_stream *stream, zt_view bytes)
{
	stream->arrives_ms = s->mono_ms + 1 + server_chance(s, LATENCY_MS);
	assert_true(stream->to_n + bytes.n <= sizeof stream->to_device);
	memcpy(stream->to_device + stream->to_n, bytes.p, bytes.n);
	stream->to_n += bytes.n;
}

static void note_message(server *s, const zt_mqtt_publish *p)
{
	uint64_t number;
	assert_true(zt_view_to_u64(p->payload, &number) && number < SERVER_MESSAGES_MAX);
	/* What the device knows to have arrived never comes again; what is new comes in order. */
	assert_false(s->acknowledged[number]);
	if (s->seen[number]) {
		assert_true(p->dup || (int64_t)number == s->last_new);
		s->repeated++;
	} else {
		assert_true((int64_t)number > s->last_new);
		s->last_new = (int64_t)number;
	}
	s->seen[number] = true;
	s->received++;
}

static void take_connect(server *s, server_stream *stream)
{
	/* AWS: one CONNECT a second and client id. */
	assert_true(s->mono_ms - s->last_connect_ms >= 1000);
	s->last_connect_ms = s->mono_ms;
	s->connects++;
	stream->accepted = meet(s, stream->generation);
	stream->closing = !stream->accepted;
	if (stream->accepted)
		answer(s, stream, zt_view_make((const uint8_t[]){ 0x20, 0x02, 0x00, 0x00 }, 4));
}

static void take_publish(server *s, server_stream *stream, const zt_mqtt_frame *frame)
{
	zt_mqtt_publish p;
	uint64_t number = 0;
	assert_ok(zt_mqtt_read_publish(frame, ZT_MQTT_V311, &p));
	assert_true(stream->accepted && p.qos == 1);
	note_message(s, &p);
	answer(s, stream,
	       zt_view_make((const uint8_t[]){ 0x40, 0x02, (uint8_t)(p.packet_id >> 8), (uint8_t)p.packet_id }, 4));
	assert_true(zt_view_to_u64(p.payload, &number) && stream->ack_count < ZT_COUNT(stream->acked_numbers));
	stream->acked_numbers[stream->ack_count++] = (uint32_t)number;
}

static void take_packet(server *s, server_stream *stream, const zt_mqtt_frame *frame)
{
	switch (frame->type) {
	case ZT_MQTT_CONNECT:
		take_connect(s, stream);
		break;
	case ZT_MQTT_PUBLISH:
		take_publish(s, stream, frame);
		break;
	case ZT_MQTT_PINGREQ:
		answer(s, stream, zt_view_make((const uint8_t[]){ 0xd0, 0x00 }, 2));
		break;
	case ZT_MQTT_DISCONNECT:
		stream->closing = true;
		break;
	default:
		fail_msg("the device sends packet type %d", (int)frame->type);
	}
}

static void take_mqtt(server *s, server_stream *stream)
{
	zt_view rest = { stream->from_device, stream->from_n };
	zt_mqtt_frame frame;
	while (!stream->closing && zt_mqtt_frame_next(&rest, SERVER_BYTES, &frame) == ZT_OK)
		take_packet(s, stream, &frame);
	memmove(stream->from_device, rest.p, rest.n);
	stream->from_n = rest.n;
}

static void take_https(server *s, server_stream *stream)
{
	if (stream->from_n < 4 || memcmp(stream->from_device + stream->from_n - 4, "\r\n\r\n", 4) != 0)
		return;
	stream->from_n = 0;
	stream->closing = !meet(s, stream->generation);
	if (!stream->closing)
		answer(s, stream, not_found);
}

typedef struct {
	server *s;
	server_stream *stream;
} end_point;

static zt_status open_stream(void *context, zt_route route)
{
	end_point *e = context;
	if (!e->s->network || (route == ZT_ROUTE_HTTPS && e->s->https_closed))
		return ZT_E_NETWORK;
	*e->stream = (server_stream){ .open = true, .route = route, .generation = e->s->generation };
	return ZT_OK;
}

/* AWS closes what a retired certificate holds open. */
static bool is_retired(server *s, const server_stream *stream)
{
	return stream->route == ZT_ROUTE_MQTT && stream->accepted && !meet(s, stream->generation);
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	end_point *e = context;
	server_stream *stream = e->stream;
	if (!stream->open)
		return ZT_IO_BROKEN;
	if (is_retired(e->s, stream))
		stream->closing = true;
	if (stream->to_n == 0)
		return stream->closing ? ZT_IO_CLOSED : 0;
	if (e->s->mono_ms < stream->arrives_ms)
		return 0;
	n = n < stream->to_n ? n : stream->to_n;
	memcpy(bytes, stream->to_device, n);
	memmove(stream->to_device, stream->to_device + n, stream->to_n - n);
	stream->to_n -= n;
	/* Whole packets are read at once here: what was acknowledged is known to be. */
	for (size_t i = 0; stream->to_n == 0 && i < stream->ack_count; i++)
		e->s->acknowledged[stream->acked_numbers[i]] = true;
	if (stream->to_n == 0)
		stream->ack_count = 0;
	return (int32_t)n;
}

static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	end_point *e = context;
	server_stream *stream = e->stream;
	if (!stream->open)
		return ZT_IO_BROKEN;
	if (stream->closing || e->s->deaf)
		return (int32_t)n;
	assert_true(stream->from_n + n <= sizeof stream->from_device);
	memcpy(stream->from_device + stream->from_n, bytes, n);
	stream->from_n += n;
	if (stream->route == ZT_ROUTE_MQTT)
		take_mqtt(e->s, stream);
	else
		take_https(e->s, stream);
	return (int32_t)n;
}

static void close_stream(void *context)
{
	((end_point *)context)->stream->open = false;
}

zt_transport server_transport(server *s, server_stream *stream)
{
	static end_point ends[2];
	end_point *e = &ends[stream == &s->beside];
	*e = (end_point){ s, stream };
	return (zt_transport){ open_stream, receive, send_bytes, close_stream, e };
}

void server_restart(server *s)
{
	s->main.closing = s->beside.closing = true;
}

void server_break(server *s)
{
	s->main.open = s->beside.open = s->deaf = false;
}

uint32_t server_wait_ms(const server *s, uint32_t wait_ms)
{
	const server_stream *const streams[] = { &s->main, &s->beside };
	for (size_t i = 0; i < ZT_COUNT(streams); i++) {
		int64_t left_ms = streams[i]->arrives_ms - s->mono_ms;
		if (streams[i]->open && streams[i]->to_n && left_ms < wait_ms)
			wait_ms = left_ms > 1 ? (uint32_t)left_ms : 1;
	}
	return wait_ms;
}
