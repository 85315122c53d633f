/* A server in simulated time, as a device sees AWS IoT Core: it registers unknown certificates and closes, activates
 * them a little later, retires the predecessor, keeps sessions, acknowledges; and it fails as the story wants. */
#ifndef ZT_TESTS_STORY_SERVER_H
#define ZT_TESTS_STORY_SERVER_H

#include "unit/zt_cmocka.h"
#include "zerotouch/device.h"

enum { SERVER_MESSAGES_MAX = 64 * 1024, SERVER_BYTES = 2048 };

typedef struct {
	bool open, closing; /* closing: what is in `to_device` still arrives */
	zt_route route;
	uint32_t generation; /* of the certificate that the stream was opened with */
	bool accepted;       /* MQTT: CONNECT was answered */
	uint8_t from_device[SERVER_BYTES], to_device[SERVER_BYTES];
	size_t from_n, to_n;
	int64_t arrives_ms;         /* when the device can read what is in to_device */
	uint32_t acked_numbers[16]; /* of the acknowledgements in to_device */
	size_t ack_count;
} server_stream;

typedef struct {
	int64_t mono_ms, wall_ms;
	uint32_t seed;
	bool network; /* false: nothing can be reached, and what is open breaks */
	bool https_closed;
	bool deaf;           /* what the device sends is lost on its way */
	uint32_t generation; /* of the certificate on the device */
	zt_identity_info identity;

	uint32_t known;       /* the latest generation that was registered */
	int64_t activates_ms; /* when it becomes active */
	int64_t retires_ms;   /* when its predecessor does not count any more */
	server_stream main, beside;

	bool seen[SERVER_MESSAGES_MAX];         /* messages by number: received */
	bool acknowledged[SERVER_MESSAGES_MAX]; /* the device has read the acknowledgement */
	int64_t last_new;                       /* the highest number so far */
	size_t received, repeated, renewals;
	int64_t last_connect_ms;
	size_t connects;
} server;

void server_init(server *s);
zt_transport server_transport(server *s, server_stream *stream);
/* Every connection ends; sessions of 3.1.1 that do not count on memory go on. */
void server_restart(server *s);
/* Breaks what is open without a word, acknowledgements on their way included; hears again. */
void server_break(server *s);
/* Uniform in [0, bound]; the story is the same every time. */
uint32_t server_chance(server *s, uint32_t bound);
/* How long a device that would wait so long sleeps: shorter when something arrives. */
uint32_t server_wait_ms(const server *s, uint32_t wait_ms);
/* A new certificate lies behind the device's path. */
void server_renew(server *s);

#endif
