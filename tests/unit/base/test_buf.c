#include "zerotouch/buf.h"

#include "zt_cmocka.h"

static void puts_are_appended(void **state)
{
	(void)state;
	uint8_t room[32];
	zt_buf b = ZT_BUF(room);
	zt_buf_put(&b, ZT_LIT("ab"));
	zt_buf_put(&b, ZT_VIEW_EMPTY);
	zt_buf_put_text(&b, "cd");
	zt_buf_put_u8(&b, 1);
	zt_buf_put_be16(&b, 0x0203);
	zt_buf_put_be32(&b, 0xfffefdfc);
	assert_ok(zt_buf_finish(&b));
	assert_bytes(zt_buf_view(&b), 'a', 'b', 'c', 'd', 1, 2, 3, 0xff, 0xfe, 0xfd, 0xfc);
}

static void numbers_are_written_in_decimal(void **state)
{
	(void)state;
	char room[64];
	zt_buf b = ZT_BUF(room);
	zt_buf_put_u64(&b, 0);
	zt_buf_put_u8(&b, ' ');
	zt_buf_put_u64(&b, 1234567890);
	zt_buf_put_u8(&b, ' ');
	zt_buf_put_u64(&b, UINT64_MAX);
	assert_view(zt_buf_view(&b), "0 1234567890 18446744073709551615");
}

static void bytes_are_written_as_lower_case_hex(void **state)
{
	(void)state;
	char room[64];
	zt_buf b = ZT_BUF(room);
	zt_buf_put_hex(&b, ZT_LIT("\x00\x9f\xab\xff"));
	assert_view(zt_buf_view(&b), "009fabff");
}

static void a_byte_is_escaped_in_upper_case_hex(void **state)
{
	(void)state;
	char room[64];
	zt_buf b = ZT_BUF(room);
	zt_buf_put_escape(&b, "%", 0x2f);
	zt_buf_put_escape(&b, "\\u00", 0x0a);
	assert_view(zt_buf_view(&b), "%2F\\u000A");
}

static void what_fills_the_room_exactly_fits(void **state)
{
	(void)state;
	char room[4];
	zt_buf b = ZT_BUF(room);
	zt_buf_put_text(&b, "abcd");
	assert_ok(zt_buf_finish(&b));
	assert_view(zt_buf_view(&b), "abcd");
}

static void a_put_that_does_not_fit_writes_nothing_and_is_remembered(void **state)
{
	(void)state;
	char room[5] = "....";
	zt_buf b = zt_buf_make(room, 4);
	zt_buf_put_text(&b, "abc");
	zt_buf_put_text(&b, "de");
	zt_buf_put_text(&b, "f"); /* would fit, but something before it is missing */
	assert_status(zt_buf_finish(&b), ZT_E_SPACE);
	assert_string_equal(room, "abc.");
}

static void a_text_needs_room_for_its_nul(void **state)
{
	(void)state;
	char room[4];
	zt_buf b = ZT_BUF(room);
	zt_buf_put_text(&b, "abc");
	assert_ok(zt_buf_finish_text(&b));
	assert_string_equal(room, "abc");
	assert_int_equal(b.n, 3);
	zt_buf_put_u8(&b, 'd');
	assert_status(zt_buf_finish_text(&b), ZT_E_SPACE);
}

static void a_room_of_nothing_takes_nothing(void **state)
{
	(void)state;
	zt_buf b = zt_buf_make(NULL, 0);
	zt_buf_put(&b, ZT_VIEW_EMPTY);
	assert_ok(zt_buf_finish(&b));
	zt_buf_put_u8(&b, 1);
	assert_status(zt_buf_finish(&b), ZT_E_SPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_are_appended),
		cmocka_unit_test(numbers_are_written_in_decimal),
		cmocka_unit_test(bytes_are_written_as_lower_case_hex),
		cmocka_unit_test(a_byte_is_escaped_in_upper_case_hex),
		cmocka_unit_test(what_fills_the_room_exactly_fits),
		cmocka_unit_test(a_put_that_does_not_fit_writes_nothing_and_is_remembered),
		cmocka_unit_test(a_text_needs_room_for_its_nul),
		cmocka_unit_test(a_room_of_nothing_takes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
