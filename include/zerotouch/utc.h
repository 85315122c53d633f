/* Dates of certificates on the seam's clock, without timegm, which many a C library lacks. */
#ifndef ZEROTOUCH_UTC_H
#define ZEROTOUCH_UTC_H

#include <stdint.h>

/* Gregorian calendar, UTC; year 1970 to 9999, month and day from 1. */
typedef struct {
	int32_t year, month, day, hour, minute, second;
} zt_utc;

/* Milliseconds since 1970-01-01T00:00:00Z. */
static inline int64_t zt_utc_ms(const zt_utc *t)
{
	/* Years that begin with March, so that the leap day comes last. */
	int64_t year = t->month <= 2 ? t->year - 1 : t->year;
	int64_t months = (t->month + 9) % 12;
	int64_t day_of_year = (153 * months + 2) / 5 + t->day - 1;
	int64_t days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
	return (((days * 24 + t->hour) * 60 + t->minute) * 60 + t->second) * 1000;
}

#endif
