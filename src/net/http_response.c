#include "net/http_connection.h"

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 426, "Upgrade Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

const char *zt_http_reason(unsigned status)
{
	for (size_t i = 0; i < ZT_COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* A value may hold what a peer sent: a line break in it would begin a header, or an answer, of the peer's making. */
static bool put_word(struct evbuffer *out, zt_view word)
{
	while (word.n) {
		size_t plain = 0;
		while (plain < word.n && (word.p[plain] >= ' ' || word.p[plain] == '\t') && word.p[plain] != 0x7f)
			plain++;
		if (plain && evbuffer_add(out, word.p, plain) != 0)
			return false;
		if (plain < word.n && evbuffer_add(out, " ", 1) != 0)
			return false;
		word = zt_view_from(word, plain + 1);
	}
	return true;
}

static bool put_header(struct evbuffer *out, const zt_http_header *header)
{
	return put_word(out, header->name) && evbuffer_add(out, ": ", 2) == 0 && put_word(out, header->value) &&
	       evbuffer_add(out, "\r\n", 2) == 0;
}

/* A header without a value that only says where one of ours belongs. */
static bool marks(const zt_http_header *header, const char *name)
{
	return header->value.n == 0 && zt_view_equal_nocase(header->name, zt_view_of(name));
}

static bool put_length(struct evbuffer *out, size_t n)
{
	return evbuffer_add_printf(out, "content-length: %zu\r\n", n) > 0;
}

static bool put_end(struct evbuffer *out, const char *end)
{
	return evbuffer_add_printf(out, "connection: %s\r\n", end) > 0;
}

bool zt_http_write(zt_connection *connection, unsigned status, const zt_http_header *headers, size_t count,
		   zt_view body)
{
	struct evbuffer *out = bufferevent_get_output(connection->buffer);
	const char *end = connection->keep_alive ? "keep-alive" : "close";
	/* RFC 9110 §8.6: no length with 204. */
	bool sized = status != 204;
	/* RFC 9110 §9.3.2: the answer to HEAD ends with its head. */
	bool bodied = sized && !(connection->exchange && connection->exchange->head_done &&
				 zt_view_equal(connection->exchange->request.method, ZT_LIT("HEAD")));
	bool fits = evbuffer_add_printf(out, "HTTP/1.1 %u %s\r\n", status, zt_http_reason(status)) > 0;
	bool length_due = sized, end_due = true;
	for (size_t i = 0; i < count; i++)
		if (marks(&headers[i], "content-length")) {
			fits = fits && (!length_due || put_length(out, body.n));
			length_due = false;
		} else if (marks(&headers[i], "connection")) {
			fits = fits && put_end(out, end);
			end_due = false;
		} else {
			fits = fits && put_header(out, &headers[i]);
		}
	fits = fits && (!length_due || put_length(out, body.n)) && (!end_due || put_end(out, end));
	fits = fits && evbuffer_add(out, "\r\n", 2) == 0;
	return fits && (!bodied || body.n == 0 || evbuffer_add(out, body.p, body.n) == 0);
}
