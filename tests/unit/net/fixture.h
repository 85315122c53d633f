/* A server on a loop of its own and raw clients in the same loop: tests write bytes by hand and wait for bytes. */
#ifndef ZT_TESTS_UNIT_NET_FIXTURE_H
#define ZT_TESTS_UNIT_NET_FIXTURE_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "net/http_server.h"
#include "net/listener.h"
#include "net/loop.h"
#include "zt_cmocka.h"

enum { DEADLINE_S = 10 };

typedef struct {
	struct event_base *loop;
	zt_http_server *server;
	zt_listener *listener;
	zt_http_exchange *held; /* when `hold` is set the handler only keeps the last exchange here */
	bool hold, drop;        /* or it drops each */
	unsigned handled, closed;
	/* What the handler saw last, copied. */
	char method[16], path[256], query[256], body[4096], agent[256];
	size_t body_n;
} fixture;

/* Body limit 4096 unless the spec says otherwise; handler and context are the fixture's, which answers 200 "ok\n". */
void start(fixture *f, zt_http_server_spec spec);
void stop(fixture *f);

typedef struct {
	fixture *fixture;
	struct bufferevent *buffer;
	bool eof;
} client;

void client_open(fixture *f, client *c);
void client_close(client *c);
void client_send(client *c, zt_view bytes);
void client_text(client *c, const char *text);
/* Runs the loop until that many bytes are here; fails at the deadline or the end of the stream. */
zt_view client_read(client *c, size_t n);
/* Everything up to the end of the stream. */
zt_view client_drain(client *c);
/* Forgets what was read. */
void client_forget(client *c);
/* Sends a request and checks the whole answer, to the end of the stream. */
void expect_answer(fixture *f, const char *request, const char *answer);
/* Same, only the status line. */
void expect_status(fixture *f, zt_view request, const char *status_line);
/* Runs the loop until *condition is at least `value`. */
void wait_for(fixture *f, const unsigned *condition, unsigned value);

/* Runs a shell command while the loop serves; output (both streams) into ret_text. Returns its exit status. */
int run(fixture *f, const char *command, char *ret_text, size_t cap);

#endif
