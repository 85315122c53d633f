#include "fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/str.h"

static void handle(void *context, zt_http_exchange *exchange)
{
	fixture *f = context;
	const zt_http_request *request = zt_http_exchange_request(exchange);
	f->handled++;
	assert_ok(zt_text_copy(f->method, sizeof f->method, request->method));
	assert_ok(zt_text_copy(f->path, sizeof f->path, request->path));
	assert_ok(zt_text_copy(f->query, sizeof f->query, request->query));
	assert_ok(zt_text_copy(f->agent, sizeof f->agent, zt_http_header_of(request, "user-agent")));
	assert_true(request->body.n < sizeof f->body);
	f->body_n = request->body.n;
	if (request->body.n)
		memcpy(f->body, request->body.p, request->body.n);
	if (f->hold) {
		f->held = exchange;
		return;
	}
	if (f->drop) {
		zt_http_drop(exchange);
		return;
	}
	const zt_http_header type = { ZT_LIT("content-type"), ZT_LIT("text/plain") };
	zt_http_respond(exchange, 200, &type, 1, ZT_LIT("ok\n"));
}

static void count_closed(void *context, void *tag)
{
	fixture *f = context;
	assert_non_null(tag);
	f->closed++;
}

void start(fixture *f, zt_http_server_spec spec)
{
	zt_error error = { 0 };
	memset(f, 0, sizeof *f);
	(void)signal(SIGPIPE, SIG_IGN);
	f->loop = zt_loop_new();
	assert_non_null(f->loop);
	spec.handler = handle;
	spec.context = f;
	spec.closed = count_closed;
	if (spec.body_max == 0)
		spec.body_max = sizeof f->body - 1;
	assert_ok(zt_http_server_new(f->loop, &spec, &f->server, &error));
	const zt_listener_spec at = { .port = 0 };
	assert_ok(zt_listener_new(f->loop, &at, zt_http_accept, f->server, &f->listener, &error));
}

void stop(fixture *f)
{
	zt_listener_free(f->listener);
	zt_http_server_free(f->server);
	event_base_free(f->loop);
}

static void on_client_event(struct bufferevent *buffer, short what, void *context)
{
	client *c = context;
	(void)buffer;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		c->eof = true;
}

void client_open(fixture *f, client *c)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)zt_listener_port(f->listener)) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*c = (client){ .fixture = f };
	c->buffer = bufferevent_socket_new(f->loop, -1, BEV_OPT_CLOSE_ON_FREE);
	assert_non_null(c->buffer);
	bufferevent_setcb(c->buffer, NULL, NULL, on_client_event, c);
	assert_int_equal(bufferevent_enable(c->buffer, EV_READ | EV_WRITE), 0);
	assert_int_equal(bufferevent_socket_connect(c->buffer, (struct sockaddr *)&at, sizeof at), 0);
}

void client_close(client *c)
{
	bufferevent_free(c->buffer);
}

void client_send(client *c, zt_view bytes)
{
	assert_int_equal(bufferevent_write(c->buffer, bytes.p, bytes.n), 0);
}

void client_text(client *c, const char *text)
{
	client_send(c, zt_view_of(text));
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	fail_msg("nothing came within %d s", DEADLINE_S);
}

static void turn(fixture *f)
{
	const struct timeval limit = { DEADLINE_S, 0 };
	struct event *deadline = evtimer_new(f->loop, on_deadline, NULL);
	assert_int_equal(event_add(deadline, &limit), 0);
	assert_int_equal(event_base_loop(f->loop, EVLOOP_ONCE), 0);
	event_free(deadline);
}

static zt_view arrived(const client *c)
{
	struct evbuffer *in = bufferevent_get_input(c->buffer);
	size_t n = evbuffer_get_length(in);
	return zt_view_make(n ? evbuffer_pullup(in, -1) : NULL, n);
}

zt_view client_read(client *c, size_t n)
{
	while (arrived(c).n < n && !c->eof)
		turn(c->fixture);
	zt_view got = arrived(c);
	if (got.n < n)
		fail_msg("the stream ended after %zu bytes: %.*s", got.n, ZT_PRI(got));
	return got;
}

zt_view client_drain(client *c)
{
	while (!c->eof)
		turn(c->fixture);
	return arrived(c);
}

void client_forget(client *c)
{
	assert_int_equal(evbuffer_drain(bufferevent_get_input(c->buffer), arrived(c).n), 0);
}

void expect_answer(fixture *f, const char *request, const char *answer)
{
	client c;
	client_open(f, &c);
	client_text(&c, request);
	assert_view(client_drain(&c), answer);
	client_close(&c);
}

void expect_status(fixture *f, zt_view request, const char *status_line)
{
	client c;
	client_open(f, &c);
	client_send(&c, request);
	zt_view answer = client_drain(&c);
	assert_view(zt_view_make(answer.p, zt_view_find(answer, '\r')), status_line);
	client_close(&c);
}

void wait_for(fixture *f, const unsigned *condition, unsigned value)
{
	while (*condition < value)
		turn(f);
}

static void on_ended(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	*(unsigned *)context = 1;
}

int run(fixture *f, const char *command, char *ret_text, size_t cap)
{
	FILE *output = tmpfile();
	assert_non_null(output);
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)command, NULL };
	const zt_process_spec spec = {
		.path = "sh", .argv = argv, .stdin_fd = -1, .stdout_fd = fileno(output), .stderr_fd = fileno(output)
	};
	zt_error error;
	pid_t pid;
	assert_ok(zt_process_start(&spec, &pid, &error));
	int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0u), exit_status;
	unsigned ended = 0;
	struct event *watch = event_new(f->loop, pid_fd, EV_READ, on_ended, &ended);
	assert_int_equal(event_add(watch, NULL), 0);
	wait_for(f, &ended, 1);
	event_free(watch);
	(void)close(pid_fd);
	assert_ok(zt_process_wait(pid, 0, &exit_status));
	rewind(output);
	ret_text[fread(ret_text, 1, cap - 1, output)] = 0;
	(void)fclose(output);
	return exit_status;
}
