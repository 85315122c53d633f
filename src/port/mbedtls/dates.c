#include "port/mbedtls/dates.h"

#include "zerotouch/utc.h"

int64_t zt_mbedtls_wall_ms(const mbedtls_x509_time *time)
{
	return zt_utc_ms(&(zt_utc){ time->year, time->mon, time->day, time->hour, time->min, time->sec });
}
