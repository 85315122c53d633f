/* A session on a table: its memory, a clock, and short words to push bytes in and look at what comes out. */
#ifndef ZT_TESTS_DEVICE_SESSION_BENCH_H
#define ZT_TESTS_DEVICE_SESSION_BENCH_H

#include <string.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/session.h"

static uint8_t out_memory[ZT_SESSION_OUT_MIN], in_memory[256];
static zt_session session;
static zt_session_event event;

#define now_ms session.now_ms

/* CONNACK: accepted, no session present (MQTT 3.1.1 §3.2). */
#define CONNACK_OK 0x20, 0x02, 0x00, 0x00

static void server_says(const uint8_t *bytes, size_t n)
{
	size_t room;
	uint8_t *to = zt_session_input(&session, &room);
	assert_true(n <= room);
	memcpy(to, bytes, n);
	zt_session_received(&session, n);
}
#define SERVER_SAYS(...) server_says((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static zt_status next(void)
{
	return zt_session_next(&session, &event);
}
#define assert_next(expected)                           \
	do {                                            \
		assert_ok(next());                      \
		assert_int_equal(event.kind, expected); \
	} while (0)

/* Takes everything that is to be sent, in pieces of at most `chunk` bytes. */
static zt_view take_output(size_t chunk)
{
	static uint8_t taken[2048];
	size_t n = 0;
	for (;;) {
		zt_view bytes = zt_session_output(&session);
		if (bytes.n == 0)
			return zt_view_make(taken, n);
		if (bytes.n > chunk)
			bytes.n = chunk;
		assert_true(n + bytes.n <= sizeof taken);
		memcpy(taken + n, bytes.p, bytes.n);
		n += bytes.n;
		zt_session_sent(&session, bytes.n);
	}
}

static void begin(void)
{
	static const zt_session_options options = { .client_id = ZT_LIT_INIT("device-1"),
						    .keep_alive_s = 60,
						    .clean = true };
	zt_session_init(&session, out_memory, sizeof out_memory, in_memory, sizeof in_memory);
	now_ms = 1000;
	assert_ok(zt_session_connect(&session, &options));
}

static int connected(void **state)
{
	(void)state;
	begin();
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(CONNACK_OK);
	assert_next(ZT_SESSION_CONNECTED);
	return 0;
}

#endif
