#include "zerotouch/http.h"

#include <string.h>

void zt_http_answer_init(zt_http_answer *answer, void *memory, size_t cap)
{
	*answer = (zt_http_answer){ .memory = memory, .cap = cap };
}

uint8_t *zt_http_answer_room(zt_http_answer *answer, size_t *ret_room)
{
	*ret_room = answer->cap - answer->n;
	return answer->memory + answer->n;
}

/* "HTTP/1.1 200 OK" (RFC 9112 §4); the phrase may be empty, the space before it not. */
static zt_status read_status_line(zt_http_answer *answer, zt_view line)
{
	ENSURE(zt_view_take_prefix(&line, ZT_LIT("HTTP/1.")), ZT_E_PROTOCOL);
	uint8_t minor, space;
	zt_view digits;
	uint64_t status;
	ENSURE(zt_view_take_u8(&line, &minor) && (minor == '0' || minor == '1'), ZT_E_PROTOCOL);
	ENSURE(zt_view_take_u8(&line, &space) && space == ' ', ZT_E_PROTOCOL);
	ENSURE(zt_view_take(&line, 3, &digits) && zt_view_to_u64(digits, &status), ZT_E_PROTOCOL);
	ENSURE(status >= 100 && status <= 599, ZT_E_PROTOCOL);
	ENSURE(zt_view_take_u8(&line, &space) && space == ' ', ZT_E_PROTOCOL);
	answer->status = (uint16_t)status;
	answer->keep_alive = minor == '1';
	return ZT_OK;
}

static bool is_token(zt_view name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!alnum && (c < '!' || c > '~' || !memchr("!#$%&'*+-.^_`|~", c, 15)))
			return false;
	}
	return name.n > 0;
}

static zt_status read_length(zt_http_answer *answer, zt_view value)
{
	uint64_t length;
	ENSURE(zt_view_to_u64(value, &length), ZT_E_PROTOCOL);
	ENSURE(!answer->has_length || answer->length == length, ZT_E_PROTOCOL);
	ENSURE(length <= answer->cap, ZT_E_LIMIT);
	answer->has_length = true;
	answer->length = (size_t)length;
	return ZT_OK;
}

static zt_status read_header(zt_http_answer *answer, zt_view line)
{
	size_t colon = zt_view_find(line, ':');
	zt_view name = { line.p, colon };
	/* A folded line begins with a space, which is no token (RFC 9112 §5.2). */
	ENSURE(colon < line.n && is_token(name), ZT_E_PROTOCOL);
	zt_view value = zt_view_trim(zt_view_from(line, colon + 1));
	if (zt_view_equal_nocase(name, ZT_LIT("content-length")))
		return read_length(answer, value);
	ENSURE(!zt_view_equal_nocase(name, ZT_LIT("transfer-encoding")), ZT_E_UNSUPPORTED);
	if (zt_view_equal_nocase(name, ZT_LIT("connection")))
		answer->keep_alive = answer->keep_alive && !zt_view_equal_nocase(value, ZT_LIT("close"));
	return ZT_OK;
}

/* Takes one line that ends in CR LF; a lone CR, LF or NUL in it is an attack or a fault (RFC 9112 §2.2). */
static zt_status take_line(zt_view *head, zt_view *ret_line)
{
	size_t end = zt_view_find(*head, '\n');
	ENSURE(end < head->n && end > 0 && head->p[end - 1] == '\r', ZT_E_PROTOCOL);
	zt_view line = { head->p, end - 1 };
	ENSURE(zt_view_find(line, '\r') == line.n && zt_view_find(line, 0) == line.n, ZT_E_PROTOCOL);
	*ret_line = line;
	*head = zt_view_from(*head, end + 1);
	return ZT_OK;
}

static zt_status read_head(zt_http_answer *answer, zt_view head)
{
	zt_view line;
	TRY(take_line(&head, &line));
	TRY(read_status_line(answer, line));
	while (head.n) {
		TRY(take_line(&head, &line));
		if (line.n)
			TRY(read_header(answer, line));
	}
	return ZT_OK;
}

static size_t find_head_end(const zt_http_answer *answer)
{
	for (size_t i = 3; i < answer->n; i++)
		if (memcmp(answer->memory + i - 3, "\r\n\r\n", 4) == 0)
			return i + 1;
	return 0;
}

/* Garbage is told from a slow head as early as its first bytes. */
static zt_status check_start(const zt_http_answer *answer)
{
	size_t n = answer->n < 7 ? answer->n : 7;
	return memcmp(answer->memory, "HTTP/1.", n) == 0 ? ZT_OK : ZT_E_PROTOCOL;
}

/* An interim answer is skipped (RFC 9110 §15.2); the final one follows it. */
static void drop_interim(zt_http_answer *answer)
{
	size_t rest = answer->n - answer->head;
	memmove(answer->memory, answer->memory + answer->head, rest);
	uint8_t *memory = answer->memory;
	size_t cap = answer->cap;
	*answer = (zt_http_answer){ .memory = memory, .cap = cap, .n = rest };
}

static zt_status take_head(zt_http_answer *answer)
{
	do {
		TRY(check_start(answer));
		answer->head = find_head_end(answer);
		if (answer->head == 0)
			return answer->n == answer->cap ? ZT_E_LIMIT : ZT_E_AGAIN;
		TRY(read_head(answer, (zt_view){ answer->memory, answer->head }));
		/* We never ask for another protocol. */
		ENSURE(answer->status != 101, ZT_E_PROTOCOL);
		if (answer->status >= 200)
			break;
		drop_interim(answer);
	} while (answer->n);
	ENSURE(answer->head, ZT_E_AGAIN);
	if (!answer->has_length)
		ENSURE(answer->status == 204, ZT_E_UNSUPPORTED);
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

zt_view zt_http_answer_body(const zt_http_answer *answer)
{
	return (zt_view){ answer->memory + answer->head, answer->length };
}
