/* The life of a connection: keep-alive, pipelining, late answers, timeouts, limits. */
#include "base/fs.h"
#include "base/str.h"
#include "fixture.h"

#include <sys/socket.h>
#include <unistd.h>

#define GET "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_CLOSE "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\nconnection: keep-alive\r\n\r\nok\n"
#define OK_CLOSE "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n"

static void connection_serves_one_request_after_another(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	client_open(&f, &c);
	for (unsigned i = 1; i <= 3; i++) {
		client_text(&c, GET);
		assert_view(client_read(&c, sizeof OK - 1), OK);
		client_forget(&c);
		assert_int_equal(f.handled, i);
	}
	client_close(&c);
	stop(&f);
}

static void http_1_0_closes_unless_asked_to_stay(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	expect_answer(&f, "GET / HTTP/1.0\r\n\r\n", OK_CLOSE);
	client c;
	client_open(&f, &c);
	client_text(&c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_view(client_read(&c, sizeof OK - 1), OK);
	client_close(&c);
	stop(&f);
}

static void pipelined_request_waits_for_the_answer_before_it(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	client_open(&f, &c);
	client_text(&c, GET "POST /second HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
	wait_for(&f, &f.handled, 1);
	assert_string_equal(f.method, "GET");
	/* Nothing more is to happen: the loop finds nothing to do. */
	for (int i = 0; i < 20; i++)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_NONBLOCK), 0);
	assert_int_equal(f.handled, 1);
	f.hold = false;
	zt_http_respond(f.held, 204, NULL, 0, ZT_VIEW_EMPTY);
	assert_view(client_drain(&c), "HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n" OK_CLOSE);
	assert_int_equal(f.handled, 2);
	assert_string_equal(f.path, "/second");
	client_close(&c);
	stop(&f);
}

static void head_gets_no_body(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	expect_answer(&f, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		      "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\nconnection: close\r\n\r\n");
	stop(&f);
}

static void late_answer_to_a_peer_that_has_gone_goes_nowhere(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	client_open(&f, &c);
	client_text(&c, GET);
	wait_for(&f, &f.handled, 1);
	/* A reset, not an orderly end. */
	const struct linger at_once = { 1, 0 };
	assert_int_equal(setsockopt(bufferevent_getfd(c.buffer), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
	client_close(&c);
	for (int i = 0; i < 20; i++)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_NONBLOCK), 0);
	assert_view(zt_http_exchange_request(f.held)->method, "GET");
	zt_http_respond(f.held, 200, NULL, 0, ZT_LIT("nobody reads this"));
	expect_answer(&f, "GET / HTTP/1.1\r\n\r\n",
		      "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
	stop(&f);
}

static void peer_that_has_closed_its_half_gets_its_answer(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	client_open(&f, &c);
	client_text(&c, GET);
	wait_for(&f, &f.handled, 1);
	assert_true(zt_http_exchange_is_open(f.held));
	assert_int_equal(shutdown(bufferevent_getfd(c.buffer), SHUT_WR), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_NONBLOCK), 0);
	assert_false(zt_http_exchange_is_open(f.held));
	zt_http_respond_json(f.held, 201, ZT_LIT("{}"));
	assert_view(client_drain(&c), "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
				      "connection: close\r\n\r\n{}");
	client_close(&c);
	stop(&f);
}

static void drop_closes_without_a_byte(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	client_open(&f, &c);
	client_text(&c, GET GET);
	wait_for(&f, &f.handled, 1);
	zt_http_drop(f.held);
	assert_int_equal(client_drain(&c).n, 0);
	assert_int_equal(f.handled, 1);
	client_close(&c);
	stop(&f);
}

static void half_a_request_is_408_in_time(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ .request_ms = 30 });
	expect_answer(&f, "GET / HTTP/1.1\r\nHost",
		      "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
	expect_answer(&f, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
		      "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
	stop(&f);
}

/* Each byte arrives in time, the whole does not: the clock runs from the first byte. */
static void trickling_peer_is_408_all_the_same(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ .request_ms = 30 });
	client_open(&f, &c);
	client_text(&c, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
	while (!c.eof && evbuffer_get_length(bufferevent_get_input(c.buffer)) == 0) {
		client_text(&c, "a");
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	}
	assert_true(zt_view_starts(client_read(&c, 16), ZT_LIT("HTTP/1.1 408 ")));
	client_close(&c);
	stop(&f);
}

static void idle_connection_is_closed_without_a_word(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ .idle_ms = 30 });
	expect_answer(&f, "", "");
	client_open(&f, &c);
	client_text(&c, GET);
	assert_view(client_drain(&c), OK);
	client_close(&c);
	stop(&f);
}

static void handler_may_take_longer_than_any_timeout(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ .idle_ms = 5, .request_ms = 5 });
	f.hold = true;
	client_open(&f, &c);
	client_text(&c, GET_CLOSE);
	wait_for(&f, &f.handled, 1);
	const struct timeval longer = { 0, 50000 };
	assert_int_equal(event_base_loopexit(f.loop, &longer), 0);
	assert_int_equal(event_base_dispatch(f.loop), 0);
	zt_http_respond(f.held, 204, NULL, 0, ZT_VIEW_EMPTY);
	assert_view(client_drain(&c), "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
	client_close(&c);
	stop(&f);
}

static void connection_over_the_limit_is_closed_at_once(void **state)
{
	fixture f;
	client first, second;
	(void)state;
	start(&f, (zt_http_server_spec){ .connections_max = 1 });
	client_open(&f, &first);
	client_text(&first, GET);
	(void)client_read(&first, sizeof OK - 1);
	client_open(&f, &second);
	assert_int_equal(client_drain(&second).n, 0);
	client_close(&second);
	client_close(&first);
	stop(&f);
}

static void open_pair(fixture *f, client *c, void *tag)
{
	evutil_socket_t ends[2];
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(evutil_make_socket_nonblocking(ends[0]) | evutil_make_socket_nonblocking(ends[1]), 0);
	*c = (client){ .fixture = f, .buffer = bufferevent_socket_new(f->loop, ends[0], BEV_OPT_CLOSE_ON_FREE) };
	assert_int_equal(bufferevent_enable(c->buffer, EV_READ | EV_WRITE), 0);
	struct bufferevent *ours = bufferevent_socket_new(f->loop, ends[1], BEV_OPT_CLOSE_ON_FREE);
	assert_ok(zt_http_adopt(f->server, ours, "peer", tag));
}

static void adopted_connection_brings_its_tag_and_says_when_it_ends(void **state)
{
	fixture f;
	client c;
	int tag;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	open_pair(&f, &c, &tag);
	client_text(&c, GET_CLOSE);
	wait_for(&f, &f.handled, 1);
	assert_ptr_equal(zt_http_exchange_request(f.held)->connection_tag, &tag);
	assert_string_equal(zt_http_exchange_request(f.held)->peer, "peer");
	assert_int_equal(f.closed, 0);
	zt_http_respond(f.held, 204, NULL, 0, ZT_VIEW_EMPTY);
	wait_for(&f, &f.closed, 1);
	client_close(&c);
	stop(&f);
	assert_int_equal(f.closed, 1);
}

static void exchange_outlives_its_server(void **state)
{
	fixture f;
	client c;
	int tag;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	open_pair(&f, &c, &tag);
	client_text(&c, GET);
	wait_for(&f, &f.handled, 1);
	zt_http_server_free(f.server);
	f.server = NULL;
	assert_int_equal(f.closed, 1);
	assert_null(zt_http_exchange_request(f.held)->connection_tag);
	zt_http_respond(f.held, 200, NULL, 0, ZT_LIT("late"));
	client_close(&c);
	stop(&f);
}

static void line_break_in_a_header_value_cannot_forge_a_header(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	f.hold = true;
	client_open(&f, &c);
	client_text(&c, GET_CLOSE);
	wait_for(&f, &f.handled, 1);
	const zt_http_header header = { ZT_LIT("x"), ZT_LIT("a\r\nset-cookie: b\n\0c") };
	zt_http_respond(f.held, 204, &header, 1, ZT_VIEW_EMPTY);
	assert_view(client_drain(&c), "HTTP/1.1 204 No Content\r\nx: a  set-cookie: b  c\r\nconnection: close\r\n\r\n");
	client_close(&c);
	stop(&f);
}

static void curl_is_served_through_one_connection(void **state)
{
	fixture f;
	char command[512], output[8192];
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	unsigned port = zt_listener_port(f.listener);
	(void)snprintf(command, sizeof command,
		       "curl -sS -v -d one http://127.0.0.1:%u/a -H 'Transfer-Encoding: chunked' --next "
		       "-sS -v -H 'Expect: 100-continue' -d two http://127.0.0.1:%u/b 2>&1",
		       port, port);
	assert_int_equal(run(&f, command, output, sizeof output), 0);
	assert_non_null(strstr(output, "Re-using existing connection"));
	assert_non_null(strstr(output, "< HTTP/1.1 100 Continue"));
	assert_int_equal(f.handled, 2);
	assert_memory_equal(f.body, "two", 3);
	stop(&f);
}

static void unix_socket_serves_curl(void **state)
{
	fixture f;
	char folder[] = "/tmp/zt-net-XXXXXX", command[512], output[1024];
	zt_error error;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	assert_non_null(mkdtemp(folder));
	(void)snprintf(command, sizeof command, "%s/s", folder);
	const zt_listener_spec at = { .path = command, .mode = 0600 };
	zt_listener *local;
	assert_ok(zt_listener_new(f.loop, &at, zt_http_accept, f.server, &local, &error));
	(void)snprintf(command, sizeof command, "curl -sS --unix-socket %s/s http://localhost/x", folder);
	assert_int_equal(run(&f, command, output, sizeof output), 0);
	assert_string_equal(output, "ok\n");
	zt_listener_free(local);
	assert_ok(zt_path_remove(folder, &error));
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_serves_one_request_after_another),
		cmocka_unit_test(http_1_0_closes_unless_asked_to_stay),
		cmocka_unit_test(pipelined_request_waits_for_the_answer_before_it),
		cmocka_unit_test(head_gets_no_body),
		cmocka_unit_test(late_answer_to_a_peer_that_has_gone_goes_nowhere),
		cmocka_unit_test(peer_that_has_closed_its_half_gets_its_answer),
		cmocka_unit_test(drop_closes_without_a_byte),
		cmocka_unit_test(half_a_request_is_408_in_time),
		cmocka_unit_test(trickling_peer_is_408_all_the_same),
		cmocka_unit_test(idle_connection_is_closed_without_a_word),
		cmocka_unit_test(handler_may_take_longer_than_any_timeout),
		cmocka_unit_test(connection_over_the_limit_is_closed_at_once),
		cmocka_unit_test(adopted_connection_brings_its_tag_and_says_when_it_ends),
		cmocka_unit_test(exchange_outlives_its_server),
		cmocka_unit_test(line_break_in_a_header_value_cannot_forge_a_header),
		cmocka_unit_test(curl_is_served_through_one_connection),
		cmocka_unit_test(unix_socket_serves_curl),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
