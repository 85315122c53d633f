#include "jitr/http_reader.h"

#include <string.h>

void zt_http_reader_start(zt_http_reader *reader, zt_http_sink sink)
{
	*reader = (zt_http_reader){ .sink = sink };
}

/* Takes bytes up to and with LF; *ret_line is the line without its CRLF once it is whole. */
static zt_status take_line(zt_http_reader *reader, zt_view *in, bool *ret_whole, zt_view *ret_line)
{
	size_t n = zt_view_find(*in, '\n');
	bool whole = n < in->n;
	zt_view piece;
	ENSURE(zt_view_take(in, whole ? n + 1 : n, &piece), ZT_E_INTERNAL);
	ENSURE(piece.n <= sizeof reader->line - reader->line_bytes, ZT_E_LIMIT);
	memcpy(reader->line + reader->line_bytes, piece.p, piece.n);
	reader->line_bytes += piece.n;
	reader->head_bytes += piece.n;
	ENSURE(reader->head_bytes <= ZT_HTTP_HEAD_MAX, ZT_E_LIMIT);
	*ret_whole = whole;
	if (!whole)
		return ZT_OK;
	zt_view line = zt_view_make(reader->line, reader->line_bytes - 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	reader->line_bytes = 0;
	*ret_line = line;
	return ZT_OK;
}

/* "HTTP/1.1 200 OK" (RFC 9112 §4). */
static zt_status on_status_line(zt_http_reader *reader, zt_view line)
{
	zt_view version, code;
	uint64_t status;
	ENSURE(zt_view_take(&line, 8, &version), ZT_E_PROTOCOL);
	bool is_11 = zt_view_equal(version, ZT_LIT("HTTP/1.1"));
	ENSURE(is_11 || zt_view_equal(version, ZT_LIT("HTTP/1.0")), ZT_E_PROTOCOL);
	ENSURE(zt_view_take_prefix(&line, ZT_LIT(" ")) && zt_view_take(&line, 3, &code), ZT_E_PROTOCOL);
	ENSURE(zt_view_to_u64(code, &status) && status >= 100 && (line.n == 0 || line.p[0] == ' '), ZT_E_PROTOCOL);
	reader->status = (int)status;
	reader->keep_alive = is_11;
	reader->state = ZT_HTTP_HEADERS;
	return ZT_OK;
}

static zt_status on_header(zt_http_reader *reader, zt_view line)
{
	zt_view name = line, value;
	name.n = zt_view_find(line, ':');
	ENSURE(name.n > 0 && name.n < line.n && zt_view_find(name, ' ') == name.n, ZT_E_PROTOCOL);
	value = zt_view_trim(zt_view_from(line, name.n + 1));
	if (zt_view_equal_nocase(name, ZT_LIT("content-length"))) {
		uint64_t length;
		ENSURE(zt_view_to_u64(value, &length) && (!reader->has_length || length == reader->left),
		       ZT_E_PROTOCOL);
		reader->has_length = true;
		reader->left = length;
	} else if (zt_view_equal_nocase(name, ZT_LIT("transfer-encoding"))) {
		ENSURE(zt_view_equal_nocase(value, ZT_LIT("chunked")), ZT_E_PROTOCOL);
		reader->chunked = true;
	} else if (zt_view_equal_nocase(name, ZT_LIT("connection"))) {
		if (zt_view_equal_nocase(value, ZT_LIT("close")))
			reader->keep_alive = false;
		else if (zt_view_equal_nocase(value, ZT_LIT("keep-alive")))
			reader->keep_alive = true;
	}
	return reader->sink.header ? reader->sink.header(reader->sink.context, name, value) : ZT_OK;
}

/* What follows the head (RFC 9112 §6.3). */
static zt_status on_head_end(zt_http_reader *reader)
{
	ENSURE(!(reader->chunked && reader->has_length), ZT_E_PROTOCOL);
	if (reader->status < 200) {
		zt_http_reader_start(reader, reader->sink);
	} else if (reader->status == 204 || reader->status == 304) {
		reader->state = ZT_HTTP_DONE;
	} else if (reader->chunked) {
		reader->state = ZT_HTTP_CHUNK_SIZE;
	} else if (reader->has_length) {
		reader->state = reader->left ? ZT_HTTP_BODY : ZT_HTTP_DONE;
	} else {
		reader->keep_alive = false;
		reader->state = ZT_HTTP_BODY_TO_END;
	}
	return ZT_OK;
}

/* "1a;extension" (RFC 9112 §7.1). */
static zt_status on_chunk_size(zt_http_reader *reader, zt_view line)
{
	line.n = zt_view_find(line, ';');
	zt_view digits = zt_view_trim(line);
	ENSURE(digits.n > 0 && digits.n <= 8, ZT_E_PROTOCOL);
	reader->left = 0;
	for (size_t i = 0; i < digits.n; i++) {
		uint8_t c = digits.p[i];
		unsigned value = c >= '0' && c <= '9'                 ? c - '0'
				 : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								      : 16;
		ENSURE(value < 16, ZT_E_PROTOCOL);
		reader->left = reader->left * 16 + value;
	}
	reader->head_bytes = 0;
	reader->state = reader->left ? ZT_HTTP_CHUNK : ZT_HTTP_TRAILERS;
	return ZT_OK;
}

static zt_status on_line(zt_http_reader *reader, zt_view line)
{
	switch (reader->state) {
	case ZT_HTTP_STATUS_LINE:
		return on_status_line(reader, line);
	case ZT_HTTP_HEADERS:
		return line.n ? on_header(reader, line) : on_head_end(reader);
	case ZT_HTTP_CHUNK_SIZE:
		return on_chunk_size(reader, line);
	case ZT_HTTP_CHUNK_END:
		reader->state = ZT_HTTP_CHUNK_SIZE;
		return line.n ? ZT_E_PROTOCOL : ZT_OK;
	default:
		if (line.n == 0)
			reader->state = ZT_HTTP_DONE;
		return ZT_OK;
	}
}

static zt_status on_bytes(zt_http_reader *reader, zt_view *in)
{
	zt_view piece;
	bool to_end = reader->state == ZT_HTTP_BODY_TO_END;
	size_t n = to_end || reader->left > in->n ? in->n : (size_t)reader->left;
	ENSURE(zt_view_take(in, n, &piece), ZT_E_INTERNAL);
	if (!to_end && (reader->left -= n) == 0)
		reader->state = reader->state == ZT_HTTP_CHUNK ? ZT_HTTP_CHUNK_END : ZT_HTTP_DONE;
	return reader->sink.body ? reader->sink.body(reader->sink.context, piece) : ZT_OK;
}

zt_status zt_http_reader_feed(zt_http_reader *reader, zt_view *in)
{
	while (in->n && reader->state != ZT_HTTP_DONE) {
		if (reader->state == ZT_HTTP_BODY || reader->state == ZT_HTTP_BODY_TO_END ||
		    reader->state == ZT_HTTP_CHUNK) {
			TRY(on_bytes(reader, in));
			continue;
		}
		bool whole;
		zt_view line;
		TRY(take_line(reader, in, &whole, &line));
		if (whole)
			TRY(on_line(reader, line));
	}
	return ZT_OK;
}

zt_status zt_http_reader_end(zt_http_reader *reader)
{
	ENSURE(reader->state == ZT_HTTP_BODY_TO_END || reader->state == ZT_HTTP_DONE, ZT_E_CLOSED);
	reader->state = ZT_HTTP_DONE;
	return ZT_OK;
}
