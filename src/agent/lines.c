#include "agent/lines.h"

#include <errno.h>
#include <unistd.h>

#include "zerotouch/message.h"

enum { CHUNK = 16384 };

void zt_lines_init(zt_lines *lines, int fd)
{
	*lines = (zt_lines){ .fd = fd, .held = ZT_STR(ZT_PAYLOAD_MAX + CHUNK) };
}

void zt_lines_deinit(zt_lines *lines)
{
	zt_str_free(&lines->held);
}

static void forget(zt_lines *lines, size_t n)
{
	if (n == 0)
		return;
	memmove(lines->held.p, lines->held.p + n, lines->held.n - n);
	lines->held.n -= n;
}

/* Throws away what belongs to a line that was too long. */
static void skip_rest(zt_lines *lines)
{
	size_t at = zt_view_find(zt_str_view(&lines->held), '\n');
	bool found = at < lines->held.n;
	forget(lines, found ? at + 1 : lines->held.n);
	lines->too_long = !found;
}

static void find_line(zt_lines *lines)
{
	if (lines->too_long)
		skip_rest(lines);
	size_t at = zt_view_find(zt_str_view(&lines->held), '\n');
	bool whole = at < lines->held.n || (lines->ended && lines->held.n > 0);
	lines->has_line = whole && !lines->too_long;
	lines->line = at;
}

zt_status zt_lines_fill(zt_lines *lines)
{
	uint8_t chunk[CHUNK];
	ssize_t got = read(lines->fd, chunk, sizeof chunk);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? ZT_OK : ZT_E_IO;
	if (got == 0)
		lines->ended = true;
	TRY(zt_str_put(&lines->held, zt_view_make(chunk, (size_t)got)));
	bool skipping = lines->too_long;
	find_line(lines);
	if (skipping || lines->has_line || lines->held.n <= ZT_PAYLOAD_MAX)
		return ZT_OK;
	zt_str_clear(&lines->held);
	lines->too_long = true;
	return ZT_E_LIMIT;
}

zt_view zt_lines_current(const zt_lines *lines)
{
	return zt_view_make(lines->held.p, lines->line);
}

void zt_lines_drop(zt_lines *lines)
{
	forget(lines, lines->line < lines->held.n ? lines->line + 1 : lines->held.n);
	find_line(lines);
}
