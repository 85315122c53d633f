#include "zerotouch/http.h"

#include <string.h>

#define VERSION "HTTP/1."

void zt_http_answer_init(zt_http_answer *answer, void *memory, size_t cap)
{
	*answer = (zt_http_answer){ .memory = memory, .cap = cap };
}

/* "HTTP/1.1 200 OK" (RFC 9112 §4); the phrase may be empty, the space before it not. */
static zt_status read_status_line(zt_http_answer *answer, zt_view line)
{
	zt_view digits;
	uint64_t status;
	ENSURE(zt_view_take_text(&line, VERSION), ZT_E_PROTOCOL);
	answer->keep_alive = zt_view_take_text(&line, "1 ");
	ENSURE(answer->keep_alive || zt_view_take_text(&line, "0 "), ZT_E_PROTOCOL);
	ENSURE(zt_view_take(&line, 3, &digits) && zt_view_to_u64(digits, &status), ZT_E_PROTOCOL);
	answer->status = (uint16_t)status;
	ENSURE(answer->status >= 100 && answer->status <= 599 && zt_view_take_text(&line, " "), ZT_E_PROTOCOL);
	return ZT_OK;
}

static zt_status read_length(zt_http_answer *answer, zt_view value)
{
	uint64_t length;
	ENSURE(zt_view_to_u64(value, &length), ZT_E_PROTOCOL);
	ENSURE(length <= answer->cap, ZT_E_LIMIT);
	ENSURE(!answer->has_length || answer->length == (size_t)length, ZT_E_PROTOCOL);
	answer->has_length = true;
	answer->length = (size_t)length;
	return ZT_OK;
}

static zt_status read_header(zt_http_answer *answer, zt_view line)
{
	zt_view name;
	/* A folded line begins with a space, which is no token (RFC 9112 §5.2). */
	ENSURE(zt_view_take(&line, zt_view_find(line, ':'), &name) && zt_view_take_text(&line, ":"), ZT_E_PROTOCOL);
	ENSURE(name.n && zt_view_is_made_of(name, "!#$%&'*+-.^_`|~"), ZT_E_PROTOCOL);
	zt_view value = zt_view_trim(line);
	if (zt_view_equal_nocase(name, ZT_LIT("content-length")))
		return read_length(answer, value);
	ENSURE(!zt_view_equal_nocase(name, ZT_LIT("transfer-encoding")), ZT_E_UNSUPPORTED);
	if (zt_view_equal_nocase(name, ZT_LIT("connection")) && zt_view_equal_nocase(value, ZT_LIT("close")))
		answer->keep_alive = false;
	return ZT_OK;
}

/* Takes one line that ends in CR LF; a lone CR, LF or NUL in it is an attack or a fault (RFC 9112 §2.2). */
static zt_status take_line(zt_view *in, zt_view *ret_line)
{
	zt_view line;
	ENSURE(zt_view_take(in, zt_view_find(*in, '\n'), &line) && in->n, ZT_E_AGAIN);
	*in = zt_view_from(*in, 1);
	size_t end = zt_view_find(line, '\r');
	ENSURE(end + 1 == line.n && zt_view_find(line, 0) == line.n, ZT_E_PROTOCOL);
	*ret_line = zt_view_make(line.p, end);
	return ZT_OK;
}

/* From its first byte again whenever more of it has come. */
static zt_status read_head(zt_http_answer *answer)
{
	zt_view rest = { answer->memory, answer->n }, line;
	answer->has_length = false;
	answer->length = 0;
	TRY(take_line(&rest, &line));
	TRY(read_status_line(answer, line));
	for (;;) {
		TRY(take_line(&rest, &line));
		if (line.n == 0)
			break;
		TRY(read_header(answer, line));
	}
	answer->head = answer->n - rest.n;
	return ZT_OK;
}

/* Garbage is told from a slow head as early as its first bytes. */
static bool starts_well(const zt_http_answer *answer)
{
	size_t n = sizeof VERSION - 1;
	return memcmp(answer->memory, VERSION, answer->n < n ? answer->n : n) == 0;
}

/* An interim answer is skipped (RFC 9110 §15.2); the final one follows it. */
static void drop_interim(zt_http_answer *answer)
{
	answer->n -= answer->head;
	memmove(answer->memory, answer->memory + answer->head, answer->n);
	answer->head = 0;
}

static zt_status take_head(zt_http_answer *answer)
{
	for (;;) {
		ENSURE(starts_well(answer), ZT_E_PROTOCOL);
		zt_status status = read_head(answer);
		ENSURE(status != ZT_E_AGAIN || answer->n < answer->cap, ZT_E_LIMIT);
		TRY(status);
		/* We never ask for another protocol. */
		ENSURE(answer->status != 101, ZT_E_PROTOCOL);
		if (answer->status >= 200)
			break;
		drop_interim(answer);
	}
	ENSURE(answer->has_length || answer->status == 204, ZT_E_UNSUPPORTED);
	ENSURE(answer->length <= answer->cap - answer->head, ZT_E_LIMIT);
	return ZT_OK;
}

zt_status zt_http_answer_received(zt_http_answer *answer, size_t n)
{
	answer->n += n;
	if (answer->head == 0)
		TRY(take_head(answer));
	size_t whole = answer->head + answer->length;
	ENSURE(answer->n <= whole, ZT_E_PROTOCOL);
	return answer->n == whole ? ZT_OK : ZT_E_AGAIN;
}
