/* base64 and percent-encoding: what is decoded must come out again when it is encoded and decoded once more. */
#include "base/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { ROOM = 1 << 20 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void base64(zt_view text)
{
	ZT_CLEANUP(zt_str_free) zt_str decoded = ZT_STR(ROOM), encoded = ZT_STR(ROOM), again = ZT_STR(ROOM);
	if (zt_base64_decode(text, &decoded) != ZT_OK)
		return;
	require(zt_base64_encode(zt_str_view(&decoded), &encoded) == ZT_OK);
	require(zt_base64_decode(zt_str_view(&encoded), &again) == ZT_OK);
	require(zt_view_equal(zt_str_view(&again), zt_str_view(&decoded)));
}

static void percent(zt_view text, bool form)
{
	ZT_CLEANUP(zt_str_free) zt_str decoded = ZT_STR(ROOM), encoded = ZT_STR(ROOM), again = ZT_STR(ROOM);
	if (zt_percent_decode(text, form, &decoded) != ZT_OK)
		return;
	require(zt_percent_encode(zt_str_view(&decoded), false, &encoded) == ZT_OK);
	require(zt_percent_decode(zt_str_view(&encoded), form, &again) == ZT_OK);
	require(zt_view_equal(zt_str_view(&again), zt_str_view(&decoded)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view text = zt_view_make(bytes, n);
	uint8_t hex[8];
	base64(text);
	percent(text, false);
	percent(text, true);
	require((zt_hex_decode(text, hex, sizeof hex) == ZT_OK) == (n == 2 * sizeof hex && zt_is_hex(text)));
	(void)zt_is_guid(text);
	return 0;
}
