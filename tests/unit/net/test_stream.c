/* Writing at once, over a pair of sockets whose other end is read by hand; TLS is shown by the gateway's clients. */
#include <event2/buffer.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"
#include "net/stream.h"
#include "zt_cmocka.h"

enum { LARGE = 8 * 1024 * 1024 };

typedef struct {
	struct event_base *loop;
	struct bufferevent *stream;
	int peer;
} pair;

static void open_pair(pair *p)
{
	int ends[2];
	p->loop = zt_loop_new();
	assert_non_null(p->loop);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	p->stream = bufferevent_socket_new(p->loop, ends[0], BEV_OPT_CLOSE_ON_FREE);
	assert_non_null(p->stream);
	assert_int_equal(bufferevent_enable(p->stream, EV_READ | EV_WRITE), 0);
	p->peer = ends[1];
}

static void close_pair(pair *p)
{
	bufferevent_free(p->stream);
	(void)close(p->peer);
	event_base_free(p->loop);
}

static size_t take(const pair *p)
{
	char room[65536];
	size_t all = 0;
	for (ssize_t n; (n = read(p->peer, room, sizeof room)) > 0;)
		all += (size_t)n;
	return all;
}

static void small_packet_leaves_without_a_turn_of_the_loop(void **state)
{
	pair p;
	(void)state;
	open_pair(&p);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(bufferevent_write(p.stream, "ping", 4), 0);
		zt_stream_flush(p.stream);
		assert_int_equal(take(&p), 4);
		assert_int_equal(bufferevent_get_enabled(p.stream) & EV_WRITE, 0);
	}
	close_pair(&p);
}

static void loop_writes_what_the_socket_did_not_take(void **state)
{
	pair p;
	char *large = calloc(1, LARGE);
	(void)state;
	assert_non_null(large);
	open_pair(&p);
	assert_int_equal(bufferevent_write(p.stream, large, LARGE), 0);
	zt_stream_flush(p.stream);
	assert_int_equal(bufferevent_get_enabled(p.stream) & EV_WRITE, EV_WRITE);
	size_t got = take(&p);
	assert_in_range(got, 1, LARGE - 1);
	while (got < LARGE) {
		assert_int_not_equal(event_base_loop(p.loop, EVLOOP_ONCE), -1);
		got += take(&p);
	}
	assert_int_equal(got, LARGE);
	free(large);
	close_pair(&p);
}

static void closed_peer_is_left_to_the_loop(void **state)
{
	pair p;
	(void)state;
	open_pair(&p);
	assert_int_equal(shutdown(p.peer, SHUT_RDWR), 0);
	assert_int_equal(bufferevent_write(p.stream, "ping", 4), 0);
	zt_stream_flush(p.stream);
	assert_int_equal(evbuffer_get_length(bufferevent_get_output(p.stream)), 4);
	assert_int_equal(bufferevent_get_enabled(p.stream) & EV_WRITE, EV_WRITE);
	close_pair(&p);
}

static int ignore_broken_pipes(void **state)
{
	(void)state;
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_packet_leaves_without_a_turn_of_the_loop),
		cmocka_unit_test(loop_writes_what_the_socket_did_not_take),
		cmocka_unit_test(closed_peer_is_left_to_the_loop),
	};
	return cmocka_run_group_tests(tests, ignore_broken_pipes, NULL);
}
