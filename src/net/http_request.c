#include <stddef.h>

#include "net/http_connection.h"

/* Keeps bytes of the head; pieces of one word follow one another, so a word grows in place. */
static bool keep(zt_http_exchange *exchange, zt_view *word, zt_view bytes)
{
	if (bytes.n > sizeof exchange->head - exchange->head_n)
		return false;
	if (!word->p)
		word->p = exchange->head + exchange->head_n;
	memcpy(exchange->head + exchange->head_n, bytes.p, bytes.n);
	exchange->head_n += bytes.n;
	word->n += bytes.n;
	return true;
}

/* Ends the parsing: the callback's result becomes an error of the parser. */
static int refuse(zt_http_exchange *exchange, unsigned status)
{
	exchange->refusal = status;
	return -1;
}

static int on_target(http_parser *parser, const char *bytes, size_t n)
{
	zt_http_exchange *exchange = parser->data;
	return keep(exchange, &exchange->request.target, zt_view_make(bytes, n)) ? 0 : refuse(exchange, 414);
}

static int on_name(http_parser *parser, const char *bytes, size_t n)
{
	zt_http_exchange *exchange = parser->data;
	zt_http_request *request = &exchange->request;
	if (exchange->head_done)
		return 0; /* a trailer of a chunked body: nobody reads those */
	if (exchange->in_value || request->header_count == 0) {
		if (request->header_count == ZT_HTTP_HEADERS_MAX)
			return refuse(exchange, 431);
		request->header_count++;
		exchange->in_value = false;
	}
	zt_http_header *header = &request->headers[request->header_count - 1];
	return keep(exchange, &header->name, zt_view_make(bytes, n)) ? 0 : refuse(exchange, 431);
}

static int on_value(http_parser *parser, const char *bytes, size_t n)
{
	zt_http_exchange *exchange = parser->data;
	zt_http_request *request = &exchange->request;
	if (exchange->head_done || request->header_count == 0)
		return 0;
	exchange->in_value = true;
	zt_http_header *header = &request->headers[request->header_count - 1];
	return keep(exchange, &header->value, zt_view_make(bytes, n)) ? 0 : refuse(exchange, 431);
}

static size_t count_headers(const zt_http_request *request, zt_view name)
{
	size_t count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		count += zt_view_equal_nocase(request->headers[i].name, name);
	return count;
}

static void finish_head(zt_http_exchange *exchange, const http_parser *parser)
{
	zt_http_request *request = &exchange->request;
	request->method = zt_view_of(http_method_str((enum http_method)parser->method));
	size_t mark = zt_view_find(request->target, '?');
	request->path = zt_view_make(request->target.p, mark);
	request->query = zt_view_from(request->target, mark + 1);
	/* RFC 9110 §5.5: white space around a value is none of it. */
	for (size_t i = 0; i < request->header_count; i++)
		request->headers[i].value = zt_view_trim(request->headers[i].value);
	exchange->head_done = true;
}

static int on_head(http_parser *parser)
{
	zt_http_exchange *exchange = parser->data;
	zt_connection *connection = exchange->connection;
	finish_head(exchange, parser);
	if (parser->http_major != 1)
		return refuse(exchange, 505);
	connection->keep_alive = http_should_keep_alive(parser);
	/* RFC 9112 §3.2: exactly one Host in HTTP/1.1, at most one before. */
	size_t hosts = count_headers(&exchange->request, ZT_LIT("host"));
	if (hosts > 1 || (hosts == 0 && parser->http_minor >= 1))
		return refuse(exchange, 400);
	bool chunked = parser->flags & F_CHUNKED;
	bool sized = (parser->flags & F_CONTENTLENGTH) && parser->content_length > 0;
	if (sized && parser->content_length > exchange->body.max)
		return refuse(exchange, 413);
	/* RFC 9110 §10.1.1: only a request with a body in HTTP/1.1 is told to go on. */
	exchange->expects_continue =
	    (chunked || sized) && parser->http_minor >= 1 &&
	    zt_view_equal_nocase(zt_http_header_of(&exchange->request, "expect"), ZT_LIT("100-continue"));
	/* We never switch protocols, so an Upgrade is an ordinary request (RFC 9110 §7.8). */
	parser->upgrade = 0;
	return 0;
}

static int on_body(http_parser *parser, const char *bytes, size_t n)
{
	zt_http_exchange *exchange = parser->data;
	exchange->expects_continue = false;
	zt_status status = zt_str_put(&exchange->body, zt_view_make(bytes, n));
	return status == ZT_OK ? 0 : refuse(exchange, status == ZT_E_LIMIT ? 413 : 503);
}

static int on_complete(http_parser *parser)
{
	zt_http_exchange *exchange = parser->data;
	exchange->request.body = zt_str_view(&exchange->body);
	exchange->complete = true;
	http_parser_pause(parser, 1);
	return 0;
}

static const http_parser_settings callbacks = {
	.on_url = on_target,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

zt_http_exchange *zt_http_exchange_new(zt_connection *connection)
{
	zt_http_exchange *exchange = malloc(sizeof *exchange);
	if (!exchange)
		return NULL;
	memset(exchange, 0, offsetof(zt_http_exchange, head));
	exchange->connection = connection;
	memcpy(exchange->peer, connection->peer, sizeof exchange->peer);
	exchange->request.peer = exchange->peer;
	exchange->request.connection_tag = connection->tag;
	/* One parser a request: what a broken one leaves behind cannot reach the next. */
	http_parser_init(&connection->parser, HTTP_REQUEST);
	connection->parser.data = exchange;
	return exchange;
}

void zt_http_exchange_free(zt_http_exchange *exchange)
{
	if (!exchange)
		return;
	zt_str_free(&exchange->body);
	free(exchange);
}

size_t zt_http_exchange_feed(zt_http_exchange *exchange, zt_view bytes)
{
	http_parser *parser = &exchange->connection->parser;
	size_t taken = http_parser_execute(parser, &callbacks, (const char *)bytes.p, bytes.n);
	enum http_errno failure = HTTP_PARSER_ERRNO(parser);
	if (failure == HPE_OK || exchange->complete || exchange->refusal)
		return taken;
	if (failure == HPE_HEADER_OVERFLOW)
		exchange->refusal = exchange->request.header_count ? 431 : 414;
	else
		exchange->refusal = failure == HPE_INVALID_VERSION ? 505 : 400;
	return taken;
}

zt_view zt_http_header_of(const zt_http_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (zt_view_equal_nocase(request->headers[i].name, zt_view_of(name)))
			return request->headers[i].value;
	return ZT_VIEW_EMPTY;
}

bool zt_http_query_of(const zt_http_request *request, const char *name, zt_view *ret_value)
{
	zt_view rest = request->query, member;
	while (zt_view_split(&rest, '&', &member)) {
		size_t eq = zt_view_find(member, '=');
		if (!zt_view_equal(zt_view_make(member.p, eq), zt_view_of(name)))
			continue;
		*ret_value = zt_view_from(member, eq + 1);
		return true;
	}
	return false;
}
