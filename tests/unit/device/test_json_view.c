#include "unit/zt_cmocka.h"
#include "zerotouch/json_view.h"

/* RFC 8259 by hand. */
static void well_formed_texts_are_taken(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{}",
		"[]",
		" { \"a\" : [ 1 , -0.5e+3, true,false,null, \"\\u00e9\\n\" ] } ",
		"0",
		"\"\"",
		"-0",
		"1E9",
		"{\"a\":{\"b\":[[],{}]}}",
		"\"\xc3\xa9\"",
	};
	for (size_t i = 0; i < ZT_COUNT(texts); i++)
		assert_ok(zt_jv_check(zt_view_of(texts[i])));
}

static void everything_else_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",         " ",        "{",
		"}",        "{]",       "[1,]",
		"{\"a\"}",  "{\"a\":}", "{\"a\":1,}",
		"{a:1}",    "01",       "-",
		"1.",       ".5",       "1e",
		"+1",       "tru",      "nul",
		"\"",       "\"\\x\"",  "\"\\u12g4\"",
		"\"\n\"",   "\"\n1",    "\"\\u12true",
		"1 2",      "[1 2]",    "{\"a\":1 \"b\":2}",
		"\"\xff\"", "{1:2}",    "[,1]",
		"nullx",
	};
	for (size_t i = 0; i < ZT_COUNT(texts); i++)
		assert_status(zt_jv_check(zt_view_of(texts[i])), ZT_E_PROTOCOL);
}

static void nesting_has_a_limit(void **state)
{
	(void)state;
	assert_ok(zt_jv_check(ZT_LIT("[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]")));
	assert_status(zt_jv_check(ZT_LIT("[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]")), ZT_E_LIMIT);
}

static void members_are_found_at_their_level(void **state)
{
	(void)state;
	zt_view value, object = ZT_LIT("{ \"x\" : {\"y\":1}, \"y\" : \"two\" , \"z\": [3, 4]}");
	uint64_t number;
	assert_true(zt_jv_member(object, "y", &value));
	assert_true(zt_jv_text(value, &value));
	assert_view(value, "two");
	assert_true(zt_jv_member(object, "x", &value));
	assert_view(value, "{\"y\":1}");
	assert_true(zt_jv_member(value, "y", &value));
	assert_true(zt_jv_number(value, &number));
	assert_int_equal(number, 1);
	assert_true(zt_jv_member(object, "z", &value));
	assert_view(value, "[3, 4]");
	assert_false(zt_jv_member(object, "w", &value));
	assert_false(zt_jv_member(ZT_LIT("[\"y\"]"), "y", &value));
}

static void the_first_of_two_members_counts(void **state)
{
	(void)state;
	zt_view value;
	assert_true(zt_jv_member(ZT_LIT("{\"a\":1,\"a\":2}"), "a", &value));
	assert_view(value, "1");
}

static void values_of_another_kind_are_not_taken_for_it(void **state)
{
	(void)state;
	zt_view text;
	uint64_t number;
	assert_false(zt_jv_text(ZT_LIT("12"), &text));
	assert_false(zt_jv_text(ZT_LIT("\"a\\n\""), &text));
	assert_false(zt_jv_number(ZT_LIT("-1"), &number));
	assert_false(zt_jv_number(ZT_LIT("1.0"), &number));
	assert_false(zt_jv_number(ZT_LIT("18446744073709551616"), &number));
	assert_true(zt_jv_is_object(ZT_LIT("{}")));
	assert_false(zt_jv_is_object(ZT_LIT("[]")));
	assert_false(zt_jv_is_object(ZT_VIEW_EMPTY));
}

static void texts_are_written_with_escapes(void **state)
{
	(void)state;
	char memory[64];
	zt_buf out = ZT_BUF(memory);
	zt_jv_put_text(&out, ZT_LIT("a\"b\\c\n\x1f"));
	assert_view(zt_buf_view(&out), "\"a\\\"b\\\\c\\u000A\\u001F\"");
	assert_ok(zt_jv_check(zt_buf_view(&out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_texts_are_taken),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(members_are_found_at_their_level),
		cmocka_unit_test(the_first_of_two_members_counts),
		cmocka_unit_test(values_of_another_kind_are_not_taken_for_it),
		cmocka_unit_test(texts_are_written_with_escapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
