/* A world for a device without sockets, clocks or chance: everything that its seams say is set by the test. */
#ifndef ZT_TESTS_DEVICE_FAKE_WORLD_H
#define ZT_TESTS_DEVICE_FAKE_WORLD_H

#include "unit/zt_cmocka.h"
#include "zerotouch/device.h"

enum { FAKE_BYTES = 8192, FAKE_OPENS = 16 };

typedef struct {
	int64_t mono_ms, wall_ms;
	uint8_t chance; /* every random byte: 0 is no jitter, 255 all of it */

	bool network_ready;
	zt_status identity_status;
	zt_identity_info identity;

	zt_status opens[FAKE_OPENS]; /* results of the first calls of open */
	zt_status opens_then;        /* and of all that follow */
	size_t open_calls, closes;
	zt_route route; /* of the last open */

	uint8_t in[FAKE_BYTES];       /* what the server says; what comes behind it is `end` */
	size_t in_n, in_at, in_chunk; /* chunk: at most so many bytes a call; 0 is all */
	int32_t end;                  /* 0, ZT_IO_CLOSED, ZT_IO_BROKEN */
	uint8_t out[FAKE_BYTES];      /* what the device said on this stream */
	size_t out_n;
	int32_t send_room; /* bytes that send still takes; < 0 breaks */

	struct {
		zt_status open; /* what opening gives */
		zt_view says;   /* what the server still says; then `end` */
		int32_t end;
		uint8_t out[1024];
		size_t out_n, opens, closes;
	} beside; /* the second stream, for who wants it: fake_with_beside */

	uint8_t device_out[ZT_DEVICE_OUT_MIN], device_in[ZT_DEVICE_IN_MIN], device_aside[ZT_DEVICE_ASIDE_MIN];
	zt_device_config config;
	zt_device device;
	zt_event event;
} fake_world;

/* A world in which all is well and the server says nothing. */
void fake_world_init(fake_world *world, zt_route route);
/* The device gets a second stream, and makes its first contact by HTTPS; begins anew with it. */
void fake_with_beside(fake_world *world);
/* The server says this next. */
void fake_says(fake_world *world, zt_view bytes);
#define FAKE_SAYS(world, ...) \
	fake_says(world, zt_view_make((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })))
/* A new stream will be quiet: forgets what was said in both directions. */
void fake_fresh_stream(fake_world *world);
/* Steps once. */
zt_event_kind fake_step(fake_world *world);
/* Steps until there is an event or nothing to do at this time. */
zt_event_kind fake_next(fake_world *world);
#define assert_event(world, expected) assert_int_equal(fake_next(world), expected)
#define assert_reason(world, expected) \
	assert_string_equal(zt_reason_name((world)->event.reason), zt_reason_name(expected))
zt_view fake_sent(const fake_world *world);

#endif
