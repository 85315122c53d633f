/* Time is a seam: production passes the system's clock, a story of days passes a fake. */
#ifndef ZEROTOUCH_CLOCK_H
#define ZEROTOUCH_CLOCK_H

#include <stdint.h>

/* Milliseconds. Wall: since 1970-01-01T00:00:00Z, may jump. Mono: since an arbitrary
 * point, never goes back; only differences mean something. Neither may fail. */
typedef struct {
	int64_t (*wall_ms)(void *context);
	int64_t (*mono_ms)(void *context);
	void *context;
} zt_clock;

static inline int64_t zt_clock_wall_ms(const zt_clock *clock)
{
	return clock->wall_ms(clock->context);
}

static inline int64_t zt_clock_mono_ms(const zt_clock *clock)
{
	return clock->mono_ms(clock->context);
}

#endif
