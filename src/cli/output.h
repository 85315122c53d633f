/* What people see: steps with their time on standard error, tables and JSON on standard output.
 * Coloured by NO_COLOR, CLICOLOR_FORCE, and then whether standard error is a terminal. */
#ifndef ZT_CLI_OUTPUT_H
#define ZT_CLI_OUTPUT_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "zerotouch/view.h"

/* "3/8 Set up AWS" */
void zt_output_step(unsigned number, unsigned total, const char *title);
/* "    $ zerotouch tenant create": what one would type. */
void zt_output_command(const char *const *argv);
/* "    ok  the CA is registered (12 ms)"; ms < 0 leaves the time out. */
void zt_output_ok(int64_t ms, const char *format, ...) ZT_PRINTF(2, 3);
/* "    what happens" */
void zt_output_say(const char *format, ...) ZT_PRINTF(1, 2);
/* "zerotouch: no credentials …" on standard error: one line with AWS's code and request id, if it was AWS, and the
 * remedy; as JSON when `json`. */
void zt_output_error(const char *command, zt_status status, const zt_error *error, bool json);

enum { ZT_TABLE_COLUMNS_MAX = 8 };

typedef struct {
	const char *title;  /* "THING" */
	const char *member; /* whose text is shown; nothing where it is absent or no text */
	size_t max;         /* bytes of it, cut behind them; 0: whole. A table that wraps tells nothing */
} zt_column;

/* A table of an array of objects, a row each. */
void zt_output_table(const zt_column *columns, size_t count, const json_t *rows);
/* One compact JSON value and a newline. */
ZT_NODISCARD zt_status zt_output_json(const json_t *json);

#endif
