#include "zerotouch/view.h"

#include "zt_cmocka.h"

static void a_literal_has_its_bytes_without_the_nul(void **state)
{
	(void)state;
	assert_int_equal(ZT_LIT("abc").n, 3);
	assert_int_equal(ZT_LIT("a\0b").n, 3);
	assert_int_equal(ZT_LIT("").n, 0);
	assert_int_equal(zt_view_of(NULL).n, 0);
	assert_null(zt_view_of(NULL).p);
}

static void the_empty_view_prints_as_nothing(void **state)
{
	(void)state;
	char text[8];
	(void)snprintf(text, sizeof text, "[%.*s]", ZT_PRI(ZT_VIEW_EMPTY));
	assert_string_equal(text, "[]");
}

static void equality_is_of_bytes(void **state)
{
	(void)state;
	assert_true(zt_view_equal(ZT_LIT("a\0b"), ZT_LIT("a\0b")));
	assert_false(zt_view_equal(ZT_LIT("a\0b"), ZT_LIT("a\0c")));
	assert_false(zt_view_equal(ZT_LIT("ab"), ZT_LIT("abc")));
	assert_true(zt_view_equal(ZT_VIEW_EMPTY, ZT_LIT("")));
}

static void only_ascii_letters_compare_without_case(void **state)
{
	(void)state;
	assert_true(zt_view_equal_nocase(ZT_LIT("X-Amz-Date[@"), ZT_LIT("x-aMZ-dATE[@")));
	assert_false(zt_view_equal_nocase(ZT_LIT("["), ZT_LIT("{"))); /* 0x5B and 0x7B: 32 apart as letters are */
	assert_false(zt_view_equal_nocase(ZT_LIT("@"), ZT_LIT("`")));
	assert_false(zt_view_equal_nocase(ZT_LIT("\xc4"), ZT_LIT("\xe4")));
	assert_false(zt_view_equal_nocase(ZT_LIT("a"), ZT_LIT("ab")));
}

static void order_is_by_unsigned_bytes_then_length(void **state)
{
	(void)state;
	assert_true(zt_view_compare(ZT_LIT("a"), ZT_LIT("b")) < 0);
	assert_true(zt_view_compare(ZT_LIT("\xff"), ZT_LIT("a")) > 0);
	assert_true(zt_view_compare(ZT_LIT("ab"), ZT_LIT("abc")) < 0);
	assert_true(zt_view_compare(ZT_LIT("b"), ZT_LIT("abc")) > 0);
	assert_int_equal(zt_view_compare(ZT_LIT("abc"), ZT_LIT("abc")), 0);
	assert_int_equal(zt_view_compare(ZT_VIEW_EMPTY, ZT_VIEW_EMPTY), 0);
	assert_true(zt_view_compare(ZT_VIEW_EMPTY, ZT_LIT("a")) < 0);
}

static void beginnings_and_ends(void **state)
{
	(void)state;
	assert_true(zt_view_starts(ZT_LIT("abc"), ZT_LIT("ab")));
	assert_true(zt_view_starts(ZT_LIT("abc"), ZT_VIEW_EMPTY));
	assert_false(zt_view_starts(ZT_LIT("ab"), ZT_LIT("abc")));
	assert_true(zt_view_ends(ZT_LIT("abc"), ZT_LIT("bc")));
	assert_true(zt_view_ends(ZT_LIT("abc"), ZT_LIT("")));
	assert_false(zt_view_ends(ZT_LIT("abc"), ZT_LIT("ab")));
	assert_false(zt_view_ends(ZT_LIT("c"), ZT_LIT("bc")));
}

static void a_take_that_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	zt_view in = ZT_LIT("ab"), head = ZT_LIT("x");
	uint8_t byte = 7;
	uint32_t word = 7;
	assert_false(zt_view_take(&in, 3, &head));
	assert_false(zt_view_take_be32(&in, &word));
	assert_view(in, "ab");
	assert_view(head, "x");
	assert_int_equal(word, 7);
	in = ZT_VIEW_EMPTY;
	assert_false(zt_view_take_u8(&in, &byte));
	assert_int_equal(byte, 7);
}

static void numbers_are_taken_big_endian(void **state)
{
	(void)state;
	zt_view in = ZT_LIT("\x01\x80\x02\xff\x00\x00\x01");
	uint8_t byte = 0;
	uint16_t half = 0;
	uint32_t word = 0;
	assert_true(zt_view_take_u8(&in, &byte) && zt_view_take_be16(&in, &half) && zt_view_take_be32(&in, &word));
	assert_int_equal(byte, 1);
	assert_int_equal(half, 0x8002);
	assert_int_equal(word, 0xff000001);
	assert_int_equal(in.n, 0);
}

static void a_prefix_is_taken_whole_or_not(void **state)
{
	(void)state;
	zt_view in = ZT_LIT("arn:aws");
	assert_false(zt_view_take_prefix(&in, ZT_LIT("arn;")));
	assert_true(zt_view_take_prefix(&in, ZT_LIT("arn:")));
	assert_view(in, "aws");
}

static void texts_that_end_in_nul_are_compared_and_taken(void **state)
{
	(void)state;
	zt_view in = ZT_LIT("arn:aws");
	assert_true(zt_view_is(in, "arn:aws"));
	assert_false(zt_view_is(in, "arn:"));
	assert_false(zt_view_is(in, "arn:aws:"));
	assert_false(zt_view_take_text(&in, "aws"));
	assert_true(zt_view_take_text(&in, "arn:"));
	assert_view(in, "aws");
	assert_true(zt_view_is(ZT_VIEW_EMPTY, ""));
}

static void sets_of_bytes_hold_no_nul(void **state)
{
	(void)state;
	assert_true(zt_byte_is_one_of('b', "abc"));
	assert_false(zt_byte_is_one_of('d', "abc"));
	assert_false(zt_byte_is_one_of(0, "abc"));
	assert_true(zt_view_is_made_of(ZT_LIT("aZ09:_"), ":_"));
	assert_true(zt_view_is_made_of(ZT_VIEW_EMPTY, ""));
	static const zt_view wrong[] = { ZT_LIT_INIT("a-"), ZT_LIT_INIT("a\0"), ZT_LIT_INIT("@"),   ZT_LIT_INIT("["),
					 ZT_LIT_INIT("`"),  ZT_LIT_INIT("{"),   ZT_LIT_INIT("\xc3") };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_false(zt_view_is_made_of(wrong[i], ":_"));
}

static void from_stops_at_the_end(void **state)
{
	(void)state;
	assert_view(zt_view_from(ZT_LIT("abc"), 1), "bc");
	assert_int_equal(zt_view_from(ZT_LIT("abc"), 3).n, 0);
	assert_int_equal(zt_view_from(ZT_LIT("abc"), 99).n, 0);
	assert_int_equal(zt_view_from(ZT_VIEW_EMPTY, 99).n, 0);
}

static void find_gives_the_length_when_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(zt_view_find(ZT_LIT("a/b/c"), '/'), 1);
	assert_int_equal(zt_view_find(ZT_LIT("abc"), '/'), 3);
	assert_int_equal(zt_view_find(ZT_VIEW_EMPTY, '/'), 0);
}

static void assert_split(const char *text, const char *expected)
{
	char got[64];
	size_t n = 0;
	zt_view rest = zt_view_of(text), piece;
	while (zt_view_split(&rest, ',', &piece))
		n += (size_t)snprintf(got + n, sizeof got - n, "<%.*s>", ZT_PRI(piece));
	got[n] = 0;
	assert_string_equal(got, expected);
}

static void pieces_are_split_empty_ones_too(void **state)
{
	(void)state;
	assert_split("a,,b", "<a><><b>");
	assert_split("a", "<a>");
	assert_split("a,", "<a><>");
	assert_split(",", "<><>");
	assert_split("", "<>");
	assert_split(NULL, "");
}

static void trimming_takes_blanks_off_both_ends(void **state)
{
	(void)state;
	assert_view(zt_view_trim(ZT_LIT(" \t\r\na b\n ")), "a b");
	assert_int_equal(zt_view_trim(ZT_LIT(" \n")).n, 0);
	assert_int_equal(zt_view_trim(ZT_VIEW_EMPTY).n, 0);
}

static void numbers_are_digits_alone_and_do_not_overflow(void **state)
{
	(void)state;
	uint64_t number = 7;
	assert_true(zt_view_to_u64(ZT_LIT("18446744073709551615"), &number));
	assert_true(number == UINT64_MAX);
	assert_true(zt_view_to_u64(ZT_LIT("007"), &number));
	assert_int_equal(number, 7);
	static const char *const wrong[] = {
		"", "18446744073709551616", "99999999999999999999", "-1", "+1", " 1", "1 ", "1a", "0x1"
	};
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_false(zt_view_to_u64(zt_view_of(wrong[i]), &number));
	assert_int_equal(number, 7);
}

/* The bounds of RFC 3629 §4 and the cases of MQTT-1.5.4. */
static void utf8_is_checked_to_its_bounds(void **state)
{
	(void)state;
	static const char *const good[] = { "",
					    "a",
					    "\x7f",
					    "\xc2\x80",
					    "\xdf\xbf",
					    "\xe0\xa0\x80",
					    "\xed\x9f\xbf",
					    "\xee\x80\x80",
					    "\xef\xbf\xbf",
					    "\xf0\x90\x80\x80",
					    "\xf4\x8f\xbf\xbf",
					    "a\xe2\x82\xac" };
	static const char *const bad[] = { "\x80",
					   "\xbf",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xe0\x9f\xbf",
					   "\xed\xa0\x80",
					   "\xed\xbf\xbf",
					   "\xf0\x8f\xbf\xbf",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "\xff",
					   "\xc2",
					   "\xe2\x82",
					   "\xf0\x90\x80",
					   "\xc2"
					   "a",
					   "a\xe2"
					   "a\xac" };
	for (size_t i = 0; i < ZT_COUNT(good); i++)
		if (!zt_view_is_utf8(zt_view_of(good[i])))
			fail_msg("good[%zu]", i);
	for (size_t i = 0; i < ZT_COUNT(bad); i++)
		if (zt_view_is_utf8(zt_view_of(bad[i])))
			fail_msg("bad[%zu]", i);
	assert_false(zt_view_is_utf8(ZT_LIT("a\0b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_literal_has_its_bytes_without_the_nul),
		cmocka_unit_test(the_empty_view_prints_as_nothing),
		cmocka_unit_test(equality_is_of_bytes),
		cmocka_unit_test(only_ascii_letters_compare_without_case),
		cmocka_unit_test(order_is_by_unsigned_bytes_then_length),
		cmocka_unit_test(beginnings_and_ends),
		cmocka_unit_test(a_take_that_does_not_fit_changes_nothing),
		cmocka_unit_test(numbers_are_taken_big_endian),
		cmocka_unit_test(a_prefix_is_taken_whole_or_not),
		cmocka_unit_test(texts_that_end_in_nul_are_compared_and_taken),
		cmocka_unit_test(sets_of_bytes_hold_no_nul),
		cmocka_unit_test(from_stops_at_the_end),
		cmocka_unit_test(find_gives_the_length_when_there_is_none),
		cmocka_unit_test(pieces_are_split_empty_ones_too),
		cmocka_unit_test(trimming_takes_blanks_off_both_ends),
		cmocka_unit_test(numbers_are_digits_alone_and_do_not_overflow),
		cmocka_unit_test(utf8_is_checked_to_its_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
