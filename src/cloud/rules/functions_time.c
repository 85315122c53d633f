/* Times as text and back. AWS's patterns are Joda-Time's for parse_time and the JDK's for time_to_epoch; ICU knows
 * their letters under names that are the same or near, in words of en_US. */
#include <math.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

#include "cloud/rules/functions.h"

enum {
	PATTERN_MAX = 256, /* of one UTF-16 unit each, as all of these */
	ZONE_MAX = 64,
	TIME_TEXT_MAX = 512,
	UTF8_UNIT_MAX = 3, /* bytes of what is one unit */
};

#define LOCALE "en_US"
#define EPOCH_MS_MAX 8.64e15     /* ICU's calendars end there */
#define YEAR_2000 946684800000.0 /* yy is in its century (JDK) */

/* How a run of one letter is written for ICU. */
typedef struct {
	char letter;
	char to;  /* ICU's letter, or 0: a time zone of some form */
	char max; /* how long the run may be there; 0: as it is */
} pattern_letter;

static const pattern_letter joda[] = {
	{ 'G', 'G', 3 }, { 'Y', 'y', 0 }, { 'y', 'y', 0 }, { 'x', 'Y', 0 }, { 'w', 'w', 0 },
	{ 'e', 'e', 2 }, { 'E', 'E', 4 }, { 'D', 'D', 0 }, { 'M', 'M', 4 }, { 'd', 'd', 0 },
	{ 'a', 'a', 1 }, { 'K', 'K', 0 }, { 'h', 'h', 0 }, { 'H', 'H', 0 }, { 'k', 'k', 0 },
	{ 'm', 'm', 0 }, { 's', 's', 0 }, { 'S', 'S', 0 }, { 'z', 'z', 4 }, { 'Z', 0, 0 },
};

static const pattern_letter jdk[] = {
	{ 'G', 'G', 0 }, { 'u', 'u', 0 }, { 'y', 'y', 0 }, { 'D', 'D', 0 }, { 'M', 'M', 0 }, { 'L', 'L', 0 },
	{ 'd', 'd', 0 }, { 'g', 'g', 0 }, { 'Q', 'Q', 0 }, { 'q', 'q', 0 }, { 'Y', 'Y', 0 }, { 'w', 'w', 0 },
	{ 'W', 'W', 0 }, { 'E', 'E', 0 }, { 'e', 'e', 0 }, { 'c', 'c', 0 }, { 'F', 'F', 0 }, { 'a', 'a', 0 },
	{ 'h', 'h', 0 }, { 'K', 'K', 0 }, { 'k', 'k', 0 }, { 'H', 'H', 0 }, { 'm', 'm', 0 }, { 's', 's', 0 },
	{ 'S', 'S', 0 }, { 'A', 'A', 0 }, { 'X', 'X', 0 }, { 'x', 'x', 0 }, { 'Z', 'Z', 0 }, { 'V', 0, 0 },
	{ 'z', 0, 0 },   { 'v', 0, 0 },   { 'O', 0, 0 },
};

typedef struct {
	const pattern_letter *letters;
	size_t count;
	const char *const *zones; /* what a time zone's letter becomes; by the length of its run */
	size_t zone_count;
} dialect;

/* Z: "+0100", ZZ: "+01:00", ZZZ: "Europe/Berlin" (Joda-Time). */
static const char *const joda_zones[] = { "Z", "xxx", "VV" };
static const dialect joda_dialect = { joda, ZT_COUNT(joda), joda_zones, ZT_COUNT(joda_zones) };

static const char *zone_letters(const dialect *words, size_t n)
{
	return words->zones[n < words->zone_count ? n - 1 : words->zone_count - 1];
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static zt_status put_run(const dialect *words, zt_view run, zt_str *out)
{
	for (size_t i = 0; i < words->count; i++) {
		const pattern_letter *letter = &words->letters[i];
		if (letter->letter != (char)run.p[0])
			continue;
		if (!letter->to)
			return zt_str_put_text(out, zone_letters(words, run.n));
		for (size_t n = 0; n < run.n && (!letter->max || n < (size_t)letter->max); n++)
			TRY(zt_str_put_u8(out, (uint8_t)letter->to));
		return ZT_OK;
	}
	return ZT_E_INVALID;
}

/* The pattern in ICU's letters. What stands between quotes stays, as does what is no letter. */
static zt_status translate(const dialect *words, zt_view pattern, zt_str *out)
{
	bool quoted = false;
	while (pattern.n) {
		size_t n = 1;
		uint8_t c = pattern.p[0];
		quoted ^= c == '\'';
		if (quoted || !is_letter(c)) {
			TRY(zt_str_put_u8(out, c));
		} else {
			while (n < pattern.n && pattern.p[n] == c)
				n++;
			TRY(put_run(words, zt_view_make(pattern.p, n), out));
		}
		pattern = zt_view_from(pattern, n);
	}
	return quoted ? ZT_E_INVALID : ZT_OK;
}

/* False when it does not fit, with its ending NUL. */
static bool utf16(zt_view text, UChar *out, int32_t capacity)
{
	UErrorCode error = U_ZERO_ERROR;
	int32_t n = 0;
	if (text.n > (size_t)capacity * UTF8_UNIT_MAX)
		return false;
	(void)u_strFromUTF8(out, capacity, &n, (const char *)text.p, (int32_t)text.n, &error);
	return U_SUCCESS(error) && n < capacity;
}

/* Weeks of ISO 8601, and the Gregorian calendar for all times. */
static void set_calendar(UDateFormat *format, const UChar *zone, UErrorCode *error)
{
	UCalendar *calendar = ucal_open(zone, -1, LOCALE, UCAL_GREGORIAN, error);
	if (U_SUCCESS(*error)) {
		ucal_setGregorianChange(calendar, -EPOCH_MS_MAX, error);
		ucal_setAttribute(calendar, UCAL_FIRST_DAY_OF_WEEK, UCAL_MONDAY);
		ucal_setAttribute(calendar, UCAL_MINIMAL_DAYS_IN_FIRST_WEEK, 4);
		udat_setCalendar(format, calendar);
	}
	ucal_close(calendar);
}

/* NULL when it is no pattern. The caller closes it. */
static UDateFormat *open_format(const dialect *words, zt_view pattern, const UChar *zone)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(PATTERN_MAX);
	UErrorCode error = U_ZERO_ERROR;
	UChar units[PATTERN_MAX + 1];
	if (translate(words, pattern, &text) != ZT_OK || !utf16(zt_str_view(&text), units, ZT_COUNT(units)))
		return NULL;
	UDateFormat *format = udat_open(UDAT_PATTERN, UDAT_PATTERN, LOCALE, zone, -1, units, -1, &error);
	if (U_SUCCESS(error))
		set_calendar(format, zone, &error);
	if (U_SUCCESS(error))
		udat_set2DigitYearStart(format, YEAR_2000, &error);
	if (U_SUCCESS(error))
		return format;
	udat_close(format);
	return NULL;
}

/* "+01:00" is "GMT+01:00"; a zone that nobody knows is none. */
static bool read_zone(const json_t *name, UChar ret[ZONE_MAX])
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZONE_MAX);
	UErrorCode error = U_ZERO_ERROR;
	UChar canonical[ZONE_MAX];
	if (!json_is_string(name))
		return false;
	const char *given = json_string_value(name);
	bool offset = given[0] == '+' || given[0] == '-';
	if (zt_str_printf(&text, "%s%s", offset ? "GMT" : "", given) != ZT_OK ||
	    !utf16(zt_str_view(&text), ret, ZONE_MAX))
		return false;
	(void)ucal_getCanonicalTimeZoneID(ret, -1, canonical, ZT_COUNT(canonical), NULL, &error);
	return U_SUCCESS(error);
}

static json_t *formatted(const UDateFormat *format, double ms)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar units[TIME_TEXT_MAX];
	char text[TIME_TEXT_MAX * UTF8_UNIT_MAX + 1];
	int32_t n = udat_format(format, ms, units, ZT_COUNT(units), NULL, &error);
	(void)u_strToUTF8(text, sizeof text, NULL, units, U_SUCCESS(error) ? n : 0, &error);
	return U_SUCCESS(error) ? json_string(text) : NULL;
}

/* parse_time(pattern, epoch ms [, zone]) */
static json_t *call_parse_time(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input;
	UChar zone[ZONE_MAX] = u"UTC";
	int64_t ms;
	if (!json_is_string(arguments[0]) || !zt_value_whole(arguments[1], &ms) || fabs((double)ms) > EPOCH_MS_MAX ||
	    (count > 2 && !read_zone(arguments[2], zone)))
		return NULL;
	UDateFormat *format = open_format(&joda_dialect, zt_view_of(json_string_value(arguments[0])), zone);
	json_t *text = format ? formatted(format, (double)ms) : NULL;
	udat_close(format);
	return text;
}

/* With time zones written as `zone_letters`. All of the text must be read. */
static json_t *read_time(zt_view text, zt_view pattern, const char *zone_letters)
{
	const dialect zoned = { jdk, ZT_COUNT(jdk), &zone_letters, 1 };
	UErrorCode error = U_ZERO_ERROR;
	UChar units[TIME_TEXT_MAX];
	int32_t at = 0;
	if (!utf16(text, units, ZT_COUNT(units)))
		return NULL;
	UDateFormat *format = open_format(&zoned, pattern, u"UTC");
	if (!format)
		return NULL;
	udat_setLenient(format, false);
	double ms = udat_parse(format, units, -1, &at, &error);
	udat_close(format);
	return U_SUCCESS(error) && units[at] == 0 ? json_integer((json_int_t)ms) : NULL;
}

/* time_to_epoch(text, pattern). A zone may be an identifier; or a name, or an offset from UTC. */
static json_t *call_time_to_epoch(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	if (!json_is_string(arguments[0]) || !json_is_string(arguments[1]))
		return NULL;
	zt_view text = zt_view_of(json_string_value(arguments[0]));
	zt_view pattern = zt_view_of(json_string_value(arguments[1]));
	json_t *ms = read_time(text, pattern, "VV");
	return ms ? ms : read_time(text, pattern, "z");
}

const zt_sql_function zt_sql_time_functions[] = {
	{ "parse_time", 2, 3, call_parse_time },
	{ "time_to_epoch", 2, 2, call_time_to_epoch },
	{ 0 },
};
