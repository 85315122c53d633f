#include "fixture.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <signal.h>

#include "base/timefmt.h"
#include "net/loop.h"

static void on_ready(void *context)
{
	((fixture *)context)->ready++;
}

void start_in(fixture *f, zt_temporary folder)
{
	static const zt_account account = { "aws", "eu-west-1", "123456789012", "localhost" };
	char path[128];
	zt_error error = { 0 };
	(void)signal(SIGPIPE, SIG_IGN);
	*f = (fixture){ .folder = folder, .loop = zt_loop_new() };
	(void)snprintf(path, sizeof path, "%s/registry.db", folder.path);
	const zt_broker_spec spec = { .data_dir = folder.path };
	if (zt_store_open(f->loop, path, &f->store, &error) != ZT_OK ||
	    zt_registry_new(f->store, &account, zt_clock_system(), &f->registry, &error) != ZT_OK ||
	    zt_broker_new(f->loop, f->registry, &spec, on_ready, f, &f->broker, &error) != ZT_OK)
		fail_msg("%s", error.text);
	wait_for(f, &f->ready, 1);
}

void start(fixture *f)
{
	zt_temporary folder;
	zt_temporary_make(&folder);
	start_in(f, folder);
}

void stop(fixture *f)
{
	zt_broker_free(f->broker);
	zt_store_close(f->store);
	zt_registry_free(f->registry);
	event_base_free(f->loop);
}

void stop_and_remove(fixture *f)
{
	stop(f);
	zt_temporary_remove(&f->folder);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	fail_msg("nothing came within %d s", DEADLINE_S);
}

void wait_for(fixture *f, const unsigned *counter, unsigned value)
{
	const struct timeval limit = { DEADLINE_S, 0 };
	struct event *deadline = evtimer_new(f->loop, on_deadline, NULL);
	assert_int_equal(event_add(deadline, &limit), 0);
	while (*counter < value)
		assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
	event_free(deadline);
}

void on_done(void *context, zt_status status)
{
	fixture *f = context;
	f->last = status;
	if (status == ZT_OK)
		f->done++;
	else
		f->failed++;
}

void publish(fixture *f, const char *topic, const char *payload, bool retain)
{
	const zt_publish message = {
		.topic = zt_view_of(topic), .payload = zt_view_of(payload), .qos = 1, .retain = retain
	};
	assert_ok(zt_broker_publish(f->broker, &message, on_done, f));
}

static void on_line(void *context, zt_view line)
{
	program *p = context;
	assert_ok(zt_str_put(&p->text, line));
	assert_ok(zt_str_put_u8(&p->text, '\n'));
	p->lines++;
}

static void on_ended(void *context, int exit_status)
{
	program *p = context;
	p->exit_status = exit_status;
	p->ended = 1;
}

void run_program(fixture *f, program *p, const char *command)
{
	ZT_CLEANUP(zt_str_free) zt_str script = ZT_STR(4096);
	zt_error error = { 0 };
	*p = (program){ .text = ZT_STR(1 << 20) };
	assert_ok(zt_str_printf(&script, "S=%s; %s", zt_broker_socket(f->broker), command));
	char *argv[] = { "sh", "-c", script.p, NULL };
	const zt_child_spec spec = {
		.process = { .path = "sh", .argv = argv, .stdin_fd = -1, .new_group = true, .die_with_parent = true },
		.line = on_line,
		.ended = on_ended,
		.context = p,
	};
	if (zt_child_start(f->loop, &spec, &p->child, &error) != ZT_OK)
		fail_msg("%s", error.text);
}

void end_program(program *p)
{
	zt_child_free(p->child, 1000);
	zt_str_free(&p->text);
}

void subscribe(fixture *f, program *p, const char *filter)
{
	char command[256];
	/* With -d each step is told, unbuffered since 2.0 of its own accord, or by stdbuf. */
	(void)snprintf(command, sizeof command, "exec stdbuf -oL mosquitto_sub --unix $S -V mqttv5 -q 1 -d -t '%s'",
		       filter);
	run_program(f, p, command);
	while (!strstr(zt_str_text(&p->text), "received SUBACK"))
		wait_for(f, &p->lines, p->lines + 1);
}

static void on_stream_read(struct bufferevent *buffer, void *context)
{
	stream *s = context;
	struct evbuffer *in = bufferevent_get_input(buffer);
	/* All packets of these tests are shorter than 128 bytes: one byte of length. */
	for (uint8_t head[2]; evbuffer_copyout(in, head, 2) == 2 && evbuffer_get_length(in) >= 2u + head[1];) {
		assert_true(head[1] < 128);
		assert_true(s->packets < sizeof s->types);
		s->types[s->packets++] = head[0];
		assert_ok(zt_str_put(&s->bytes, zt_view_make(evbuffer_pullup(in, 2 + head[1]), 2u + head[1])));
		assert_int_equal(evbuffer_drain(in, 2u + head[1]), 0);
	}
}

static void on_stream_event(struct bufferevent *buffer, short what, void *context)
{
	stream *s = context;
	(void)buffer;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		s->eof = 1;
}

static void on_opened(void *context, struct bufferevent *buffer)
{
	stream *s = context;
	s->buffer = buffer;
	if (!buffer) {
		s->failed = 1;
		return;
	}
	s->opened = 1;
	bufferevent_setcb(buffer, on_stream_read, NULL, on_stream_event, s);
	assert_int_equal(bufferevent_enable(buffer, EV_READ | EV_WRITE), 0);
}

void open_stream(fixture *f, stream *s)
{
	*s = (stream){ .fixture = f, .bytes = ZT_STR(65536) };
	assert_ok(zt_broker_open(f->broker, on_opened, s, &s->ticket));
}

void close_stream(stream *s)
{
	if (s->buffer)
		bufferevent_free(s->buffer);
	zt_str_free(&s->bytes);
}

void send_bytes(stream *s, zt_view bytes)
{
	wait_for(s->fixture, &s->opened, 1);
	assert_int_equal(bufferevent_write(s->buffer, bytes.p, bytes.n), 0);
}

void wait_packets(stream *s, unsigned count)
{
	wait_for(s->fixture, &s->packets, count);
}
