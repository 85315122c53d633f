#include "port/mbedtls/dates.h"

/* Days since 1970-01-01 in the Gregorian calendar, of years that begin with March: the leap day comes last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	if (month <= 2)
		year--;
	int64_t months = (month + 9) % 12;
	int64_t day_of_year = (153 * months + 2) / 5 + day - 1;
	return 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

int64_t zt_mbedtls_wall_ms(const mbedtls_x509_time *time)
{
	int64_t hours = days_of(time->year, time->mon, time->day) * 24 + time->hour;
	return ((hours * 60 + time->min) * 60 + time->sec) * 1000;
}
