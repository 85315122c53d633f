/* Lines from a descriptor, one at a time, as messages: without the newline, at most ZT_PAYLOAD_MAX bytes. */
#ifndef ZT_AGENT_LINES_H
#define ZT_AGENT_LINES_H

#include "base/error.h"
#include "base/str.h"

typedef struct {
	int fd;
	zt_str held; /* the line that is current, then what was read behind it */
	size_t line; /* bytes of the current line; its newline follows unless the input ended */
	bool has_line;
	bool too_long; /* the rest of this line is being skipped */
	bool ended;
} zt_lines;

void zt_lines_init(zt_lines *lines, int fd);
void zt_lines_deinit(zt_lines *lines);
/* Reads once (poll first) and finds the next line, if there is none. ZT_E_LIMIT, once, for a line that is too long and
 * is being skipped. */
ZT_NODISCARD zt_status zt_lines_fill(zt_lines *lines);
/* The current line; only when has_line. Valid until zt_lines_drop or zt_lines_fill. */
zt_view zt_lines_current(const zt_lines *lines);
/* Done with the current line; looks for the next one in what was read. */
void zt_lines_drop(zt_lines *lines);

#endif
