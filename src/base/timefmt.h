/* Points in time as text, always UTC, and back. */
#ifndef ZT_BASE_TIMEFMT_H
#define ZT_BASE_TIMEFMT_H

#include <stdint.h>

#include "zerotouch/clock.h"
#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum { ZT_TIME_TEXT_MAX = 40 };

/* For tests of days in seconds: names a file of eight bytes, milliseconds in the machine's byte order, that are added
 * to the wall clock of every program of ours that finds it in its environment; a change counts at once. */
#define ZT_TIME_SHIFT_VARIABLE "ZT_CLOCK_SHIFT_FILE"

/* The system's wall clock, milliseconds since 1970. */
int64_t zt_time_now_ms(void);
/* The system's monotonic clock, milliseconds and nanoseconds. */
int64_t zt_time_mono_ms(void);
int64_t zt_time_mono_ns(void);
/* Sleeps so long, signals or not; nothing for 0 and less. */
void zt_time_sleep_ms(int64_t ms);
/* The system's clocks as the seam. */
zt_clock zt_clock_system(void);

/* Each writes a NUL-terminated text of less than ZT_TIME_TEXT_MAX bytes. */
void zt_time_iso8601_ms(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX]); /* 2026-01-31T12:00:00.123Z */
void zt_time_iso8601(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX]);    /* 2026-01-31T12:00:00Z */
void zt_time_lambda(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX]);     /* 2026-01-31T12:00:00.123+0000 */
void zt_time_amz(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX]);        /* 20260131T120000Z (Signature Version 4) */
void zt_time_http(int64_t wall_ms,
		  char ret_text[ZT_TIME_TEXT_MAX]); /* Sat, 31 Jan 2026 12:00:00 GMT (RFC 9110 §5.6.7) */

/* Exactly "yyyymmddThhmmssZ"; ZT_E_INVALID otherwise. */
ZT_NODISCARD zt_status zt_time_parse_amz(zt_view text, int64_t *ret_wall_ms);
/* "yyyy-mm-ddThh:mm:ss[.fff]Z"; ZT_E_INVALID otherwise. */
ZT_NODISCARD zt_status zt_time_parse_iso8601(zt_view text, int64_t *ret_wall_ms);

#endif
