#include "zt_cmocka.h"

#include "base/str.h"
#include "jitr/http_reader.h"

static zt_status put_header(void *context, zt_view name, zt_view value)
{
	return zt_str_printf(context, "[%.*s=%.*s]", ZT_PRI(name), ZT_PRI(value));
}

static zt_status put_body(void *context, zt_view bytes)
{
	return zt_str_put(context, bytes);
}

typedef struct {
	zt_status status;
	int code;
	bool done, keep_alive;
	size_t left;
	char text[512];
} reading;

/* Feeds pieces of `step` bytes, then the end of the connection if `closed`. */
static reading read_all(const char *wire, size_t step, bool closed)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(500);
	zt_http_reader reader;
	zt_http_reader_start(&reader, (zt_http_sink){ put_header, put_body, &text });
	zt_view rest = zt_view_of(wire), piece;
	reading result = { .status = ZT_OK };
	while (rest.n && result.status == ZT_OK && reader.state != ZT_HTTP_DONE) {
		(void)zt_view_take(&rest, step < rest.n ? step : rest.n, &piece);
		result.status = zt_http_reader_feed(&reader, &piece);
		result.left = rest.n + piece.n;
	}
	if (closed && result.status == ZT_OK)
		result.status = zt_http_reader_end(&reader);
	result.code = reader.status;
	result.done = reader.state == ZT_HTTP_DONE;
	result.keep_alive = reader.keep_alive;
	zt_text_cut(result.text, sizeof result.text, zt_str_view(&text));
	return result;
}

/* Answers written by hand from RFC 9112. */
static void reads_answers_in_any_pieces(void **state)
{
	(void)state;
	static const struct {
		const char *wire, *text;
		int code;
		bool keep_alive;
		size_t left;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A:  b c \r\n\r\nabcHTTP", "[Content-Length=3][X-A=b c]abc",
		  200, true, 4 },
		{ "HTTP/1.1 202\r\ncontent-length:0\r\n\r\n", "[content-length=0]", 202, true, 0 },
		{ "HTTP/1.1 204 No Content\r\n\r\n", "", 204, true, 0 },
		{ "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "[Content-Length=1]x", 200, true, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: "
		  "close\r\n\r\n",
		  "[Content-Length=0][Connection=close]", 404, false, 0 },
		{ "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "[Content-Length=0]", 200, false, 0 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: "
		  "t\r\n\r\n",
		  "[Transfer-Encoding=chunked]abc0123456789", 200, true, 0 },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++)
		for (size_t step = 1; step < 40; step += 6) {
			reading got = read_all(cases[i].wire, step, false);
			assert_ok(got.status);
			assert_true(got.done);
			assert_int_equal(got.code, cases[i].code);
			assert_int_equal(got.keep_alive, cases[i].keep_alive);
			assert_string_equal(got.text, cases[i].text);
			assert_int_equal(got.left, cases[i].left);
		}
}

static void the_end_of_the_connection_may_end_a_body(void **state)
{
	(void)state;
	reading got = read_all("HTTP/1.1 200 OK\r\n\r\nall of it", 5, true);
	assert_ok(got.status);
	assert_string_equal(got.text, "all of it");
	assert_false(got.keep_alive);
}

static void a_cut_answer_is_told(void **state)
{
	(void)state;
	static const char *const cut[] = { "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nA: b\r\n",
					   "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
					   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" };
	for (size_t i = 0; i < ZT_COUNT(cut); i++)
		assert_status(read_all(cut[i], 100, true).status, ZT_E_CLOSED);
}

static void refuses_what_is_no_http(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"SSH-2.0-OpenSSH\r\n",
		"HTTP/2 200\r\n",
		"HTTP/1.1 20x\r\n",
		"HTTP/1.1 2000 OK\r\n",
		"HTTP/1.1 099 x\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n",
		"HTTP/1.1 200 OK\r\n: empty\r\n",
		"HTTP/1.1 200 OK\r\nA b: c\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
	};
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_status(read_all(wrong[i], 1000, false).status, ZT_E_PROTOCOL);
}

static void heads_have_limits(void **state)
{
	(void)state;
	static char wire[ZT_HTTP_HEAD_MAX + 2048];
	size_t n = (size_t)snprintf(wire, sizeof wire, "HTTP/1.1 200 OK\r\nA: ");
	memset(wire + n, 'x', ZT_HTTP_LINE_MAX);
	assert_status(read_all(wire, 4000, false).status, ZT_E_LIMIT);
	memset(wire + n, 0, sizeof wire - n);
	while (n + 1024 < sizeof wire)
		n += (size_t)snprintf(wire + n, sizeof wire - n, "A: %01000d\r\n", 1);
	zt_http_reader reader;
	zt_http_reader_start(&reader, (zt_http_sink){ 0 });
	zt_view in = zt_view_of(wire);
	assert_status(zt_http_reader_feed(&reader, &in), ZT_E_LIMIT);
}

static void the_sink_may_refuse(void **state)
{
	(void)state;
	static char wire[1000];
	size_t n = (size_t)snprintf(wire, sizeof wire, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
	memset(wire + n, 'x', 900);
	assert_status(read_all(wire, 1000, false).status, ZT_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_answers_in_any_pieces),
		cmocka_unit_test(the_end_of_the_connection_may_end_a_body),
		cmocka_unit_test(a_cut_answer_is_told),
		cmocka_unit_test(refuses_what_is_no_http),
		cmocka_unit_test(heads_have_limits),
		cmocka_unit_test(the_sink_may_refuse),
	};
	return cmocka_run_group_tests_name("jitr/http_reader", tests, NULL, NULL);
}
