/* A device on MQTT against a server that says anything: bytes in pieces, closes and time between them. */
#include <stdint.h>
#include <string.h>

#include "zerotouch/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

typedef struct {
	zt_view
	    script;  /* pairs: a length, then so many bytes; length 255 closes, 254 lets time pass, 253 jams sending */
	size_t left; /* bytes of the piece that are not read yet */
	int32_t end;
	bool jammed;
	int64_t now_ms;
} server;

static int64_t wall_ms(void *context)
{
	return INT64_C(1769860800000) + ((server *)context)->now_ms;
}

static int64_t mono_ms(void *context)
{
	return ((server *)context)->now_ms;
}

static void fill(void *context, uint8_t *bytes, size_t n)
{
	(void)context;
	memset(bytes, 0x55, n);
}

static zt_status current(void *context, zt_identity_info *ret)
{
	(void)context;
	*ret = (zt_identity_info){ .name = "d", .not_after_ms = INT64_MAX, .generation = 1 };
	return ZT_OK;
}

static zt_status open_stream(void *context, zt_route route)
{
	(void)route;
	((server *)context)->end = 0;
	return ZT_OK;
}

static int32_t receive(void *context, uint8_t *bytes, size_t n)
{
	server *s = context;
	zt_view piece;
	if (s->end)
		return s->end;
	n = n < s->left ? n : s->left;
	if (!zt_view_take(&s->script, n, &piece))
		return 0;
	if (n)
		memcpy(bytes, piece.p, n);
	s->left -= n;
	return (int32_t)n;
}

static int32_t send_bytes(void *context, const uint8_t *bytes, size_t n)
{
	(void)bytes;
	return ((server *)context)->jammed ? 0 : (int32_t)n;
}

static void close_stream(void *context)
{
	((server *)context)->left = 0;
}

static void obey(server *s, uint8_t word)
{
	s->jammed = word == 253;
	if (word == 255)
		s->end = ZT_IO_CLOSED;
	else if (word == 254)
		s->now_ms += 30000;
	else if (word < 253)
		s->left = word < s->script.n ? word : s->script.n;
}

static void play(const uint8_t *bytes, size_t n, const zt_protocol *protocol)
{
	static uint8_t out[ZT_DEVICE_OUT_MIN], in[ZT_DEVICE_IN_MIN];
	static const zt_subscription filter = { ZT_LIT_INIT("a/#"), 1 };
	static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("x"), 1, false };
	server s = { .script = zt_view_make(bytes, n), .now_ms = 1000 };
	const zt_device_config config = {
		.route = ZT_ROUTE_MQTT,
		.transport = { open_stream, receive, send_bytes, close_stream, &s },
		.clock = { wall_ms, mono_ms, &s },
		.entropy = { fill, &s },
		.identity = { current, &s },
		.mqtt.keep_alive_s = 60,
		.mqtt.protocol = protocol,
		.subscriptions = &filter,
		.subscription_count = 1,
		.out = out,
		.in = in,
		.out_cap = sizeof out,
		.in_cap = sizeof in,
	};
	zt_device device;
	zt_event event;
	uint8_t word;
	if (zt_device_init(&device, &config, NULL) != ZT_OK)
		__builtin_trap();
	while (zt_view_take_u8(&s.script, &word)) {
		obey(&s, word);
		(void)!zt_device_publish(&device, &message, NULL);
		for (int steps = 0;; steps++) {
			zt_device_step(&device, &event);
			if (event.kind == ZT_EVENT_NONE && event.wait_ms)
				break;
			/* More steps than bytes and outcomes: it would spin for ever. */
			if (steps > 1024)
				__builtin_trap();
			if (event.kind == ZT_EVENT_RECEIVED && event.message.payload.n > sizeof in)
				__builtin_trap();
		}
		s.now_ms += event.wait_ms;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	play(bytes, n, NULL);
	play(bytes, n, &zt_mqtt5);
	return 0;
}
