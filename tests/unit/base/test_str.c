#include "base/str.h"

#include "zt_cmocka.h"

static void it_grows_and_always_ends_in_a_nul(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str s = ZT_STR(1000);
	for (int i = 0; i < 100; i++) {
		assert_ok(zt_str_put_text(&s, "0123456789"));
		assert_int_equal(strlen(s.p), s.n);
	}
	assert_int_equal(s.n, 1000);
}

static void the_ceiling_is_reached_but_not_passed(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str s = ZT_STR(5);
	assert_ok(zt_str_put_text(&s, "abc"));
	assert_status(zt_str_put_text(&s, "def"), ZT_E_LIMIT);
	assert_status(zt_str_printf(&s, "%d", 123), ZT_E_LIMIT);
	assert_string_equal(s.p, "abc");
	assert_ok(zt_str_put_text(&s, "de"));
	assert_status(zt_str_put_u8(&s, 'f'), ZT_E_LIMIT);
	assert_string_equal(s.p, "abcde");
}

static void a_length_that_overflows_is_a_limit(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str s = ZT_STR(SIZE_MAX);
	assert_ok(zt_str_put_u8(&s, 'a'));
	assert_status(zt_str_put(&s, (zt_view){ (const uint8_t *)"", SIZE_MAX }), ZT_E_LIMIT);
}

static void formatted_text_is_appended(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str s = ZT_STR(1000);
	assert_ok(zt_str_printf(&s, "%s=%d", "a", 1));
	assert_ok(zt_str_printf(&s, "&%.*s", ZT_PRI(ZT_LIT("b=2"))));
	assert_ok(zt_str_printf(&s, "%0200d", 0));
	assert_int_equal(s.n, 7 + 200);
	assert_true(zt_view_starts(zt_str_view(&s), ZT_LIT("a=1&b=20000")));
}

static void bytes_may_be_nul(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str s = ZT_STR(10);
	assert_ok(zt_str_put(&s, ZT_LIT("a\0b")));
	assert_bytes(zt_str_view(&s), 'a', 0, 'b');
}

static void nothing_put_is_the_empty_text(void **state)
{
	(void)state;
	zt_str s = ZT_STR(10);
	assert_string_equal(zt_str_text(&s), "");
	assert_int_equal(zt_str_view(&s).n, 0);
	assert_null(zt_str_steal(&s));
	zt_str_free(&s);
	zt_str_clear(&s);
}

static void clear_keeps_memory_and_ceiling(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str s = ZT_STR(10);
	assert_ok(zt_str_put_text(&s, "abc"));
	char *memory = s.p;
	zt_str_clear(&s);
	assert_string_equal(zt_str_text(&s), "");
	assert_ptr_equal(s.p, memory);
	assert_status(zt_str_put_text(&s, "01234567890"), ZT_E_LIMIT);
}

static void free_keeps_the_ceiling(void **state)
{
	(void)state;
	zt_str s = ZT_STR(3);
	assert_ok(zt_str_put_text(&s, "abc"));
	zt_str_free(&s);
	assert_null(s.p);
	assert_status(zt_str_put_text(&s, "abcd"), ZT_E_LIMIT);
	zt_str_free(&s);
}

static void stealing_hands_the_memory_on(void **state)
{
	(void)state;
	zt_str s = ZT_STR(10);
	assert_ok(zt_str_put_text(&s, "abc"));
	char *text = zt_str_steal(&s);
	assert_string_equal(text, "abc");
	assert_null(s.p);
	assert_int_equal(s.n, 0);
	free(text);
}

static void a_view_is_duplicated_with_a_nul(void **state)
{
	(void)state;
	char *copy = zt_view_dup(zt_view_make("abcdef", 3)), *empty = zt_view_dup(ZT_VIEW_EMPTY);
	assert_string_equal(copy, "abc");
	assert_string_equal(empty, "");
	free(copy);
	free(empty);
}

static void a_text_is_copied_whole_or_not(void **state)
{
	(void)state;
	char array[4] = "xyz";
	assert_status(zt_text_copy(array, sizeof array, ZT_LIT("abcd")), ZT_E_SPACE);
	assert_string_equal(array, "xyz");
	assert_ok(zt_text_copy(array, sizeof array, ZT_LIT("abc")));
	assert_string_equal(array, "abc");
	assert_ok(zt_text_copy(array, sizeof array, ZT_VIEW_EMPTY));
	assert_string_equal(array, "");
}

static void a_text_for_people_is_cut(void **state)
{
	(void)state;
	char array[4];
	zt_text_cut(array, sizeof array, ZT_LIT("abcdef"));
	assert_string_equal(array, "abc");
	zt_text_cut(array, sizeof array, ZT_LIT("a"));
	assert_string_equal(array, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_grows_and_always_ends_in_a_nul),
		cmocka_unit_test(the_ceiling_is_reached_but_not_passed),
		cmocka_unit_test(a_length_that_overflows_is_a_limit),
		cmocka_unit_test(formatted_text_is_appended),
		cmocka_unit_test(bytes_may_be_nul),
		cmocka_unit_test(nothing_put_is_the_empty_text),
		cmocka_unit_test(clear_keeps_memory_and_ceiling),
		cmocka_unit_test(free_keeps_the_ceiling),
		cmocka_unit_test(stealing_hands_the_memory_on),
		cmocka_unit_test(a_view_is_duplicated_with_a_nul),
		cmocka_unit_test(a_text_is_copied_whole_or_not),
		cmocka_unit_test(a_text_for_people_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
