#include <string.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/http.h"

static uint8_t memory[ZT_HTTP_ANSWER_MIN];
static zt_http_answer answer;

/* As captured from AWS (header order included). */
static const char aws_ok[] = "HTTP/1.1 200 OK\r\n"
			     "content-type: application/json\r\n"
			     "content-length: 65\r\n"
			     "date: Thu, 22 Aug 2019 14:25:58 GMT\r\n"
			     "x-amzn-RequestId: 7c7a5f3a-5a2c-4c6e-9d37-2f1f0a5b9e11\r\n"
			     "connection: keep-alive\r\n"
			     "\r\n"
			     "{\"message\":\"OK\",\"traceId\":\"7c7a5f3a-5a2c-4c6e-9d37-2f1f0a5b9e11\"}";

static zt_status feed(zt_view bytes, size_t chunk)
{
	zt_status status = ZT_E_AGAIN;
	zt_http_answer_init(&answer, memory, sizeof memory);
	while (bytes.n && status == ZT_E_AGAIN) {
		size_t room;
		uint8_t *to = zt_http_answer_room(&answer, &room);
		size_t n = chunk < bytes.n ? chunk : bytes.n;
		n = n < room ? n : room;
		memcpy(to, bytes.p, n);
		bytes = zt_view_from(bytes, n);
		status = zt_http_answer_received(&answer, n);
	}
	return status;
}

static zt_status read_text(const char *text)
{
	return feed(zt_view_of(text), SIZE_MAX);
}

static void the_answer_of_aws_is_read(void **state)
{
	(void)state;
	assert_ok(read_text(aws_ok));
	assert_int_equal(answer.status, 200);
	assert_true(answer.keep_alive);
	assert_view(zt_http_answer_body(&answer),
		    "{\"message\":\"OK\",\"traceId\":\"7c7a5f3a-5a2c-4c6e-9d37-2f1f0a5b9e11\"}");
}

static void it_may_come_byte_by_byte(void **state)
{
	(void)state;
	assert_ok(feed(zt_view_of(aws_ok), 1));
	assert_int_equal(zt_http_answer_body(&answer).n, 65);
}

static void every_prefix_is_incomplete(void **state)
{
	(void)state;
	for (size_t n = 1; n < sizeof aws_ok - 1; n++)
		assert_status(feed(zt_view_make(aws_ok, n), SIZE_MAX), ZT_E_AGAIN);
}

static void an_interim_answer_is_skipped(void **state)
{
	(void)state;
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
	for (size_t chunk = 1; chunk < sizeof text; chunk++) {
		assert_ok(feed(zt_view_of(text), chunk));
		assert_int_equal(answer.status, 200);
		assert_view(zt_http_answer_body(&answer), "hi");
	}
}

static void connection_close_and_http_1_0_end_the_connection(void **state)
{
	(void)state;
	assert_ok(read_text("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"));
	assert_false(answer.keep_alive);
	assert_ok(read_text("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
	assert_false(answer.keep_alive);
}

static void no_content_needs_no_length(void **state)
{
	(void)state;
	assert_ok(read_text("HTTP/1.1 204 No Content\r\n\r\n"));
	assert_int_equal(zt_http_answer_body(&answer).n, 0);
}

static void garbage_is_refused_at_its_first_byte(void **state)
{
	(void)state;
	assert_status(feed(ZT_LIT("\x20\x02\x00\x05"), SIZE_MAX), ZT_E_PROTOCOL);
	assert_status(feed(ZT_LIT("S"), SIZE_MAX), ZT_E_PROTOCOL);
}

static void broken_heads_are_refused(void **state)
{
	(void)state;
	static const char *const heads[] = {
		"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 700 Odd\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n folded: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\n: empty\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
	};
	for (size_t i = 0; i < ZT_COUNT(heads); i++)
		if (read_text(heads[i]) != ZT_E_PROTOCOL)
			fail_msg("taken: %s", heads[i]);
}

static void a_body_of_unknown_length_is_not_supported(void **state)
{
	(void)state;
	assert_status(read_text("HTTP/1.1 200 OK\r\n\r\n"), ZT_E_UNSUPPORTED);
	assert_status(read_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), ZT_E_UNSUPPORTED);
}

static void bytes_behind_the_answer_are_refused(void **state)
{
	(void)state;
	assert_status(read_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!"), ZT_E_PROTOCOL);
}

static void what_does_not_fit_is_over_the_limit(void **state)
{
	(void)state;
	static char text[4 * ZT_HTTP_ANSWER_MIN];
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "HTTP/1.1 200 ", 13);
	assert_status(read_text(text), ZT_E_LIMIT);
	assert_status(read_text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), ZT_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_of_aws_is_read),
		cmocka_unit_test(it_may_come_byte_by_byte),
		cmocka_unit_test(every_prefix_is_incomplete),
		cmocka_unit_test(an_interim_answer_is_skipped),
		cmocka_unit_test(connection_close_and_http_1_0_end_the_connection),
		cmocka_unit_test(no_content_needs_no_length),
		cmocka_unit_test(garbage_is_refused_at_its_first_byte),
		cmocka_unit_test(broken_heads_are_refused),
		cmocka_unit_test(a_body_of_unknown_length_is_not_supported),
		cmocka_unit_test(bytes_behind_the_answer_are_refused),
		cmocka_unit_test(what_does_not_fit_is_over_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
