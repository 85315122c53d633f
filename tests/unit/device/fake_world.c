#include "unit/device/fake_world.h"

#include <string.h>

static int64_t wall_ms(void *context)
{
	return ((fake_world *)context)->wall_ms;
}

static int64_t mono_ms(void *context)
{
	return ((fake_world *)context)->mono_ms;
}

static void fill(void *context, uint8_t *bytes, size_t n)
{
	memset(bytes, ((fake_world *)context)->chance, n);
}

static bool network_ready(void *context)
{
	return ((fake_world *)context)->network_ready;
}

static zt_status current(void *context, zt_identity_info *ret)
{
	const fake_world *world = context;
	if (world->identity_status == ZT_OK)
		*ret = world->identity;
	return world->identity_status;
}

static zt_status open_stream(void *context, zt_route route)
{
	fake_world *world = context;
	world->route = route;
	size_t call = world->open_calls++;
	return call < FAKE_OPENS ? world->opens[call] : world->opens_then;
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	fake_world *world = context;
	size_t left = world->in_n - world->in_at;
	if (left == 0)
		return world->end;
	n = n < left ? n : left;
	if (world->in_chunk && n > world->in_chunk)
		n = world->in_chunk;
	memcpy(bytes, world->in + world->in_at, n);
	world->in_at += n;
	return (int32_t)n;
}

static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	fake_world *world = context;
	if (world->send_room < 0)
		return ZT_IO_BROKEN;
	if (n > (size_t)world->send_room)
		n = (size_t)world->send_room;
	assert_true(world->out_n + n <= sizeof world->out);
	memcpy(world->out + world->out_n, bytes, n);
	world->out_n += n;
	world->send_room -= (int32_t)n;
	return (int32_t)n;
}

static void close_stream(void *context)
{
	((fake_world *)context)->closes++;
}

void fake_world_init(fake_world *world, zt_route route)
{
	*world = (fake_world){
		.mono_ms = 1000000,
		.wall_ms = INT64_C(1769860800000), /* 2026-01-31T12:00:00Z */
		.network_ready = true,
		.identity = { .name = "device-1",
			      .not_before_ms = INT64_C(1769817600000),
			      .not_after_ms = INT64_C(1769904000000),
			      .generation = 1 },
		.send_room = INT32_MAX,
	};
	world->config = (zt_device_config){
		.route = route,
		.transport = { open_stream, receive, send_bytes, close_stream, world },
		.clock = { wall_ms, mono_ms, world },
		.entropy = { fill, world },
		.identity = { current, world },
		.network_ready = network_ready,
		.network_context = world,
		.host = { ZT_LIT("localhost"), 8443 },
		.mqtt.keep_alive_s = 60,
		.mqtt.clean = true,
		.out = world->device_out,
		.in = world->device_in,
		.out_cap = sizeof world->device_out,
		.in_cap = sizeof world->device_in,
	};
	assert_ok(zt_device_init(&world->device, &world->config, NULL));
}

static zt_status open_beside(void *context, zt_route route)
{
	fake_world *world = context;
	assert_int_equal(route, ZT_ROUTE_HTTPS);
	world->beside.opens++;
	world->beside.out_n = 0;
	return world->beside.open;
}

static int32_t receive_beside(void *context, uint8_t *bytes, size_t n)
{
	fake_world *world = context;
	zt_view *says = &world->beside.says, piece;
	if (says->n == 0)
		return world->beside.end;
	n = n < says->n ? n : says->n;
	assert_true(zt_view_take(says, n, &piece));
	memcpy(bytes, piece.p, n);
	return (int32_t)n;
}

static int32_t send_beside(void *context, const uint8_t *bytes, size_t n)
{
	fake_world *world = context;
	assert_true(world->beside.out_n + n <= sizeof world->beside.out);
	memcpy(world->beside.out + world->beside.out_n, bytes, n);
	world->beside.out_n += n;
	return (int32_t)n;
}

static void close_beside(void *context)
{
	((fake_world *)context)->beside.closes++;
}

void fake_with_beside(fake_world *world)
{
	world->config.beside = (zt_transport){ open_beside, receive_beside, send_beside, close_beside, world };
	world->config.aside = world->device_aside;
	world->config.aside_cap = sizeof world->device_aside;
	world->config.first_by_https = true;
	assert_ok(zt_device_init(&world->device, &world->config, NULL));
}

void fake_says(fake_world *world, zt_view bytes)
{
	assert_true(world->in_n + bytes.n <= sizeof world->in);
	memcpy(world->in + world->in_n, bytes.p, bytes.n);
	world->in_n += bytes.n;
}

void fake_fresh_stream(fake_world *world)
{
	world->in_n = world->in_at = world->out_n = 0;
	world->end = 0;
}

zt_event_kind fake_step(fake_world *world)
{
	zt_device_step(&world->device, &world->event);
	return world->event.kind;
}

zt_event_kind fake_next(fake_world *world)
{
	for (int i = 0; i < 100; i++)
		if (fake_step(world) != ZT_EVENT_NONE || world->event.wait_ms > 0)
			return world->event.kind;
	fail_msg("the device wants to be stepped for ever");
	return ZT_EVENT_NONE;
}

zt_view fake_sent(const fake_world *world)
{
	return zt_view_make(world->out, world->out_n);
}
