/* What of a request is read, and what is refused. */
#include "base/str.h"
#include "fixture.h"

#define OK_CLOSE "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n"

static void get_is_answered_byte_by_byte_as_specified(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	expect_answer(&f, "GET /a/b?x=1&y=%2F HTTP/1.1\r\nHost: h\r\nUser-Agent: \t me \r\nConnection: close\r\n\r\n",
		      OK_CLOSE);
	assert_string_equal(f.method, "GET");
	assert_string_equal(f.path, "/a/b");
	assert_string_equal(f.query, "x=1&y=%2F");
	assert_string_equal(f.agent, "me");
	stop(&f);
}

static void zero_bytes_in_a_body_are_kept(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	expect_status(&f,
		      ZT_LIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\na\0b\r\n"),
		      "HTTP/1.1 200 OK");
	assert_int_equal(f.body_n, 5);
	assert_memory_equal(f.body, "a\0b\r\n", 5);
	stop(&f);
}

static void chunked_body_is_joined_and_trailers_are_ignored(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	/* RFC 9112 §7.1, with an extension and a trailer. */
	expect_answer(&f,
		      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
		      "4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nUser-Agent: trailer\r\n\r\n",
		      OK_CLOSE);
	assert_int_equal(f.body_n, 9);
	assert_memory_equal(f.body, "Wikipedia", 9);
	assert_string_equal(f.agent, "");
	stop(&f);
}

static void request_split_into_single_bytes_is_read(void **state)
{
	static const char request[] = "POST /p HTTP/1.1\r\nHost: h\r\nUser-Agent: slow\r\nContent-Length: 2\r\n"
				      "Connection: close\r\n\r\nhi";
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	client_open(&f, &c);
	for (size_t i = 0; i < sizeof request - 1; i++) {
		client_send(&c, zt_view_make(request + i, 1));
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	}
	assert_view(client_drain(&c), OK_CLOSE);
	client_close(&c);
	assert_string_equal(f.path, "/p");
	assert_string_equal(f.agent, "slow");
	assert_memory_equal(f.body, "hi", 2);
	stop(&f);
}

static void go_on_is_said_before_an_expected_body(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	client_open(&f, &c);
	client_text(
	    &c, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
	assert_view(client_read(&c, 25), "HTTP/1.1 100 Continue\r\n\r\n");
	client_forget(&c);
	client_text(&c, "hi");
	assert_view(client_drain(&c), OK_CLOSE);
	client_close(&c);
	stop(&f);
}

static void body_over_the_limit_is_413_without_being_asked_for(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ .body_max = 10 });
	expect_answer(&f, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n",
		      "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
	assert_int_equal(f.handled, 0);
	stop(&f);
}

static void body_at_the_limit_is_read(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ .body_max = 10 });
	expect_answer(&f, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789",
		      OK_CLOSE);
	stop(&f);
}

static void chunks_over_the_limit_are_413(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ .body_max = 10 });
	expect_status(&f,
		      ZT_LIT("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
			     "8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n"),
		      "HTTP/1.1 413 Content Too Large");
	assert_int_equal(f.handled, 0);
	stop(&f);
}

/* A peer that sends megabytes before it reads must still get the refusal, not a reset. */
static void refusal_reaches_a_peer_that_still_sends(void **state)
{
	fixture f;
	client c;
	(void)state;
	start(&f, (zt_http_server_spec){ .body_max = 10 });
	client_open(&f, &c);
	client_text(&c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
	static uint8_t block[8000000];
	client_send(&c, zt_view_make(block, sizeof block));
	while (evbuffer_get_length(bufferevent_get_output(c.buffer)) > 0 && !c.eof)
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	zt_view answer = client_drain(&c);
	assert_true(zt_view_starts(answer, ZT_LIT("HTTP/1.1 413 ")));
	client_close(&c);
	stop(&f);
}

static void with_padding(zt_str *request, const char *before, size_t n, const char *after)
{
	assert_ok(zt_str_put_text(request, before));
	for (size_t i = 0; i < n; i++)
		assert_ok(zt_str_put_u8(request, 'a'));
	assert_ok(zt_str_put_text(request, after));
}

static void target_over_the_limit_is_414(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str request = ZT_STR(65536);
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	with_padding(&request, "GET /", ZT_HTTP_HEAD_BYTES_MAX, " HTTP/1.1\r\nHost: h\r\n\r\n");
	expect_status(&f, zt_str_view(&request), "HTTP/1.1 414 URI Too Long");
	stop(&f);
}

static void head_over_the_limit_is_431(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str request = ZT_STR(65536);
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	with_padding(&request, "GET / HTTP/1.1\r\nHost: h\r\nX: ", ZT_HTTP_HEAD_BYTES_MAX, "\r\n\r\n");
	expect_status(&f, zt_str_view(&request), "HTTP/1.1 431 Request Header Fields Too Large");
	stop(&f);
}

static void head_just_below_the_limit_is_read(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str request = ZT_STR(65536);
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	with_padding(&request, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: ", ZT_HTTP_HEAD_BYTES_MAX - 64,
		     "\r\n\r\n");
	expect_status(&f, zt_str_view(&request), "HTTP/1.1 200 OK");
	stop(&f);
}

static void many_headers(zt_str *request, unsigned count)
{
	assert_ok(zt_str_put_text(request, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"));
	for (unsigned i = 2; i < count; i++)
		assert_ok(zt_str_printf(request, "H%u: v\r\n", i));
	assert_ok(zt_str_put_text(request, "\r\n"));
}

static void sixty_four_headers_are_read_and_one_more_is_431(void **state)
{
	fixture f;
	ZT_CLEANUP(zt_str_free) zt_str fits = ZT_STR(65536), over = ZT_STR(65536);
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	many_headers(&fits, 64);
	expect_status(&f, zt_str_view(&fits), "HTTP/1.1 200 OK");
	many_headers(&over, 65);
	expect_status(&f, zt_str_view(&over), "HTTP/1.1 431 Request Header Fields Too Large");
	stop(&f);
}

static void broken_requests_are_400(void **state)
{
	static const char *const broken[] = {
		"\x16\x03\x01\x02\x01\x01\r\n\r\n",             /* a TLS ClientHello on a plain port */
		"GET / HTTP/1.1\r\n\r\n",                       /* no Host: RFC 9112 §3.2 */
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", /* two of them */
		"GET / HTTP/1.1\r\nHost : a\r\n\r\n",           /* RFC 9112 §5.1: no space before the colon */
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", /* smuggling:
													    §6.1 */
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, x\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
		"PRI * HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
	};
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	for (size_t i = 0; i < ZT_COUNT(broken); i++)
		expect_status(&f, zt_view_of(broken[i]), "HTTP/1.1 400 Bad Request");
	assert_int_equal(f.handled, 0);
	stop(&f);
}

static void other_versions_are_505(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	expect_status(&f, ZT_LIT("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), "HTTP/1.1 505 HTTP Version Not Supported");
	stop(&f);
}

static void upgrade_is_an_ordinary_request(void **state)
{
	fixture f;
	(void)state;
	start(&f, (zt_http_server_spec){ 0 });
	expect_answer(
	    &f,
	    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n",
	    OK_CLOSE);
	stop(&f);
}

static void query_members_are_found_as_sent(void **state)
{
	zt_http_request request = { .query = ZT_LIT("qos=1&retain&topic=a%2Fb&qos=2") };
	zt_view value;
	(void)state;
	assert_true(zt_http_query_of(&request, "qos", &value));
	assert_view(value, "1");
	assert_true(zt_http_query_of(&request, "retain", &value));
	assert_view(value, "");
	assert_true(zt_http_query_of(&request, "topic", &value));
	assert_view(value, "a%2Fb");
	assert_false(zt_http_query_of(&request, "topi", &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_is_answered_byte_by_byte_as_specified),
		cmocka_unit_test(zero_bytes_in_a_body_are_kept),
		cmocka_unit_test(chunked_body_is_joined_and_trailers_are_ignored),
		cmocka_unit_test(request_split_into_single_bytes_is_read),
		cmocka_unit_test(go_on_is_said_before_an_expected_body),
		cmocka_unit_test(body_over_the_limit_is_413_without_being_asked_for),
		cmocka_unit_test(body_at_the_limit_is_read),
		cmocka_unit_test(chunks_over_the_limit_are_413),
		cmocka_unit_test(refusal_reaches_a_peer_that_still_sends),
		cmocka_unit_test(target_over_the_limit_is_414),
		cmocka_unit_test(head_over_the_limit_is_431),
		cmocka_unit_test(head_just_below_the_limit_is_read),
		cmocka_unit_test(sixty_four_headers_are_read_and_one_more_is_431),
		cmocka_unit_test(broken_requests_are_400),
		cmocka_unit_test(other_versions_are_505),
		cmocka_unit_test(upgrade_is_an_ordinary_request),
		cmocka_unit_test(query_members_are_found_as_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
