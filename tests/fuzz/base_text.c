/* Dates and names: what is read is written the same way. */
#include "base/arn.h"
#include "base/timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* A leap second at the very end of it would fall into the year 10000, which four digits cannot write. */
#define YEAR_10000_MS 253402300800000LL

static void dates(zt_view text)
{
	int64_t ms, again;
	char out[ZT_TIME_TEXT_MAX];
	if (zt_time_parse_amz(text, &ms) == ZT_OK && ms < YEAR_10000_MS) {
		zt_time_amz(ms, out);
		require(zt_time_parse_amz(zt_view_of(out), &again) == ZT_OK && again == ms);
	}
	if (zt_time_parse_iso8601(text, &ms) == ZT_OK && ms < YEAR_10000_MS) {
		zt_time_iso8601_ms(ms, out);
		require(zt_time_parse_iso8601(zt_view_of(out), &again) == ZT_OK && again == ms);
	}
}

static void names(zt_view text)
{
	zt_arn arn;
	zt_view name;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_ARN_MAX);
	if (zt_arn_parse(text, &arn) != ZT_OK)
		return;
	(void)zt_arn_resource_of(&arn, ZT_LIT("thing"), &name);
	/* %.*s stops at a NUL, which no ARN holds. */
	if (memchr(text.p, 0, text.n))
		return;
	require(zt_arn_put(&arn, &out) == ZT_OK);
	require(zt_view_equal(zt_str_view(&out), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view text = zt_view_make(bytes, n);
	(void)zt_view_is_utf8(text);
	dates(text);
	names(text);
	return 0;
}
