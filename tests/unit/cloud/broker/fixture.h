/* A broker with its registry, real mosquitto clients beside it, and raw MQTT streams with bytes written by hand. */
#ifndef ZT_TESTS_UNIT_CLOUD_BROKER_FIXTURE_H
#define ZT_TESTS_UNIT_CLOUD_BROKER_FIXTURE_H

#include <event2/event.h>

#include "zt_cmocka.h"

#include "base/str.h"
#include "cloud/broker/broker.h"
#include "net/child.h"
#include "unit/cloud/temporary.h"

enum { DEADLINE_S = 20 };

typedef struct {
	zt_temporary folder;
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_broker *broker;
	unsigned ready; /* how often the broker was */
	unsigned done, failed;
	zt_status last;
} fixture;

/* In a folder of its own, up to the broker's readiness. */
void start(fixture *f);
void start_in(fixture *f, zt_temporary folder);
/* Leaves the folder. */
void stop(fixture *f);
void stop_and_remove(fixture *f);
/* Runs the loop until *counter is at least `value`; fails at the deadline. */
void wait_for(fixture *f, const unsigned *counter, unsigned value);
/* Counts in `done` and `failed`. */
void on_done(void *context, zt_status status);
/* Publishes with QoS 1 and counts its end. */
void publish(fixture *f, const char *topic, const char *payload, bool retain);

/* A program's lines. */
typedef struct {
	zt_child *child;
	zt_str text; /* lines, each ended by '\n' */
	unsigned lines, ended;
	int exit_status;
} program;

/* A shell command; "$S" in it is the broker's socket. */
void run_program(fixture *f, program *p, const char *command);
void end_program(program *p);
/* mosquitto_sub on that filter, subscribed when this returns. */
void subscribe(fixture *f, program *p, const char *filter);

/* A raw MQTT 5 stream. */
typedef struct {
	fixture *fixture;
	struct bufferevent *buffer;
	void *ticket;
	unsigned opened, failed, packets, eof;
	uint8_t types[256]; /* first bytes of the packets that came */
	zt_str bytes;
} stream;

void open_stream(fixture *f, stream *s);
void close_stream(stream *s);
void send_bytes(stream *s, zt_view bytes);
/* Fails unless the stream has packets of exactly those first bytes in the end. */
void wait_packets(stream *s, unsigned count);

#endif
