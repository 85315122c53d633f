#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift; /* what a test adds to the wall clock; NULL: nothing */
static pthread_once_t shift_once = PTHREAD_ONCE_INIT;

static int64_t read_clock_ns(clockid_t id)
{
	struct timespec now = { 0 };
	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t read_clock(clockid_t id)
{
	return read_clock_ns(id) / 1000000;
}

static void find_shift(void)
{
	const char *path = getenv(ZT_TIME_SHIFT_VARIABLE);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat seen;
	if (fd < 0)
		return;
	/* A shorter file would be a signal at the first look. */
	if (fstat(fd, &seen) == 0 && seen.st_size == (off_t)sizeof *shift) {
		void *mapped = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
		shift = mapped == MAP_FAILED ? NULL : mapped;
	}
	(void)close(fd);
}

int64_t zt_time_now_ms(void)
{
	(void)pthread_once(&shift_once, find_shift);
	return read_clock(CLOCK_REALTIME) + (shift ? *shift : 0);
}

int64_t zt_time_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t zt_time_mono_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

void zt_time_sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

static int64_t system_wall(void *context)
{
	(void)context;
	return zt_time_now_ms();
}

static int64_t system_mono(void *context)
{
	(void)context;
	return zt_time_mono_ms();
}

zt_clock zt_clock_system(void)
{
	return (zt_clock){ system_wall, system_mono, NULL };
}

static struct tm broken_down(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
	struct tm tm = { 0 };
	(void)gmtime_r(&seconds, &tm);
	return tm;
}

static int fraction_ms(int64_t wall_ms)
{
	return (int)((wall_ms % 1000 + 1000) % 1000);
}

/* The width of %04Y is an extension of glibc and musl: C's own %Y has as many digits as the year. */
static void format(int64_t wall_ms, const char *pattern, char ret_text[ZT_TIME_TEXT_MAX])
{
	struct tm tm = broken_down(wall_ms);
	if (strftime(ret_text, ZT_TIME_TEXT_MAX, pattern, &tm) == 0)
		ret_text[0] = 0;
}

static void format_ms(int64_t wall_ms, const char *zone, char ret_text[ZT_TIME_TEXT_MAX])
{
	char seconds[ZT_TIME_TEXT_MAX];
	format(wall_ms, "%04Y-%m-%dT%H:%M:%S", seconds);
	(void)snprintf(ret_text, ZT_TIME_TEXT_MAX, "%.24s.%03d%s", seconds, fraction_ms(wall_ms), zone);
}

void zt_time_iso8601_ms(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX])
{
	format_ms(wall_ms, "Z", ret_text);
}

void zt_time_lambda(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX])
{
	format_ms(wall_ms, "+0000", ret_text);
}

void zt_time_iso8601(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX])
{
	format(wall_ms, "%04Y-%m-%dT%H:%M:%SZ", ret_text);
}

void zt_time_amz(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX])
{
	format(wall_ms, "%04Y%m%dT%H%M%SZ", ret_text);
}

void zt_time_http(int64_t wall_ms, char ret_text[ZT_TIME_TEXT_MAX])
{
	/* strftime's %a and %b follow the locale, RFC 9110 does not. */
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = broken_down(wall_ms);
	(void)snprintf(ret_text, ZT_TIME_TEXT_MAX, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7],
		       tm.tm_mday % 100, months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
		       tm.tm_min % 100, tm.tm_sec % 100);
}

static bool take_digits(zt_view *in, size_t n, int *ret)
{
	zt_view head;
	uint64_t value;
	zt_view rest = *in;
	if (!zt_view_take(&rest, n, &head) || !zt_view_to_u64(head, &value))
		return false;
	*in = rest;
	*ret = (int)value;
	return true;
}

static int days_of(int month, int year)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* `tm` holds year and month as people count them. timegm would turn 31 February into a day of March. */
static zt_status to_wall_ms(struct tm *tm, int ms, int64_t *ret_wall_ms)
{
	ENSURE(tm->tm_mon >= 1 && tm->tm_mon <= 12, ZT_E_INVALID);
	ENSURE(tm->tm_mday >= 1 && tm->tm_mday <= days_of(tm->tm_mon, tm->tm_year), ZT_E_INVALID);
	ENSURE(tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60, ZT_E_INVALID);
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	*ret_wall_ms = (int64_t)timegm(tm) * 1000 + ms;
	return ZT_OK;
}

zt_status zt_time_parse_amz(zt_view text, int64_t *ret_wall_ms)
{
	struct tm tm = { 0 };
	bool ok = take_digits(&text, 4, &tm.tm_year) && take_digits(&text, 2, &tm.tm_mon) &&
		  take_digits(&text, 2, &tm.tm_mday) && zt_view_take_prefix(&text, ZT_LIT("T")) &&
		  take_digits(&text, 2, &tm.tm_hour) && take_digits(&text, 2, &tm.tm_min) &&
		  take_digits(&text, 2, &tm.tm_sec) && zt_view_equal(text, ZT_LIT("Z"));
	ENSURE(ok, ZT_E_INVALID);
	return to_wall_ms(&tm, 0, ret_wall_ms);
}

zt_status zt_time_parse_iso8601(zt_view text, int64_t *ret_wall_ms)
{
	struct tm tm = { 0 };
	int ms = 0;
	bool ok = take_digits(&text, 4, &tm.tm_year) && zt_view_take_prefix(&text, ZT_LIT("-")) &&
		  take_digits(&text, 2, &tm.tm_mon) && zt_view_take_prefix(&text, ZT_LIT("-")) &&
		  take_digits(&text, 2, &tm.tm_mday) && zt_view_take_prefix(&text, ZT_LIT("T")) &&
		  take_digits(&text, 2, &tm.tm_hour) && zt_view_take_prefix(&text, ZT_LIT(":")) &&
		  take_digits(&text, 2, &tm.tm_min) && zt_view_take_prefix(&text, ZT_LIT(":")) &&
		  take_digits(&text, 2, &tm.tm_sec);
	ENSURE(ok, ZT_E_INVALID);
	if (zt_view_take_prefix(&text, ZT_LIT(".")))
		ENSURE(take_digits(&text, 3, &ms), ZT_E_INVALID);
	ENSURE(zt_view_equal(text, ZT_LIT("Z")), ZT_E_INVALID);
	return to_wall_ms(&tm, ms, ret_wall_ms);
}
